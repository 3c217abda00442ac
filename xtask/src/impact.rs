mod changed;
mod generated;
mod list;
mod report;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::workspace::Workspace;
use list::List;
use report::Impact;

/// Name the files of high impact that a change touches
///
/// With what could break for whom, and which checks must be shown in the review. The list is
/// `.github/impact.toml`, and docs/reviewing.md says how it is used. The change is everything since
/// the work tree left the base, whether it is committed or not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask impact                       what this branch touches, compared with main\n  \
    cargo xtask impact --base v1.2.0         the same since a tag\n  \
    cargo xtask impact --files names.txt     for a list of files, one a line\n  \
    cargo xtask impact --write               after a change of .github/impact.toml\n\n\
    Exit codes: 0 done, whatever was found; 1 it could not be done, or the list is at fault")]
pub(crate) struct Arguments {
    /// The commit to compare with [default: origin/main, or main where there is none]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// A file with the names of the changed files, instead of asking git; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "base")]
    files: Option<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write .github/CODEOWNERS and the table of docs/reviewing.md from the list, and nothing else
    #[arg(long, conflicts_with_all = ["base", "files", "format"])]
    write: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For a comment on a pull request
    Markdown,
    /// For programs: one JSON value, with `high_impact` true or false
    Json,
}

/// Says what the change touches, or writes what follows from the list.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let root = workspace.root();
    let list = List::read(root)?;
    if arguments.write {
        for file in generated::write(&list, root)? {
            println!("wrote {file}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let files = match &arguments.files {
        Some(names) => changed::named_in(names)?,
        None => changed::since(root, arguments.base.as_deref())?,
    };
    let impact = Impact::of(&list, files);
    let mut text = match arguments.format {
        Format::Text => impact.to_string(),
        Format::Markdown => impact.to_markdown(),
        Format::Json => serde_json::to_string_pretty(&impact).context("cannot write JSON")?,
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    io::stdout()
        .write_all(text.as_bytes())
        .context("cannot write to standard output")?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::changed;
    use super::generated;
    use super::list::{Area, LIST, List};

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    fn list() -> List {
        List::read(root()).unwrap()
    }

    fn tracked() -> Vec<String> {
        changed::tracked(root()).unwrap()
    }

    /// A file whose change needs no second pair of eyes can break no download: it is no part of
    /// the module, of what it is configured with, or of what holds it to its word.
    #[test]
    fn every_file_of_the_redirect_path_is_on_the_list() {
        let folders = [
            ".ci/",
            ".github/workflows/",
            "cli/",
            "config/",
            "src/",
            "testbed/",
            "tests/",
            "xtask/src/lanes/",
        ];
        let files = [
            ".cargo/config.toml",
            ".github/CODEOWNERS",
            ".github/impact.toml",
            "Cargo.lock",
            "Cargo.toml",
            "clippy.toml",
            "docs/reviewing.md",
            "fastly.toml",
            "rust-toolchain.toml",
            "src/edge/send.rs",
            "src/location.rs",
            "src/main.rs",
            "src/target.rs",
            "tests/incident_2023_07_20.rs",
            "tests/proof.rs",
            "xtask/src/build.rs",
            "xtask/src/impact.rs",
            "xtask/src/test.rs",
            "xtask/src/workflows.rs",
        ];
        let (list, tracked) = (list(), tracked());
        for folder in folders {
            let inside: Vec<_> = tracked
                .iter()
                .filter(|file| file.starts_with(folder))
                .collect();
            assert!(!inside.is_empty(), "git tracks nothing below {folder}");
            for file in inside {
                assert!(list.areas_of(file).next().is_some(), "{file} is in no area");
            }
        }
        for file in files {
            assert!(
                tracked.iter().any(|name| name == file),
                "git does not track {file}"
            );
            assert!(list.areas_of(file).next().is_some(), "{file} is in no area");
        }
    }

    #[test]
    fn every_file_is_on_the_list_once() {
        let list = list();
        for file in tracked() {
            let areas: Vec<_> = list.areas_of(&file).map(Area::name).collect();
            assert!(areas.len() < 2, "{file} is in {areas:?} of {LIST}");
            assert!(
                !areas.is_empty() || list.is_ordinary(&file),
                "{LIST} does not name {file}: add it to the area that it can break, or to `ordinary`"
            );
        }
    }

    #[test]
    fn every_pattern_names_a_file() {
        let (list, tracked) = (list(), tracked());
        for pattern in list.patterns() {
            assert!(
                tracked.iter().any(|file| pattern.matches(file)),
                "`{pattern}` of {LIST} names no file that git tracks"
            );
        }
    }

    #[test]
    fn what_is_written_from_the_list_is_up_to_date() {
        for (file, wanted) in generated::files(&list(), root()).unwrap() {
            let found = std::fs::read_to_string(root().join(file)).unwrap();
            assert!(
                found == wanted,
                "{file} is not what {LIST} says: run `cargo xtask impact --write`"
            );
        }
    }
}
