//! `signpost compile`: from the TOML that people write to the JSON that the edge reads.

mod fastly_toml;
pub(crate) mod replace;

use std::path::{Path, PathBuf};

use clap::Args;
use signpost::config::{Config, Problems};

use crate::check::Finding;
use crate::diagnostics::{self, counted};
use crate::file;
use crate::output::{Failure, Outcome, is_error_coloured, print};

/// Compiles a configuration into the JSON of the Config Store entry `config`
///
/// What `check` finds wrong does not compile, and its problems go to standard error. The JSON is
/// canonical: the same meaning gives the same bytes, and with them the same revision, however it is
/// written. It goes to standard output unless a file is named for it.
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
    /// The configuration, in TOML
    file: PathBuf,
    /// Write the JSON to this file, whole or not at all
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the JSON into the table [`local_server.config_stores.signpost.contents`] of this file
    #[arg(long, value_name = "FILE")]
    fastly_toml: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let file = arguments.file.as_path();
    let text = file::read(file)?;
    if text.trim_start().starts_with('{') {
        return Err(Failure::new(format!(
            "{} is compiled already; name the TOML file that it was compiled from",
            file.display()
        )));
    }
    match Config::from_toml(&text) {
        Ok(config) => write(arguments, &config).map(|()| Outcome::Fine),
        Err(problems) => {
            anstream::eprint!("{}", refused(file, &text, &problems));
            Ok(Outcome::Found)
        }
    }
}

fn refused(file: &Path, text: &str, problems: &Problems) -> String {
    let name = file.display().to_string();
    let findings = Finding::all_of(problems);
    let report = diagnostics::render(&name, text, &findings, is_error_coloured());
    let number = counted(findings.len(), "problem");
    format!("{report}{name}: {number}; it was not compiled\n")
}

/// Writes the JSON to every place that is named. All that can fail before writing is done first.
fn write(arguments: &Arguments, config: &Config) -> Result<(), Failure> {
    let mut files = Vec::new();
    let json = config.to_json();
    if let Some(out) = &arguments.out {
        files.push((out, format!("{json}\n")));
    }
    if let Some(manifest) = &arguments.fastly_toml {
        let text = file::read(manifest)?;
        let changed = fastly_toml::with_config(&text, json).map_err(|error| {
            Failure::new(format!("cannot change {}: {error}", manifest.display()))
        })?;
        files.push((manifest, changed));
    }
    if files.is_empty() {
        return print(format_args!("{json}\n"));
    }
    for (file, text) in files {
        replace::with(file, &text)
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))?;
        anstream::eprintln!("wrote revision {} to {}", config.revision(), file.display());
    }
    Ok(())
}
