//! `signpost compile`: from the TOML that people write to the JSON that the edge reads.

use std::path::PathBuf;

use clap::Args;
use signpost::config::Config;

use crate::diagnostics;
use crate::file;
use crate::output::{Failure, Outcome, is_error_coloured, print};

/// Compiles a configuration into the JSON of the Config Store entry `config`
///
/// The JSON goes to standard output, if the configuration has no problems. Otherwise all of its
/// problems go to standard error.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost compile config/crates-io.toml
  signpost compile config/crates-io.toml | fastly config-store-entry update \\
      --upsert --store-id=STORE_ID --key=config --stdin

Exit codes: 0 compiled, 1 the configuration has problems, 2 it could not be read or written.")]
pub(crate) struct Arguments {
    /// The configuration, in TOML
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let file = arguments.file.as_path();
    let text = file::read(file)?;
    match Config::from_toml(&text) {
        Ok(config) => {
            print(format_args!("{}\n", config.to_json()))?;
            Ok(Outcome::Fine)
        }
        Err(problems) => {
            let report = diagnostics::render(file, &text, &problems, is_error_coloured());
            anstream::eprint!("{report}");
            Ok(Outcome::Found)
        }
    }
}
