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

/// A step of a rollback that was not done.
#[derive(Debug)]
pub(crate) struct Left<'a> {
    pub(crate) step: &'a Action,
    /// Why it must not be done by hand without a decision.
    pub(crate) foreign: Option<String>,
}

impl Known {
    /// Remembers what a step has stored.
    pub(crate) fn done(&mut self, step: &Action) {
        match step {
            Action::SetSwitch(_, position) => self.stored.switch = Some(position.text(self)),
            Action::StoreConfig(_, compiled) => self.stored.config = Some(compiled.json.clone()),
            Action::StoreNext(_, compiled) | Action::ReplaceNext(_, compiled) => {
                self.stored.next = Some(compiled.json.clone());
            }
            Action::RemoveNext(_) => self.stored.next = None,
            Action::Begin(..) => self.stored.release.clone_from(&self.release),
            Action::End(_) => self.stored.release = None,
            _ => {}
        }
    }

    /// What a step of a rollback has to do with these entries.
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
            Err(_) if matches!(step, Action::ClearNext(_)) => return Ok(ToDo::Run),
            now => now?,
        };
        let nothing = |why: &str| ToDo::Nothing(why.to_owned());
        Ok(match step {
            Action::DropShare(_) => {
                // Somebody may have moved it since, to `off` perhaps.
                self.switch = Some(now.switch_in_force().with_next(Share::NONE));
                match (&now.switch, now.switch()) {
                    (Some(_), Ok(switch)) if switch.next() != Share::NONE => ToDo::Run,
                    (Some(switch), _) => ToDo::Nothing(format!("it reads `{switch}`")),
                    (None, _) => nothing("there is no switch"),
                }
            }
            Action::PutBackConfig(..) if now.config == self.config => nothing("it is stored"),
            Action::PutBackConfig(..) => own("config", now.config.as_ref(), self.next.as_ref()),
            Action::ClearNext(_) if now.next.is_none() => nothing("it is not there"),
            Action::ClearNext(_) => own("next", now.next.as_ref(), self.next.as_ref()),
            Action::ClearRelease(_) if now.release.is_none() => nothing("it is not there"),
            Action::ClearRelease(_) => own("release", now.release.as_ref(), self.release.as_ref()),
            _ => ToDo::Run,
        })
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

fn own(key: &str, found: Option<&String>, own: Option<&String>) -> ToDo {
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
        let line = match &left.foreign {
            Some(foreign) => Some(format!(
                "not done, because {foreign}: decide whether that stays"
            )),
            None => left.step.command(known),
        };
        if let Some(line) = line {
            let _ = writeln!(text, "      {line}");
        }
    }
    text
}
