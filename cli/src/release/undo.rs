//! What a rollback has to do: it undoes what the release did, and nothing that somebody else did.

use std::fmt::Write as _;

use signpost::values::Share;

use super::action::Action;
use super::deployed::shown;
use super::known::Known;
use super::stored::Stored;
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
            Action::StoreNext(..) => self.may_have_stored_next = true,
            _ => {}
        }
    }

    /// Remembers what a step has done.
    pub(crate) fn end(&mut self, step: &Action) {
        match step {
            Action::SetSwitch(_, position) => self.stored.switch = Some(position.text(self)),
            Action::StoreConfig(_, compiled) => self.stored.config = Some(compiled.json.clone()),
            Action::StoreNext(_, compiled) => self.stored.next = Some(compiled.json.clone()),
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
            Action::ClearRelease(_) if now.release.is_none() => nothing("it is not there"),
            Action::ClearRelease(_) => {
                let own = self.release.as_ref();
                Ok(run_on_own("release", now.release.as_ref(), own))
            }
            _ => Ok(ToDo::Run),
        }
    }

    /// Refuses entries that hold something of the release after all: a write came late.
    pub(crate) fn look_back(&self, now: &Stored) -> Result<(), Failure> {
        let is_own = |found: &Option<String>| *found == self.next && *found != self.config;
        let has_share = now.switch().is_ok_and(|it| it.next() != Share::NONE);
        let late = if has_share {
            "the switch has a share of `next`"
        } else if self.may_have_stored_config && now.config.is_some() && is_own(&now.config) {
            "the new configuration is in `config`"
        } else if now.next.is_some() && is_own(&now.next) {
            "the new configuration is in `next`"
        } else {
            return Ok(());
        };
        Err(late_write(late))
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

/// The failure of a rollback that something came after.
pub(crate) fn late_write(what: &str) -> Failure {
    Failure::new(format!(
        "{what}, by a write that came late or by somebody else: roll back once more, with `signpost \
         release rollback --from FILE --execute`"
    ))
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

#[cfg(test)]
mod tests {
    use super::super::action::Action;
    use super::super::fastly::Store;
    use super::super::record::RecordFile;
    use super::{Known, Stored, ToDo};
    use crate::output::Failure;

    const STORED: [&str; 4] = ["enforce", "old", "", "mine"];

    fn stored([switch, config, next, release]: [&str; 4]) -> Stored {
        let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Stored {
            switch: value(switch),
            config: value(config),
            next: value(next),
            release: value(release),
        }
    }

    fn known(may_have_stored: bool) -> Known {
        Known {
            version: Some(41),
            draft: Some(42),
            config: Some("old".to_owned()),
            next: Some("new".to_owned()),
            release: Some("mine".to_owned()),
            may_have_stored_next: may_have_stored,
            may_have_stored_config: may_have_stored,
            ..Known::default()
        }
    }

    fn shown(to_do: &Result<ToDo, Failure>) -> &'static str {
        match to_do {
            Ok(ToDo::Run) => "run",
            Ok(ToDo::Nothing(_)) => "nothing",
            Ok(ToDo::Foreign(_)) => "foreign",
            Err(_) => "error",
        }
    }

    #[test]
    fn a_step_undoes_what_the_release_may_have_done_and_nothing_else() {
        let store = || Store {
            fastly: "fastly".to_owned(),
            id: "STORE".to_owned(),
        };
        let drop_share = || Action::DropShare(store());
        let put_back = || Action::PutBackConfig(store(), RecordFile::Named("way.json".into()));
        let clear_next = || Action::ClearNext(store());
        let clear_release = || Action::ClearRelease(store());
        for (name, step, may_have_stored, entries, expected) in [
            (
                "a share",
                drop_share(),
                true,
                ["enforce, next 1%", "", "", ""],
                "run",
            ),
            ("no share", drop_share(), true, STORED, "nothing"),
            (
                "misspelt",
                drop_share(),
                true,
                ["of, next 1%", "", "", ""],
                "nothing",
            ),
            (
                "no switch",
                drop_share(),
                true,
                ["", "old", "", ""],
                "nothing",
            ),
            ("the old one", put_back(), true, STORED, "nothing"),
            ("the new one", put_back(), true, ["", "new", "", ""], "run"),
            (
                "not by this release",
                put_back(),
                false,
                ["", "new", "", ""],
                "foreign",
            ),
            ("another", put_back(), true, ["", "x", "", ""], "foreign"),
            ("removed", put_back(), true, ["", "", "", ""], "foreign"),
            ("no next", clear_next(), true, STORED, "nothing"),
            ("its next", clear_next(), true, ["", "", "new", ""], "run"),
            (
                "a next not by it",
                clear_next(),
                false,
                ["", "", "new", ""],
                "foreign",
            ),
            (
                "another next",
                clear_next(),
                true,
                ["", "", "x", ""],
                "foreign",
            ),
            ("its release", clear_release(), true, STORED, "run"),
            (
                "another release",
                clear_release(),
                true,
                ["", "", "", "x"],
                "foreign",
            ),
            (
                "no release",
                clear_release(),
                true,
                ["", "", "", ""],
                "nothing",
            ),
        ] {
            let found = known(may_have_stored).judge(&step, Ok(stored(entries)));
            assert_eq!(shown(&found), expected, "{name}: {found:?}");
        }
        // Without a list.
        for (step, may_have_stored, expected) in [
            (clear_next(), true, "run"),
            (clear_next(), false, "error"),
            (drop_share(), true, "error"),
            (put_back(), true, "error"),
        ] {
            let list = Err(Failure::new("no list"));
            let found = known(may_have_stored).judge(&step, list);
            assert_eq!(shown(&found), expected, "{step}, {may_have_stored}");
        }
    }

    #[test]
    fn what_comes_late_is_found() {
        for (name, may_have_stored, entries, said) in [
            ("all is back", true, STORED, ""),
            (
                "the share",
                true,
                ["enforce, next 1%", "old", "", ""],
                "a share",
            ),
            ("`config`", true, ["enforce", "new", "", ""], "in `config`"),
            ("of others", false, ["enforce", "new", "", ""], ""),
            ("`next`", true, ["enforce", "old", "new", ""], "in `next`"),
            ("another", true, ["enforce", "x", "y", ""], ""),
        ] {
            let found = known(may_have_stored).look_back(&stored(entries));
            let found = found.err().map_or_else(String::new, |it| it.to_string());
            assert_eq!(found.is_empty(), said.is_empty(), "{name}: {found}");
            assert!(found.contains(said), "{name}: {found}");
        }
    }

    #[test]
    fn only_its_own_version_is_taken_back() {
        for (active, expected) in [(41, "nothing"), (42, "run"), (43, "foreign")] {
            let found = Ok(known(true).judge_version(active));
            assert_eq!(shown(&found), expected, "{active}");
        }
    }
}
