//! `signpost compile`: turns the TOML that people write into the JSON that the edge reads.

mod distinct;
mod fastly_toml;

use std::path::{Path, PathBuf};

use clap::Args;
use signpost::authoring::Authored;
use signpost::config::{Config, Problems};
use signpost_logs::text::{counted, in_place, visible};

use crate::file::{self, Text};
use crate::findings::{self, Finding};
use crate::output::{Failure, Outcome, Screen, print, print_error};
use crate::replace::Replacement;

/// Compiles a configuration into the JSON of the Config Store entry `config`
///
/// A configuration that `check` finds problems in does not compile; its problems, and warnings, go
/// to standard error. The JSON is canonical: configurations with the same meaning give the same
/// bytes and the same revision. It goes to standard output unless you name a file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost compile config/crates-io.toml
  signpost compile config/crates-io.toml --out target/config.json
  signpost compile config/crates-io.toml --fastly-toml fastly.toml
  signpost compile config/crates-io.toml | fastly config-store-entry update \\
      --upsert --store-id=STORE_ID --key=config --stdin

Exit codes: 0 compiled, 1 the configuration has problems, 2 it could not be read or written.")]
pub(crate) struct Arguments {
    /// The configuration, in TOML; `-` for standard input
    file: PathBuf,
    /// Write the JSON to this file, whole or not at all; `-` for standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the JSON into the table `local_server.config_stores.signpost.contents` of this file
    #[arg(long, value_name = "FILE")]
    fastly_toml: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    distinct::check(
        &arguments.file,
        arguments.out.as_deref(),
        arguments.fastly_toml.as_deref(),
    )?;
    let name = file::name(&arguments.file);
    let text = Text::read_input(&arguments.file)?;
    if file::is_compiled(text.as_str()) {
        return Err(Failure::new(format!(
            "{name} is compiled already; name the TOML file that it was compiled from"
        )));
    }
    match Authored::from_toml(text.as_str()) {
        Ok(authored) => {
            let warnings: Vec<_> = authored.warnings().iter().map(Finding::from).collect();
            let screen = Screen::of_errors();
            print_error(findings::render(&name, text.as_str(), &warnings, screen));
            write(arguments, authored.config()).map(|()| Outcome::Fine)
        }
        Err(problems) => {
            print_error(refused(&name, text.as_str(), &problems));
            Ok(Outcome::Found)
        }
    }
}

fn refused(name: &str, text: &str, problems: &Problems) -> String {
    let findings = Finding::all_of(problems);
    let report = findings::render(name, text, &findings, Screen::of_errors());
    let problems = findings.iter().filter(|finding| finding.is_problem());
    let number = counted(problems.count() as u64, "problem");
    format!("{report}{}: {number}; it was not compiled\n", visible(name))
}

/// Writes the JSON to every place that is named. Does first everything that can fail.
fn write(arguments: &Arguments, config: &Config) -> Result<(), Failure> {
    let json = config.to_json();
    let out = arguments.out.as_deref();
    let mut prepared = Vec::new();
    if let Some(out) = out.filter(|out| !file::is_dash(out)) {
        prepared.push((out, Replacement::prepare(out, &format!("{json}\n"))?));
    }
    if let Some(manifest) = &arguments.fastly_toml {
        let text = with_config(manifest, json)?;
        prepared.push((manifest.as_path(), Replacement::prepare(manifest, &text)?));
    }
    if prepared.is_empty() || out.is_some_and(file::is_dash) {
        print(format_args!("{json}\n"))?;
    }
    for (file, replacement) in prepared {
        replacement.commit()?;
        let (revision, file) = (config.revision(), file.display());
        print_error(format_args!("wrote revision {revision} to {file}\n"));
    }
    Ok(())
}

/// A `fastly.toml` with the configuration in it.
fn with_config(manifest: &Path, json: &str) -> Result<String, Failure> {
    let text = Text::read(manifest)?;
    let changed = fastly_toml::with_config(text.as_str(), json).map_err(|error| {
        let why = in_place(&error.to_string());
        Failure::new(format!("cannot change {}: {why}", manifest.display()))
    })?;
    Ok(text.with_mark(changed))
}
