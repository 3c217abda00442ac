use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::FutureExt as _;
use signpost::values::Share;
use tokio::time::timeout;

use super::action::{Action, quoted};
use super::deployed::shown;
use super::known::Known;
use super::plan::Plan;
use super::program::Program;
use super::record::Record;
use super::stored::Stored;
use super::undo::list;
use super::versions::{active_in, number_in};
use super::world::{Watch, World};
use crate::interrupts::Interrupts;
use crate::output::{Failure, Outcome, print_error};

/// How many times a rollback tries to list what is deployed.
pub(super) const LISTS: usize = 3;

/// How a plan ended that was run.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Every step was done.
    Done,
    /// A step failed, and there was nothing to roll back.
    Failed(Failure),
    /// A step failed, and the rollback is complete.
    RolledBack(Failure),
    /// These steps of a rollback failed, as a list.
    Incomplete(String),
    /// The release is done but for these steps, as a list.
    Untidy(String),
}

/// Runs the plan.
///
/// An interrupt ends a release and not a rollback: it makes the running step fail. So does a panic.
/// Output that cannot be written ends neither.
pub(crate) async fn execute(plan: &Plan, world: &impl World) -> Result<Ended, Failure> {
    let mut run = Run {
        world,
        known: plan.known.clone(),
        interrupts: Interrupts::watch()?,
        heeds_interrupts: true,
        record: plan.record.clone(),
        lists: LISTS,
        watch: None,
    };
    let failed = match run.until_failure(&plan.steps).await {
        Ok(()) if plan.steps.is_empty() => None,
        Ok(()) => {
            let left = run.run_all(&plan.tidy).await;
            return Ok(if left.is_empty() {
                Ended::Done
            } else {
                run.set_record_aside("done");
                Ended::Untidy(list(&left, &run.known))
            });
        }
        Err((index, error)) if plan.steps.iter().take(index + 1).all(Action::is_look) => {
            run.set_record_aside("unused");
            return Ok(Ended::Failed(Failure::new(format!(
                "{error}; nothing was changed"
            ))));
        }
        Err((_, error)) if plan.rollback.is_empty() => {
            return Ok(Ended::Failed(run.with_way_back(error)));
        }
        Err((_, error)) => {
            say(&format!("\nerror: {error}\nRolling back."));
            Some(error)
        }
    };
    let left = run.run_all(&plan.rollback).await;
    Ok(match failed {
        _ if !left.is_empty() => Ended::Incomplete(list(&left, &run.known)),
        failed => {
            run.set_record_aside("rolled-back");
            failed.map_or(Ended::Done, Ended::RolledBack)
        }
    })
}

/// What ends a wait or a smoke test early.
enum Disturbed {
    Interrupt,
    Alarm(Failure),
}

/// Prints to standard error; ignores a closed one.
pub(crate) fn say(text: &str) {
    print_error(format_args!("{text}\n"));
}

/// A run, and what it has learnt.
pub(super) struct Run<'a, W: World> {
    pub(super) world: &'a W,
    pub(super) known: Known,
    interrupts: Interrupts,
    pub(super) heeds_interrupts: bool,
    /// Where the record is.
    record: Option<PathBuf>,
    /// How often a list is asked for that fails.
    pub(super) lists: usize,
    /// The watch of the log, if there is one, until the rollback.
    pub(super) watch: Option<W::Watch>,
}

impl<W: World> Run<'_, W> {
    /// One step after the other; stops at the first that fails and returns its index.
    async fn until_failure(&mut self, steps: &[Action]) -> Result<(), (usize, Failure)> {
        for (index, step) in steps.iter().enumerate() {
            let position = format!("step {} of {}", index + 1, steps.len());
            say(&format!("\n{position}: {step}"));
            let done = self.step(step).await;
            done.map_err(|error| (index, Failure::new(format!("{position} failed: {error}"))))?;
        }
        Ok(())
    }

    /// The error of a release that takes nothing back by itself, with the command that does.
    fn with_way_back(&self, error: Failure) -> Failure {
        match &self.record {
            Some(record) => {
                let record = quoted([&*record.to_string_lossy()]);
                Failure::new(format!(
                    "{error}\nNothing was taken back. To go back to what was stored before: signpost \
                     release rollback --from {record} --execute"
                ))
            }
            None => error,
        }
    }

    fn set_record_aside(&self, ending: &str) {
        if let Some(record) = &self.record {
            Record::set_aside(record, ending);
        }
    }

    pub(super) async fn step(&mut self, step: &Action) -> Result<(), Failure> {
        if let Some(command) = step.command(&self.known) {
            say(&format!("  $ {command}"));
        }
        guarded(self.act(step)).await?;
        if self.heeds_interrupts && self.interrupts.came_by_now().await {
            return Err(interrupted());
        }
        Ok(())
    }

    async fn act(&mut self, step: &Action) -> Result<(), Failure> {
        match step {
            Action::FindVersion(_) => {
                self.known.version = Some(active_in(&self.call(step).await?)?);
                self.known.serving = self.known.version;
            }
            Action::MakeDraft(_) => {
                self.known.draft = Some(number_in(&self.call(step).await?)?);
            }
            Action::Keep(keeping) | Action::KeepDraft(keeping) => {
                let file = keeping.keep(&mut self.known)?;
                say(&format!("  in {}", file.display()));
                self.record = Some(file);
            }
            Action::Wait(duration, _) | Action::WaitForEntries(duration) => {
                return self.wait(*duration).await;
            }
            Action::Watch(command, may_refuse) => {
                self.watch = Some(self.world.watch(command, *may_refuse)?);
            }
            Action::Judge(requirement) => {
                if let Some(watch) = &self.watch {
                    let judged = watch.judged();
                    say(&format!(
                        "  {} requests for files of `next`",
                        judged.requests
                    ));
                    requirement.check(&judged)?;
                }
            }
            Action::Smoke(_) => return self.smoke(&step.words(&self.known)).await,
            Action::FindEntries(_, expected) => {
                let stored = Stored::read(&self.call(step).await?)?;
                stored.check(expected)?;
                let switch = stored.switch_in_force().with_next(Share::NONE);
                say(&format!(
                    "  the switch is at `{switch}`, and `config` has {}",
                    shown("config", stored.config.as_deref())
                ));
                self.known.switch = Some(switch);
                self.known.config.clone_from(&stored.config);
                self.known.stored = stored;
            }
            Action::Look(_) => {
                if let Some(failure) = self.watch.as_mut().and_then(W::Watch::failure_so_far) {
                    return Err(failure);
                }
                let now = Stored::read(&self.call(step).await?)?;
                self.known.stored.check_same(&now)?;
            }
            Action::LookAtVersion(_) => {
                let active = active_in(&self.call(step).await?)?;
                if Some(active) != self.known.serving {
                    return Err(Failure::new(format!(
                        "somebody else activated the version {active}"
                    )));
                }
            }
            Action::Validate(_) => {
                // The CLI ends with 0 whatever it found.
                let said = self.call(step).await?;
                if !said.contains(" is valid") {
                    return Err(Failure::new("the draft is not valid"));
                }
            }
            Action::ReplaceNext(store, _) => {
                let now = self.entries(store).await?;
                if now.next.is_none() {
                    say("  there is none");
                } else {
                    self.call(step).await?;
                }
                if let Err(unfinished) = now.check_ended() {
                    say(&format!("  {unfinished}"));
                }
            }
            _ => {
                self.known.begin(step);
                self.call(step).await?;
                self.known.end(step);
            }
        }
        Ok(())
    }

    /// Waits that long, or until an interrupt if there are any to heed. An alarm of the watch is a failure.
    pub(super) async fn wait(&mut self, planned: Duration) -> Result<(), Failure> {
        let never = std::future::pending::<()>();
        let waited = timeout(self.world.wait(planned), never);
        // Whether an interrupt came is seen after the step.
        match self.unless_disturbed(waited).await {
            Ok(_) | Err(Disturbed::Interrupt) => Ok(()),
            Err(Disturbed::Alarm(failure)) => Err(failure),
        }
    }

    async fn smoke(&mut self, words: &[String]) -> Result<(), Failure> {
        let world = self.world;
        let outcome = match self.unless_disturbed(world.smoke(words)).await {
            Ok(outcome) => outcome?,
            Err(Disturbed::Interrupt) => return Err(interrupted()),
            Err(Disturbed::Alarm(failure)) => return Err(failure),
        };
        match outcome {
            Outcome::Fine => Ok(()),
            Outcome::Found | Outcome::CouldNotRun => Err(Failure::new("the smoke test failed")),
        }
    }

    /// Works until it is done, unless there is an interrupt to heed, or the watch raises an alarm.
    async fn unless_disturbed<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Disturbed> {
        let heeds_interrupts = self.heeds_interrupts;
        let alarm = async {
            match &mut self.watch {
                Some(watch) => watch.failure().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.interrupts.came(), if heeds_interrupts => Err(Disturbed::Interrupt),
            failure = alarm => Err(Disturbed::Alarm(failure)),
            done = work => Ok(done),
        }
    }

    /// Runs the command of a step; returns what it printed, and shows it unless it is JSON.
    async fn call(&mut self, step: &Action) -> Result<String, Failure> {
        let words = step.words(&self.known);
        let input = step.input(&self.known).map(str::to_owned);
        let is_shown = !words.iter().any(|word| word == "--json");
        self.run(&words, input.as_deref(), is_shown).await
    }

    pub(super) async fn run(
        &mut self,
        words: &[String],
        input: Option<&str>,
        is_shown: bool,
    ) -> Result<String, Failure> {
        let program = Program {
            words,
            input,
            is_shown,
            patience: self.world.patience(patience_for(words)),
        };
        let interrupts = self.heeds_interrupts.then_some(&mut self.interrupts);
        program.run(interrupts).await
    }
}

/// How long a call of the Fastly CLI may take: an upload longer than the others, and a list less.
fn patience_for(words: &[String]) -> Duration {
    let has = |option| words.iter().any(|word| word == option);
    if has("--package") {
        Duration::from_mins(5)
    } else if has("list") {
        Duration::from_secs(15)
    } else {
        Duration::from_mins(1)
    }
}

fn interrupted() -> Failure {
    Failure::new("it was interrupted")
}

/// Turns a panic into a failure, so that the rollback begins all the same.
async fn guarded(action: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let done = AssertUnwindSafe(action).catch_unwind().await;
    done.unwrap_or_else(|_| {
        Err(Failure::new(
            "the release panicked, which is a fault of its own",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[tokio::test]
    async fn a_step_that_panics_is_a_step_that_failed() {
        let error = guarded(async { panic!("on purpose") }).await.unwrap_err();
        assert!(error.to_string().contains("panicked"), "{error}");
        assert!(guarded(async { Ok(()) }).await.is_ok());
    }
}
