//! `signpost compile`: from the TOML that people write to the JSON that the edge reads.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use signpost::config::{Config, Problems};

use crate::Outcome;

/// Compiles a configuration into the JSON of the Config Store entry `config`.
///
/// The JSON goes to standard output, if the configuration has no problems: exit code 0. Otherwise
/// all of its problems go to standard error, each with its line: exit code 1.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost compile config/crates-io.toml
  signpost compile config/crates-io.toml | fastly config-store-entry update \\
      --upsert --store-id=STORE_ID --key=config --stdin

Exit codes: 0 compiled, 1 the configuration has problems, 2 it could not be read or written.")]
pub(crate) struct Arguments {
    /// The configuration, in TOML.
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let file = arguments.file.as_path();
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!(
                "error: cannot read {}: {}",
                file.display(),
                in_words(&error)
            );
            return Outcome::CouldNotRun;
        }
    };
    match Config::from_toml(&text) {
        Ok(config) => print(config.to_json()),
        Err(problems) => {
            report(file, &problems);
            Outcome::Found
        }
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory, not a TOML file".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8, as TOML must be".to_owned(),
        _ => error.to_string(),
    }
}

fn print(json: &str) -> Outcome {
    match writeln!(io::stdout().lock(), "{json}") {
        Ok(()) => Outcome::Fine,
        // Whoever reads the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Fine,
        Err(error) => {
            eprintln!("error: cannot write to standard output: {error}");
            Outcome::CouldNotRun
        }
    }
}

fn report(file: &Path, problems: &Problems) {
    for problem in problems.iter() {
        let place = problem.place().map_or(String::new(), |place| {
            format!(":{}:{}", place.line, place.column)
        });
        let key = problem.key();
        let separator = if key.steps().is_empty() { "" } else { ": " };
        eprintln!(
            "error[{}]: {}{place}: {key}{separator}{}",
            problem.code(),
            file.display(),
            problem.message()
        );
    }
    let number = problems.iter().count();
    let noun = if number == 1 { "problem" } else { "problems" };
    eprintln!(
        "error: {} has {number} {noun} and was not compiled",
        file.display()
    );
}
