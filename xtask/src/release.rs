//! `cargo xtask release`: what brings a package and a configuration to where they serve.

mod arguments;
mod calls;
mod execute;
mod interrupts;
mod line;
mod plan;
mod program;
mod record;
mod rollback;
mod shell;

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::workspace::Workspace;
use arguments::{Common, ConfigArguments, PRODUCTION, ReleaseArguments, STAGING, SwitchArguments};
use execute::{Ended, execute, say};
use plan::Plan;
use program::Unheeded;
use rollback::RollbackArguments;

/// Bring a package and a configuration to staging or production, or take them back
///
/// Without --execute it runs nothing: it prints the commands that it would run, as one block to be
/// pasted whole into a shell that has the Fastly CLI and jq. The block goes back by itself as well.
/// The CLI reads its token from the environment variable `FASTLY_API_TOKEN`; no command holds it,
/// and `signpost` is run without it.
///
/// A release writes what it would go back to into a file before its first step. If the release is
/// killed, `rollback --from FILE` goes the way back. An interrupt (Ctrl-C, Ctrl-\, a closed
/// terminal, SIGTERM) ends the release and not the way back.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask release production --service-id SERVICE --store-id STORE --edge https://crates.io\n  \
    cargo xtask release switch off --store-id STORE --execute\n  \
    cargo xtask release rollback --from target/way-back-production-41.json --execute\n  \
    cargo xtask release rollback --version 41 --service-id SERVICE --store-id STORE \
--edge https://crates.io --execute\n\n\
    Exit codes: 0 done, or printed; 1 it failed, and nothing was changed or the way back was gone \
to its end; 2 the arguments are wrong, and nothing was done; 3 it failed, and so did a step that was \
to help: see what it printed and do it by hand")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A new version and configuration to staging, all at once
    Staging(ReleaseArguments),
    /// A new version and configuration to production, share by share
    Production(ReleaseArguments),
    /// The switch alone
    Switch(SwitchArguments),
    /// The configuration alone, compiled
    Config(ConfigArguments),
    /// The switch to `off`, and back to a version that served before
    Rollback(RollbackArguments),
}

/// Makes the plan, and prints or runs it.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let common = arguments.command.common();
    let plan = arguments.command.plan(&workspace)?;
    if !common.execute {
        let _ = write!(Unheeded(io::stdout()), "{}", plan.shell());
        say("\nNothing was run: add --execute, or paste this whole into a shell.");
        return Ok(ExitCode::SUCCESS);
    }
    let ended = execute(&plan)?;
    say(&format!("\n{ended}"));
    Ok(ended.code())
}

impl Command {
    fn common(&self) -> &Common {
        match self {
            Self::Staging(arguments) | Self::Production(arguments) => &arguments.common,
            Self::Switch(arguments) => &arguments.common,
            Self::Config(arguments) => &arguments.common,
            Self::Rollback(arguments) => &arguments.common,
        }
    }

    fn plan(&self, workspace: &Workspace) -> Result<Plan> {
        let fastly = self.common().program(workspace)?;
        match self {
            Self::Staging(arguments) => arguments.plan(&fastly, workspace, &STAGING),
            Self::Production(arguments) => arguments.plan(&fastly, workspace, &PRODUCTION),
            Self::Switch(arguments) => Ok(arguments.plan(&fastly)),
            Self::Config(arguments) => arguments.plan(&fastly),
            Self::Rollback(arguments) => arguments.plan(&fastly),
        }
    }
}

impl Ended {
    fn code(&self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Failed(_) | Self::WentBack(_) => ExitCode::FAILURE,
            Self::Stranded(_) => ExitCode::from(3),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => formatter.write_str("Done."),
            Self::Failed(error) => write!(formatter, "error: {error:#}"),
            Self::WentBack(error) => write!(
                formatter,
                "error: {error:#}\nWhat served before serves again, and the switch is `off`."
            ),
            Self::Stranded(errors) => {
                for error in errors {
                    writeln!(formatter, "error: {error:#}")?;
                }
                formatter.write_str("Not all of the way back was gone: do the rest by hand, now.")
            }
        }
    }
}
