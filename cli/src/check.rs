//! `signpost check`: shows every problem of a configuration at once.

mod download_url;
mod entry;
mod explanations;
mod may_differ;
mod place;
mod report;
mod text;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};

use crate::file::{self, Text};
use crate::findings::Code;
use crate::output::{Failure, Format, Outcome, Screen, as_error, print, print_error, print_json};
use download_url::DownloadUrl;
use report::{Input, Report};

/// Shows every problem of a configuration, and what differs between several
///
/// A file is TOML as people write it, or compiled JSON; `-` is standard input. Each problem has a
/// stable code, its place in the file, what was read, and what to write instead. A warning is shown
/// in the same way; it does not keep the edge from using the file. If several files are named, each
/// is compared with the first: staging should be production in all but its hosts.
///
/// `--format json` prints one object. `files` lists an object for each file, with `file`,
/// `revision` (null if it does not compile), `entry` (null too; how full the Config Store entry is:
/// `characters`, `limit`, `percent`), `problems` and `warnings` (`code`, `key`, `message`, `line`,
/// `column`, and `bytes` from `start` to `end`; the last three are null if the problem has no
/// place), and `error` if the file could not be read. `differences` lists objects with `file`,
/// `key`, `old`, `new` and `allowed`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost check config/crates-io.toml
  signpost check config/crates-io.toml config/crates-io-staging.toml
  signpost check --dl https://static.crates.io/crates config/crates-io.toml
  signpost check --format json config/*.toml
  signpost check --strict config/crates-io.toml
  git show HEAD:config/crates-io.toml | signpost check - config/crates-io.toml
  signpost check --explain base-host-not-allowed

Exit codes: 0 no problem, 1 there are problems, or warnings with --strict, 2 a file or an argument
could not be read.")]
pub(crate) struct Arguments {
    /// The configurations; each after the first is compared with the first
    #[arg(value_name = "FILE", required_unless_present = "explain")]
    files: Vec<PathBuf>,
    /// The keys in which files may differ; `*` stands for any one step, and a key includes all
    /// below it
    #[arg(
        long,
        value_name = "KEY",
        value_delimiter = ',',
        default_value = "allowed_hosts,hosts,log.fields,routes.*.hosts,targets.*.base"
    )]
    may_differ: Vec<String>,
    /// The `dl` of a registry's index: every download that cargo makes of it must be redirected
    #[arg(long, value_name = "URL")]
    dl: Vec<DownloadUrl>,
    /// Exit with 1 for warnings as well
    #[arg(long)]
    strict: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Explains a code, with an example, instead of checking files
    #[arg(
        long,
        value_name = "CODE",
        conflicts_with_all = ["files", "may_differ", "dl", "strict", "format"],
        value_parser = PossibleValuesParser::new(codes()).try_map(|name| read_code(&name)),
    )]
    explain: Option<Code>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    if let Some(code) = arguments.explain {
        print(explanations::of(code))?;
        return Ok(Outcome::Fine);
    }
    let report = Report::of(inputs(arguments)?, &arguments.dl, &arguments.may_differ);
    if let Some(keys) = report.keys() {
        may_differ::check(&arguments.may_differ, &keys)?;
    }
    match arguments.format {
        Format::Text => print(text::render(&report, Screen::of_output()))?,
        Format::Json => print_json(&report)?,
    }
    let has_found = report.has_problems() || (arguments.strict && report.has_warnings());
    let mut outcome = Outcome::found(has_found);
    for error in report.errors() {
        print_error(format_args!("{}\n", as_error(error)));
        outcome = Outcome::CouldNotRun;
    }
    Ok(outcome)
}

fn inputs(arguments: &Arguments) -> Result<Vec<Input>, Failure> {
    let files = &arguments.files;
    file::ensure_one_dash(files.iter().map(PathBuf::as_path))?;
    let read = |file: &PathBuf| (file::name(file), Text::read_input(file));
    Ok(files.iter().map(read).collect())
}

fn codes() -> Vec<PossibleValue> {
    Code::all()
        .map(|code| PossibleValue::new(code.name()).help(code.meaning()))
        .collect()
}

fn read_code(name: &str) -> Result<Code, Failure> {
    Code::from_name(name).ok_or_else(|| Failure::new(format!("there is no code `{name}`")))
}
