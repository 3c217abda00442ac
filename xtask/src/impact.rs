mod changed;
mod generated;
mod list;
mod report;
mod review;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde_json::json;

use crate::workspace::Workspace;
use list::List;
use report::Impact;
use review::PullRequest;

/// Name the files of high impact that a change touches
///
/// With what could break for whom, and what to show in the review. The list is
/// `.github/impact.toml`; docs/reviewing.md says how it is used. The change is everything since the
/// work tree left the base, committed or not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask impact                       what this branch touches, compared with main\n  \
    cargo xtask impact --base v1.2.0         the same since a tag\n  \
    cargo xtask impact --files names.txt     for a list of files, one a line\n  \
    cargo xtask impact --pull-request 12     for a pull request on GitHub\n  \
    cargo xtask impact --write               after a change of .github/impact.toml\n\n\
    Exit codes: 0 done, whatever it found; 1 it could not be done, or the list is wrong")]
pub(crate) struct Arguments {
    /// The commit to compare with [default: origin/main, or main if that does not exist]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Read the names of the changed files from a file instead of git; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "base")]
    files: Option<PathBuf>,
    /// Ask GitHub, by the program gh, for the files and the approvals of a pull request
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["base", "files"])]
    pull_request: Option<u64>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Only write .github/CODEOWNERS and the table of docs/reviewing.md from the list
    #[arg(long, conflicts_with_all = ["base", "files", "pull_request", "format"])]
    write: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// For a comment on a pull request
    Markdown,
    /// For programs: one JSON value, with `high_impact` true or false. That of a pull request also
    /// has its `comment` and the `status` of its last commit, which is null if the pull request does
    /// not go into the default branch
    Json,
}

/// Says what the change touches, or writes what follows from the list.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let root = workspace.root();
    let list = List::read(root)?;
    if arguments.write {
        generated::write(&list, root)?;
        return Ok(ExitCode::SUCCESS);
    }
    let pull_request = arguments.pull_request;
    let pull_request = pull_request.map(PullRequest::ask);
    let pull_request = pull_request.transpose()?;
    let files = match (&pull_request, &arguments.files) {
        (Some(pull_request), _) => pull_request.files()?,
        (None, Some(names)) => changed::named_in(names)?,
        (None, None) => changed::since(root, arguments.base.as_deref())?,
    };
    let impact = Impact::new(&list, files);
    let text = match arguments.format {
        Format::Text => impact.to_text(),
        Format::Markdown => impact.to_markdown(),
        Format::Json => {
            let mut result = serde_json::to_value(&impact)?;
            if let Some(pull_request) = pull_request {
                result["comment"] = json!(impact.to_markdown());
                result["status"] = json!(pull_request.status(impact.is_high)?);
            }
            format!("{result:#}\n")
        }
    };
    let written = io::stdout().write_all(text.as_bytes());
    written.context("cannot write to standard output")?;
    Ok(ExitCode::SUCCESS)
}
