//! `signpost release`: brings a package and a configuration to where they serve.

mod action;
mod arguments;
mod check;
mod deployed;
#[cfg(unix)]
mod execute;
mod fastly;
mod known;
mod options;
mod plan;
#[cfg(unix)]
mod program;
mod record;
mod rollback;
mod sides;
mod smoke;
mod stored;
#[cfg(unix)]
mod take_back;
mod undo;
mod verdict;
#[cfg(unix)]
mod versions;
mod world;

use clap::{Args, Subcommand};

use signpost::values::Switch;

use self::action::Action;
use self::arguments::{ConfigArguments, PackageArguments, ReleaseArguments, SwitchArguments};
#[cfg(unix)]
use self::execute::{Ended, execute, say};
use self::known::Known;
use self::options::{Common, PRODUCTION, STAGING};
use self::plan::Plan;
use self::rollback::RollbackArguments;
pub use self::world::{Judged, Watch, World};
use crate::output::{Failure, Outcome, print, print_error};

/// Releases a package and a configuration to staging or production, or rolls them back
///
/// Without --execute it changes nothing: it prints a numbered list of its steps, each with the
/// command that it runs. With --execute it runs them, with a smoke test after each change that can be
/// seen. If a step fails or is interrupted (Ctrl-C, Ctrl-\, a closed terminal, SIGTERM), it rolls back by
/// itself; nothing interrupts a rollback.
///
/// No redirect is held back, and the position of the switch stays where it is. A package is activated
/// first, because a module reads the configurations of all earlier ones. Then the new configuration is
/// stored as `next`, beside the one that works, and gets one share of the files after the other, with
/// smoke tests of both sides at each. Last, it is stored as `config`. If anything fails, all files go back
/// to the configuration that worked, and then the package. With --log it watches the log as `signpost watch`
/// does, and any alarm fails the release. With --through-origin the origin answers all
/// downloads (`shadow`) while both are replaced, as for a first deployment.
///
/// Before it changes anything, a release records what a rollback needs, in a file. If the release is
/// killed, `rollback --from FILE` does the rest. The entry `release` of the Config Store names that file
/// while the release runs, and no other begins. Before each write it looks whether somebody else has
/// changed something; then it stops, takes back what it did, and leaves what others did.
///
/// The Fastly CLI reads its token from the environment variable `FASTLY_API_TOKEN`. No command line
/// holds it, and the smoke test does not send it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  signpost release production --service-id SERVICE --store-id STORE --edge https://crates.io \\
      --deployed-config old.toml
  signpost release staging --service-id SERVICE --store-id STORE --through-origin \\
      --edge https://staging.crates.io --execute -- --not-at-origin cdn-download
  signpost release config --config new.toml --deployed-config old.toml --store-id STORE \\
      --edge https://crates.io --execute -- --not-at-origin cdn-download
  signpost release config --now --config new.toml --deployed-config old.toml --store-id STORE \\
      --edge https://crates.io --execute -- --not-at-origin cdn-download
  signpost release package --service-id SERVICE --store-id STORE \\
      --edge https://crates.io --execute -- --not-at-origin cdn-download
  signpost release switch off --store-id STORE --execute
  signpost release rollback --from way-back-production-41.json --execute \\
      -- --not-at-origin cdn-download
  signpost release rollback --version 41 --service-id SERVICE --store-id STORE \\
      --edge https://crates.io --execute -- --not-at-origin cdn-download

Exit codes: 0 done, or the steps are printed, 1 a step or a smoke test failed
and all is rolled back, 2 could not run: nothing was changed, or the last lines
say what to do by hand. After a 2 of `switch`, look what is stored.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A package and a configuration to staging
    Staging(ReleaseArguments),
    /// A package and a configuration to production, share by share
    Production(ReleaseArguments),
    /// The switch alone
    Switch(SwitchArguments),
    /// A configuration alone, share by share
    Config(ConfigArguments),
    /// A package alone
    Package(PackageArguments),
    /// What served before a release, or a version that served before, with the switch at `off`
    Rollback(RollbackArguments),
}

/// Makes the plan, and prints or runs it.
pub(crate) fn run(arguments: &Arguments, world: &impl World) -> Result<Outcome, Failure> {
    let plan = arguments.command.plan()?;
    for step in plan.steps.iter().chain(&plan.rollback) {
        if let Action::Smoke(_) = step {
            // Any position will do to read the words.
            let words = step.words(&Known {
                switch: Some(Switch::ENFORCE),
                ..Known::default()
            });
            refuse_token(&words)?;
            world.check_smoke(&words)?;
        }
    }
    if !arguments.command.common().execute {
        print(&plan)?;
        print_error("\nNothing was run: add --execute.\n");
        return Ok(Outcome::Fine);
    }
    run_plan(&plan, world)
}

#[cfg(unix)]
fn run_plan(plan: &Plan, world: &impl World) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    match runtime.block_on(execute(plan, world))? {
        Ended::Done => {
            say("\nDone.");
            Ok(Outcome::Fine)
        }
        Ended::RolledBack(error) => {
            let sets_position = |step: &Action| matches!(step, Action::SetSwitch(..));
            let after = if plan.rollback.iter().any(sets_position) {
                "the previous version and configuration serve, and the switch is `off`. Set it to \
                 `shadow` once you know that redirects were right, because at `off` nothing is sent \
                 in a dead origin's place."
            } else {
                "what served before serves, and the position of the switch was left alone."
            };
            say(&format!("\nerror: {error}\nRolled back: {after}"));
            Ok(Outcome::Found)
        }
        Ended::Failed(error) => Err(error),
        Ended::Untidy(steps) => {
            say(&format!(
                "\nThe release is done, and serves. Finish it by hand:\n\n{steps}"
            ));
            Ok(Outcome::CouldNotRun)
        }
        Ended::Incomplete(steps) => {
            say(&format!(
                "\nThe rollback is incomplete. Finish it by hand now:\n\n{steps}"
            ));
            Ok(Outcome::CouldNotRun)
        }
    }
}

#[cfg(not(unix))]
fn run_plan(_: &Plan, _: &impl World) -> Result<Outcome, Failure> {
    Err(Failure::new(
        "--execute needs Unix, where an interrupted release can roll back",
    ))
}

/// A smoke test has no use for the token of the Fastly API, and would send it to the edge.
fn refuse_token(words: &[String]) -> Result<(), Failure> {
    let names_token = |word: &String| word.trim_start_matches("--token-env=") == "FASTLY_API_TOKEN";
    if words.iter().any(names_token) {
        return Err(Failure::new(
            "the token of the Fastly API must not be sent to the edge: name another variable with \
             --token-env",
        ));
    }
    Ok(())
}

impl Command {
    fn common(&self) -> &Common {
        match self {
            Self::Staging(arguments) | Self::Production(arguments) => &arguments.place.common,
            Self::Switch(arguments) => &arguments.common,
            Self::Config(arguments) => &arguments.place.common,
            Self::Package(arguments) => &arguments.place.common,
            Self::Rollback(arguments) => &arguments.common,
        }
    }

    fn plan(&self) -> Result<Plan, Failure> {
        match self {
            Self::Staging(arguments) => arguments.plan(&STAGING),
            Self::Production(arguments) => arguments.plan(&PRODUCTION),
            Self::Switch(arguments) => arguments.plan(),
            Self::Config(arguments) => arguments.plan(),
            Self::Package(arguments) => arguments.plan(),
            Self::Rollback(arguments) => arguments.plan(),
        }
    }
}
