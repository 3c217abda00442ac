use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::command_line::CommandLine;

/// The commits to compare with where none is named.
const DEFAULT_BASES: [&str; 2] = ["origin/main", "main"];

/// The files that the work tree at `root` changed since it left `base`: those of its commits, what
/// is not committed, and new files that git does not ignore.
///
/// A file that was renamed is there with both of its names.
pub(crate) fn since(root: &Path, base: Option<&str>) -> Result<BTreeSet<String>> {
    let base = match base {
        Some(base) => commit(root, base)?,
        None => default_base(root)?,
    };
    let left = git(root, &["merge-base", &base, "HEAD"])
        .with_context(|| format!("`{base}` and HEAD have no commit in common"))?;
    let diff = ["diff", "--name-only", "--no-renames", "--relative", "-z"];
    let changed = git(root, &[&diff[..], &[left.trim(), "--"]].concat())?;
    let new = git(
        root,
        &["ls-files", "--others", "--exclude-standard", "-z", "--"],
    )?;
    Ok(names(&changed, '\0').chain(names(&new, '\0')).collect())
}

/// The files whose names stand in a file, one a line; `-` is standard input.
pub(crate) fn named_in(file: &Path) -> Result<BTreeSet<String>> {
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin()
            .read_to_string(&mut text)
            .context("cannot read standard input")?;
    } else {
        text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    Ok(names(&text, '\n').collect())
}

/// The files that git tracks at `root`.
#[cfg(test)]
pub(crate) fn tracked(root: &Path) -> Result<Vec<String>> {
    let listed = git(root, &["ls-files", "-z"])?;
    let is_there = |name: &String| root.join(name).exists();
    Ok(names(&listed, '\0').filter(is_there).collect())
}

fn default_base(root: &Path) -> Result<String> {
    git(root, &["rev-parse", "--git-dir"])?;
    let mut bases = DEFAULT_BASES.iter();
    match bases.find_map(|base| commit(root, base).ok()) {
        Some(base) => Ok(base),
        None => bail!(
            "there is neither `origin/main` nor `main` to compare with: name a commit with --base"
        ),
    }
}

/// The hash of a commit. From here on nothing that somebody wrote is an argument of git.
fn commit(root: &Path, name: &str) -> Result<String> {
    let wanted = format!("{name}^{{commit}}");
    let hash = git(
        root,
        &["rev-parse", "--verify", "--end-of-options", &wanted],
    )
    .with_context(|| format!("`{name}` is no commit that is known here: fetch it first"))?;
    Ok(hash.trim().to_owned())
}

fn git(root: &Path, arguments: &[&str]) -> Result<String> {
    let line = CommandLine::new("git", arguments);
    let output = line
        .command()
        .current_dir(root)
        .output()
        .with_context(|| format!("cannot run `{line}`: install git"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "`{line}` failed: {}",
        error.trim_end()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn names(text: &str, end: char) -> impl Iterator<Item = String> {
    text.split(end)
        .map(|name| name.trim_end_matches('\r'))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::{git, named_in, since, tracked};

    /// A repository of its own, whatever the machine's settings of git are.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        git(root, &["init", "--quiet", "--initial-branch", "main"]).unwrap();
        for file in ["kept", "edited", "staged", "removed", "renamed"] {
            fs::write(root.join(file), format!("the text of {file}\n")).unwrap();
        }
        fs::write(root.join(".gitignore"), "ignored\n").unwrap();
        commit(root);
        folder
    }

    fn commit(root: &Path) {
        git(root, &["add", "--all"]).unwrap();
        let settings = [
            "user.name=a",
            "user.email=a@example.com",
            "commit.gpgsign=false",
        ];
        let settings = settings.map(|setting| ["-c", setting]).concat();
        let commit = ["commit", "--quiet", "--no-verify", "--message", "a"];
        git(root, &[&settings[..], &commit].concat()).unwrap();
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_change_is_what_is_committed_and_what_is_not() {
        let folder = repository();
        let root = folder.path();
        assert_eq!(since(root, None).unwrap(), set(&[]));

        git(root, &["switch", "--quiet", "--create", "work"]).unwrap();
        fs::write(root.join("a new one"), "").unwrap();
        git(root, &["mv", "renamed", "näme"]).unwrap();
        commit(root);
        fs::write(root.join("edited"), "another text").unwrap();
        fs::write(root.join("staged"), "another text").unwrap();
        git(root, &["add", "staged"]).unwrap();
        fs::remove_file(root.join("removed")).unwrap();
        fs::write(root.join("untracked"), "").unwrap();
        fs::write(root.join("ignored"), "").unwrap();
        let changed = [
            "a new one",
            "edited",
            "näme",
            "removed",
            "renamed",
            "staged",
            "untracked",
        ];
        assert_eq!(since(root, None).unwrap(), set(&changed));
        let uncommitted = ["edited", "removed", "staged", "untracked"];
        assert_eq!(since(root, Some("work")).unwrap(), set(&uncommitted));
        let there = [
            ".gitignore",
            "a new one",
            "edited",
            "kept",
            "näme",
            "staged",
        ];
        let found: BTreeSet<_> = tracked(root).unwrap().into_iter().collect();
        assert_eq!(found, set(&there));
    }

    #[test]
    fn what_main_got_meanwhile_is_no_part_of_the_change() {
        let folder = repository();
        let root = folder.path();
        git(root, &["branch", "work"]).unwrap();
        fs::write(root.join("edited"), "another text").unwrap();
        commit(root);
        git(root, &["switch", "--quiet", "work"]).unwrap();
        assert_eq!(since(root, None).unwrap(), set(&[]));
    }

    #[test]
    fn an_error_names_what_is_missing() {
        let folder = repository();
        let empty = tempfile::tempdir().unwrap();
        let check = |root: &Path, base: Option<&str>, expected: &str| {
            let error = since(root, base).expect_err(expected);
            let message = format!("{error:#}");
            assert!(message.contains(expected), "{message}");
        };
        check(folder.path(), Some("nowhere"), "`nowhere` is no commit");
        check(folder.path(), Some("--all"), "`--all` is no commit");
        check(empty.path(), None, "not a git repository");
        git(folder.path(), &["branch", "--move", "main", "trunk"]).unwrap();
        check(folder.path(), None, "with --base");
        git(folder.path(), &["switch", "--quiet", "--orphan", "other"]).unwrap();
        commit_nothing(folder.path());
        check(folder.path(), Some("trunk"), "no commit in common");
    }

    fn commit_nothing(root: &Path) {
        fs::write(root.join("alone"), "").unwrap();
        commit(root);
    }

    #[test]
    fn names_stand_one_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("names");
        fs::write(&file, "src/lib.rs\r\n\na b\nsrc/lib.rs").unwrap();
        assert_eq!(named_in(&file).unwrap(), set(&["a b", "src/lib.rs"]));
        let error = named_in(&folder.path().join("none")).unwrap_err();
        assert!(error.to_string().contains("cannot read"), "{error}");
    }
}
