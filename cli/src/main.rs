//! The operator's tool: what the edge will do with a configuration, found out before it does it.

#![forbid(unsafe_code)]

mod compile;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tries a configuration of Signpost before it is deployed.
#[derive(Debug, Parser)]
#[command(name = "signpost", version, arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Compile(compile::Arguments),
}

/// How a command ended. These numbers are a promise to scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// 0: all is fine.
    Fine,
    /// 1: the command did its work and found something.
    Found,
    /// 2: the command could not do its work.
    CouldNotRun,
}

fn main() -> ExitCode {
    // A wrong command line ends in clap with 2, which is what "could not run" is.
    let outcome = match CommandLine::parse().command {
        Command::Compile(arguments) => compile::run(&arguments),
    };
    ExitCode::from(match outcome {
        Outcome::Fine => 0,
        Outcome::Found => 1,
        Outcome::CouldNotRun => 2,
    })
}
