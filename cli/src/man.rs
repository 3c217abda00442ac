//! `signpost man`: the manual pages.

use clap::Args;
use clap_mangen::Man;

use crate::output::{Failure, Outcome, print};

/// Prints a manual page
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost man | man -l -
  signpost man plan > signpost-plan.1

Exit codes: 0 printed, 2 there is no such command, or it could not be written.")]
pub(crate) struct Arguments {
    /// The command to describe; the program itself when none is named
    command: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, mut program: clap::Command) -> Result<Outcome, Failure> {
    program.build();
    let page = match &arguments.command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            Failure::new(format!(
                "there is no command `{name}`; `signpost help` lists the commands"
            ))
        })?,
    };
    let mut roff = Vec::new();
    Man::new(page)
        .render(&mut roff)
        .map_err(|error| Failure::new(format!("cannot write the page: {error}")))?;
    print(String::from_utf8_lossy(&roff))?;
    Ok(Outcome::Fine)
}
