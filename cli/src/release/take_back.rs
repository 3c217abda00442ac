//! Runs the steps of a rollback.

use std::time::Duration;

use super::action::Action;
use super::execute::{LISTS, Run, say};
use super::fastly::{Service, Store};
use super::stored::Stored;
use super::undo::{Left, ToDo, late_write};
use super::versions::active_in;
use super::world::World;
use crate::output::Failure;

/// How long a rollback waits between two lists.
const BETWEEN_LISTS: Duration = Duration::from_secs(2);

impl<W: World> Run<'_, W> {
    /// Runs every step, interrupted or not; returns those that were not done.
    pub(super) async fn run_all<'a>(&mut self, steps: &'a [Action]) -> Vec<Left<'a>> {
        self.heeds_interrupts = false;
        // What clients still do of the old share is no reason to stop.
        self.watch = None;
        let mut left: Vec<Left<'a>> = Vec::new();
        for step in steps {
            let done = if let Some(why) = needs_the_others(step, &left) {
                Err(Some(why.to_owned()))
            } else {
                say(&format!("\n{step}"));
                self.run_judged(step).await
            };
            if let Err(why) = done {
                left.push(Left { step, why });
            }
        }
        left
    }

    /// Runs a step if there is something to do. The error says why it must not be done by hand, if so.
    async fn run_judged(&mut self, step: &Action) -> Result<(), Option<String>> {
        match self.judge(step).await {
            Ok(ToDo::Nothing(why)) => {
                say(&format!("  {why}"));
                Ok(())
            }
            Ok(ToDo::Foreign(why)) => {
                say(&format!("  left alone: {why}"));
                Err(Some(format!("{why}: decide whether that stays")))
            }
            Ok(ToDo::Run) => self.step(step).await.map_err(|error| {
                say(&format!("error: {error}"));
                None
            }),
            Err(error) => {
                say(&format!("error: {error}"));
                let command = step.command(&self.known).unwrap_or_default();
                Err(Some(format!(
                    "{error}: look what is deployed first, and then run {command}"
                )))
            }
        }
    }

    /// What a step has to do with what is deployed now.
    async fn judge(&mut self, step: &Action) -> Result<ToDo, Failure> {
        match step {
            Action::DropShare(store)
            | Action::SeeSwitch(store)
            | Action::PutBackConfig(store, _)
            | Action::ClearNext(store)
            | Action::ClearRelease(store) => {
                let now = self.entries(store).await;
                self.known.judge(step, now)
            }
            Action::LookBack(store, service) => {
                if let Some(service) = service {
                    let active = self.active(service).await?;
                    if let ToDo::Run = self.known.judge_version(active) {
                        return Err(late_write("the new version is active"));
                    }
                }
                let now = self.entries(store).await?;
                self.known.look_back(&now)?;
                Ok(ToDo::Nothing(
                    "it is, but for what others changed".to_owned(),
                ))
            }
            Action::TakeBackVersion(service) => {
                let active = self.active(service).await?;
                Ok(self.known.judge_version(active))
            }
            Action::RestoreVersion(service) => {
                // If it cannot be seen, activating the version does no harm.
                let active = self.active(service).await;
                Ok(if active.ok() == self.known.version {
                    ToDo::Nothing("it is active".to_owned())
                } else {
                    ToDo::Run
                })
            }
            Action::WaitForEntries(_) if !self.known.may_have_stored_next => {
                Ok(ToDo::Nothing("none was".to_owned()))
            }
            _ => Ok(ToDo::Run),
        }
    }

    /// The entries as they are stored now.
    pub(super) async fn entries(&mut self, store: &Store) -> Result<Stored, Failure> {
        Stored::read(&self.list(&store.list()).await?)
    }

    /// The number of the version that is active now.
    async fn active(&mut self, service: &Service) -> Result<u64, Failure> {
        active_in(&self.list(&service.list()).await?)
    }

    /// What a list prints. A rollback depends on it, so it is tried three times.
    async fn list(&mut self, words: &[String]) -> Result<String, Failure> {
        // If they all failed once, the next step does not wait as long.
        for _ in 1..self.lists {
            if let Ok(list) = self.run(words, None, false).await {
                return Ok(list);
            }
            self.wait(BETWEEN_LISTS).await?;
        }
        let list = self.run(words, None, false).await;
        self.lists = if list.is_ok() { LISTS } else { 1 };
        list
    }
}

/// Why a step must wait until the others are done by hand, if it must.
fn needs_the_others(step: &Action, left: &[Left<'_>]) -> Option<&'static str> {
    match step {
        Action::ClearRelease(_) if !left.is_empty() => {
            Some("no other release may begin before the rest is done")
        }
        Action::TakeBackVersion(_) if left.iter().any(|left| left.step.changes_entries()) => {
            Some("an older module may not read the entries that are left")
        }
        _ => None,
    }
}
