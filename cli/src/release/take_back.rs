//! Runs the steps of a rollback.

use std::time::Duration;

use super::action::Action;
use super::execute::{Run, active_in, parsed, say};
use super::stored::Stored;
use super::undo::{Left, ToDo};
use super::world::World;
use crate::output::Failure;

/// How often a rollback asks what is deployed, and how long it waits in between.
const LISTS: usize = 3;
const BETWEEN_LISTS: Duration = Duration::from_secs(2);

impl<W: World> Run<'_, W> {
    /// Every step, interrupted or not; returns those that were not done.
    pub(super) async fn all<'a>(&mut self, steps: &'a [Action]) -> Vec<Left<'a>> {
        self.heeds_interrupts = false;
        // What clients still do of the old share is no reason to stop.
        self.watch = None;
        let mut left = Vec::new();
        for step in steps {
            let is_last = matches!(step, Action::ClearRelease(_));
            if is_last && !left.is_empty() {
                // Until the rest is done by hand, no other release may begin.
                left.push(Left {
                    step,
                    foreign: None,
                });
                continue;
            }
            say(&format!("\n{step}"));
            let foreign = match self.judge(step).await {
                Ok(ToDo::Nothing(why)) => {
                    say(&format!("  {why}"));
                    continue;
                }
                Ok(ToDo::Foreign(why)) => {
                    say(&format!("  left alone: {why}"));
                    Some(why)
                }
                Ok(ToDo::Run) => match self.step(step).await {
                    Ok(()) => {
                        self.known.has_changed_entries |= step.changes_entries();
                        continue;
                    }
                    Err(error) => {
                        say(&format!("error: {error}"));
                        None
                    }
                },
                Err(error) => {
                    say(&format!("error: {error}"));
                    None
                }
            };
            left.push(Left { step, foreign });
        }
        left
    }

    /// What a step of a rollback has to do with what is deployed now.
    async fn judge(&mut self, step: &Action) -> Result<ToDo, Failure> {
        match step {
            Action::DropShare(store)
            | Action::PutBackConfig(store, _)
            | Action::ClearNext(store)
            | Action::ClearRelease(store) => {
                let now = self.list(&store.list()).await;
                let now = now.and_then(|list| Stored::read(&list));
                self.known.judge(step, now)
            }
            Action::TakeBackVersion(service) => {
                let versions = self.list(&service.list()).await?;
                Ok(self.known.judge_version(active_in(&versions)?))
            }
            Action::RestoreVersion(service) => {
                // If it cannot be seen, activating the version does no harm.
                let versions = self.list(&service.list()).await;
                let active = versions.and_then(|versions| active_in(&versions));
                Ok(if active.ok() == self.known.version {
                    ToDo::Nothing("it is active".to_owned())
                } else {
                    ToDo::Run
                })
            }
            Action::Unstage(service) => {
                let versions = self.list(&service.list()).await?;
                let is_staged = is_staged(&versions, self.known.draft)?;
                Ok(if is_staged {
                    ToDo::Run
                } else {
                    ToDo::Nothing("it is not".to_owned())
                })
            }
            Action::WaitForEntries(_) if !self.known.has_changed_entries => {
                Ok(ToDo::Nothing("none was".to_owned()))
            }
            _ => Ok(ToDo::Run),
        }
    }

    /// What a list prints. A rollback depends on it, so it is asked for three times.
    async fn list(&mut self, words: &[String]) -> Result<String, Failure> {
        for _ in 1..LISTS {
            if let Ok(list) = self.run(words, None, false).await {
                return Ok(list);
            }
            self.wait(BETWEEN_LISTS).await?;
        }
        self.run(words, None, false).await
    }
}

/// Whether this version is on Fastly Staging.
fn is_staged(versions: &str, number: Option<u64>) -> Result<bool, Failure> {
    let versions = parsed(versions, "the list of versions")?;
    let mut versions = versions.as_array().into_iter().flatten();
    Ok(versions.any(|version| {
        version["Staging"] == true
            && version["Number"]
                .as_u64()
                .is_some_and(|it| Some(it) == number)
    }))
}
