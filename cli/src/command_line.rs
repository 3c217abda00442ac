use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::output::{Failure, Outcome, as_error, print, print_error};
use crate::release::{Judged, Watch, World};
#[cfg(unix)]
use crate::watch::Beside;
use crate::{check, compile, completions, explain, init, man, plan, release, routes, smoke, watch};

/// Tries a configuration of Signpost before it is deployed
///
/// Every command runs the very code of the edge function over production's own configuration.
#[derive(Debug, Parser)]
#[command(
    name = "signpost",
    version,
    arg_required_else_help = true,
    after_help = EXIT_CODES,
)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

/// The exit codes of every command.
pub(crate) const EXIT_CODES: &str = "\
Exit codes: 0 fine, 1 found something (problems, changes, failures), 2 could not run.";

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Compile(compile::Arguments),
    Explain(explain::Arguments),
    Init(init::Arguments),
    Plan(plan::Arguments),
    Release(Box<release::Arguments>),
    Routes(routes::Arguments),
    Smoke(Box<smoke::Arguments>),
    Watch(watch::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    main_in(&Here)
}

/// Runs the program in another world.
pub fn main_in(world: &impl World) -> ExitCode {
    let ended = match CommandLine::try_parse() {
        Ok(command_line) => command_line.run(world),
        Err(wrong) => instead(&wrong),
    };
    let outcome = ended.unwrap_or_else(|failure| {
        print_error(format_args!("{}\n", as_error(&failure)));
        Outcome::CouldNotRun
    });
    ExitCode::from(outcome.code())
}

/// Prints the help, or the error in the command line.
fn instead(wrong: &clap::Error) -> Result<Outcome, Failure> {
    let text = wrong.render();
    if wrong.use_stderr() {
        print_error(text.ansi());
        return Ok(Outcome::CouldNotRun);
    }
    print(text.ansi())?;
    Ok(Outcome::Fine)
}

impl CommandLine {
    fn run(&self, world: &impl World) -> Result<Outcome, Failure> {
        match &self.command {
            Command::Check(arguments) => check::run(arguments),
            Command::Compile(arguments) => compile::run(arguments),
            Command::Explain(arguments) => explain::run(arguments),
            Command::Init(arguments) => init::run(arguments),
            Command::Plan(arguments) => plan::run(arguments),
            Command::Release(arguments) => release::run(arguments, world),
            Command::Routes(arguments) => routes::run(arguments),
            Command::Smoke(arguments) => smoke::run(arguments),
            Command::Watch(arguments) => watch::run(arguments),
            Command::Completions(arguments) => completions::run(arguments, Self::command()),
            Command::Man(arguments) => man::run(arguments, Self::command()),
        }
    }
}

/// The world as it is: a smoke test is that of this program, and time passes.
#[derive(Clone, Copy, Debug)]
pub struct Here;

/// A watch of the log, as `signpost watch` does it. There is none where releases cannot run.
#[derive(Debug)]
pub struct LogWatch {
    #[cfg(unix)]
    beside: Beside,
}

impl World for Here {
    type Watch = LogWatch;

    fn check_smoke(&self, words: &[String]) -> Result<(), Failure> {
        let arguments = smoke_arguments(words)?;
        smoke::check_repeatable(&arguments)
    }

    async fn smoke(&self, words: &[String]) -> Result<Outcome, Failure> {
        let arguments = smoke_arguments(words)?;
        let (report, outcome) = smoke::test(&arguments).await?;
        // A release does not end because its output cannot be written.
        let _ = print(report);
        outcome
    }

    #[cfg(unix)]
    fn watch(&self, command: &str, may_refuse: bool) -> Result<LogWatch, Failure> {
        let beside = Beside::start(command, may_refuse)?;
        Ok(LogWatch { beside })
    }

    #[cfg(not(unix))]
    fn watch(&self, _: &str, _: bool) -> Result<LogWatch, Failure> {
        Err(Failure::new("a release needs Unix"))
    }

    fn wait(&self, planned: Duration) -> Duration {
        planned
    }

    fn patience(&self, planned: Duration) -> Duration {
        planned
    }
}

#[cfg(unix)]
impl Watch for LogWatch {
    async fn failure(&mut self) -> Failure {
        self.beside.failure().await
    }

    fn failure_so_far(&mut self) -> Option<Failure> {
        self.beside.failure_so_far()
    }

    fn judged(&self) -> Judged {
        let judged = self.beside.judged();
        Judged {
            share: judged.share,
            requests: judged.requests,
            is_good: judged.is_good,
            refused: judged.refused,
            refused_url: judged.refused_url,
        }
    }
}

#[cfg(not(unix))]
impl Watch for LogWatch {
    async fn failure(&mut self) -> Failure {
        std::future::pending().await
    }

    fn failure_so_far(&mut self) -> Option<Failure> {
        None
    }

    fn judged(&self) -> Judged {
        Judged::default()
    }
}

/// The arguments of a smoke test, as its own command line has them.
fn smoke_arguments(words: &[String]) -> Result<Box<smoke::Arguments>, Failure> {
    match CommandLine::try_parse_from(words).map(|line| line.command) {
        Ok(Command::Smoke(arguments)) => Ok(arguments),
        Ok(_) => Err(Failure::new("this is not a smoke test")),
        Err(wrong) => {
            let text = wrong.to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text);
            Err(Failure::new(format!(
                "in the smoke test, {}",
                text.trim_end()
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::CommandLine;

    #[test]
    fn the_command_line_is_well_formed_and_every_command_has_examples() {
        let command = CommandLine::command();
        command.clone().debug_assert();
        for command in command.get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string);
            let name = command.get_name();
            let help = help.unwrap_or_default();
            assert!(help.contains("Examples:\n  "), "{name} has no examples");
            assert!(
                help.contains("Exit codes: 0 "),
                "{name} does not say its exit codes"
            );
        }
    }
}
