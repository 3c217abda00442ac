//! What a rollback has to do: it undoes what the release did, and nothing that somebody else did.

use std::fmt::Write as _;

use signpost::values::Share;

use super::action::Action;
use super::known::Known;
use super::stored::{Stored, shown};
use crate::output::Failure;

/// What a step of a rollback finds.
#[derive(Debug)]
pub(crate) enum ToDo {
    /// Its command has to run.
    Run,
    /// There is nothing to undo, for this reason.
    Nothing(String),
    /// Somebody else changed what it would undo, in this way: that stays.
    Foreign(String),
}

/// A step that was not done.
#[derive(Debug)]
pub(crate) struct Left<'a> {
    pub(crate) step: &'a Action,
    /// Why it must not be done by hand without a look first.
    pub(crate) why: Option<String>,
}

impl Known {
    /// Remembers what a step is about to do, which it may have done even if it fails.
    pub(crate) fn begin(&mut self, step: &Action) {
        match step {
            Action::StoreConfig(..) => self.may_have_stored_config = true,
            Action::StoreNext(..) | Action::ReplaceNext(..) => self.may_have_stored_next = true,
            _ => {}
        }
    }

    /// Remembers what a step has done.
    pub(crate) fn end(&mut self, step: &Action) {
        match step {
            Action::SetSwitch(_, position) => self.stored.switch = Some(position.text(self)),
            Action::StoreConfig(_, compiled) => self.stored.config = Some(compiled.json.clone()),
            Action::StoreNext(_, compiled) | Action::ReplaceNext(_, compiled) => {
                self.stored.next = Some(compiled.json.clone());
            }
            Action::Begin(_) => self.stored.release.clone_from(&self.release),
            Action::Activate(_) => self.serving = self.draft,
            _ => {}
        }
    }

    /// What a step has to do with these entries.
    ///
    /// # Errors
    ///
    /// If the entries could not be read. `next` is removed all the same: without it, `config` answers every
    /// file, whatever the switch says.
    pub(crate) fn judge(
        &mut self,
        step: &Action,
        now: Result<Stored, Failure>,
    ) -> Result<ToDo, Failure> {
        let now = match now {
            Err(_) if matches!(step, Action::ClearNext(_)) && self.may_have_stored_next => {
                return Ok(ToDo::Run);
            }
            now => now?,
        };
        let nothing = |why: &str| Ok(ToDo::Nothing(why.to_owned()));
        match step {
            Action::DropShare(_) | Action::SeeSwitch(_) => {
                // Somebody may have moved it since, to `off` perhaps.
                self.switch = Some(now.switch_in_force().with_next(Share::NONE));
                let has_share = now
                    .switch()
                    .is_ok_and(|switch| switch.next() != Share::NONE);
                match &now.switch {
                    Some(_) if has_share && matches!(step, Action::DropShare(_)) => Ok(ToDo::Run),
                    Some(switch) => Ok(ToDo::Nothing(format!("it reads `{switch}`"))),
                    None => nothing("there is no switch"),
                }
            }
            Action::PutBackConfig(..) if now.config == self.config => nothing("it is stored"),
            Action::PutBackConfig(..) => {
                let own = self.next.as_ref().filter(|_| self.may_have_stored_config);
                Ok(run_on_own("config", now.config.as_ref(), own))
            }
            Action::ClearNext(_) if now.next.is_none() => nothing("it is not there"),
            Action::ClearNext(_) => {
                let own = self.next.as_ref().filter(|_| self.may_have_stored_next);
                Ok(run_on_own("next", now.next.as_ref(), own))
            }
            Action::LookBack(..) => {
                if now.switch().is_ok_and(|it| it.next() != Share::NONE) {
                    let words = "the switch has a share of `next`: a write of the release has come late, or somebody \
                                 else made it. Roll back once more, with `signpost release rollback --from FILE \
                                 --execute`";
                    return Err(Failure::new(words));
                }
                let is_late = |key: &str, found: &Option<String>| {
                    let words = format!(
                        "a write of the release has come late: the new configuration is stored as `{key}`. \
                         Roll back once more, with `signpost release rollback --from FILE --execute`"
                    );
                    let is_own = found.is_some() && *found == self.next && *found != self.config;
                    if is_own {
                        Err(Failure::new(words))
                    } else {
                        Ok(())
                    }
                };
                if self.may_have_stored_config {
                    is_late("config", &now.config)?;
                }
                is_late("next", &now.next)?;
                nothing("they are, but for what others changed")
            }
            Action::ClearRelease(_) if now.release.is_none() => nothing("it is not there"),
            Action::ClearRelease(_) => {
                let own = self.release.as_ref();
                Ok(run_on_own("release", now.release.as_ref(), own))
            }
            _ => Ok(ToDo::Run),
        }
    }

    /// What there is to do about the version that is active now.
    pub(crate) fn judge_version(&self, active: u64) -> ToDo {
        if self.version == Some(active) {
            ToDo::Nothing("it is active".to_owned())
        } else if self.draft == Some(active) {
            ToDo::Run
        } else {
            ToDo::Foreign(format!("somebody else activated the version {active}"))
        }
    }
}

/// Leaves alone what is not the release's own.
fn run_on_own(key: &str, found: Option<&String>, own: Option<&String>) -> ToDo {
    if found == own {
        return ToDo::Run;
    }
    let found = shown(key, found.map(String::as_str));
    ToDo::Foreign(format!("somebody else left {found} in the entry `{key}`"))
}

/// A numbered list of what is left to do.
pub(crate) fn list(left: &[Left<'_>], known: &Known) -> String {
    let mut text = String::new();
    for (left, number) in left.iter().zip(1..) {
        let _ = writeln!(text, "{number:>3}. {}", left.step);
        let line = match &left.why {
            Some(why) => Some(format!("not done, because {why}")),
            None => left.step.command(known),
        };
        if let Some(line) = line {
            let _ = writeln!(text, "      {line}");
        }
    }
    text
}
