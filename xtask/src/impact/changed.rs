use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::command_line::CommandLine;

/// The commits to compare with by default.
const DEFAULT_BASES: [&str; 2] = ["origin/main", "main"];

/// The files that the work tree at `root` changed since it left `base`: those of its commits,
/// uncommitted ones, and new ones that git does not ignore.
///
/// A renamed file is there with both of its names.
pub(crate) fn since(root: &Path, base: Option<&str>) -> Result<Vec<String>> {
    git(root, "rev-parse --git-dir", &[])?;
    let base = match base {
        Some(base) => commit(root, base)?,
        None => DEFAULT_BASES
            .iter()
            .find_map(|base| commit(root, base).ok())
            .context("neither `origin/main` nor `main` exists: name a commit with --base")?,
    };
    let diff = "diff --name-only --no-renames --relative -z --merge-base";
    let changed = git(root, diff, &[&base, "--"])?;
    let new = git(root, "ls-files --others --exclude-standard -z", &[])?;
    Ok(names(&(changed + &new), '\0'))
}

/// The files named in a file, one a line; `-` is standard input.
pub(crate) fn named_in(file: &Path) -> Result<Vec<String>> {
    let text = if file == Path::new("-") {
        io::read_to_string(io::stdin())
    } else {
        fs::read_to_string(file)
    };
    let text = text.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(names(&text.replace('\r', ""), '\n'))
}

/// The hash of a commit, so that git never takes a name for an option.
fn commit(root: &Path, name: &str) -> Result<String> {
    let wanted = format!("{name}^{{commit}}");
    let hash = git(root, "rev-parse --verify --end-of-options", &[&wanted])
        .with_context(|| format!("`{name}` is not a commit in this clone: fetch it first"))?;
    Ok(hash.trim().to_owned())
}

fn git(root: &Path, words: &str, arguments: &[&str]) -> Result<String> {
    let line = CommandLine::new("git -C").argument(root.to_string_lossy());
    let arguments = arguments.iter().copied();
    arguments
        .fold(line.arguments(words), CommandLine::argument)
        .output()
}

fn names(text: &str, end: char) -> Vec<String> {
    let mut names: Vec<_> = text.split(end).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names.retain(|name| !name.is_empty());
    names
}
