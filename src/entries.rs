//! The entries of the Config Store, and what of them is in force.
//!
//! Looking them up is the platform's; what a look-up means is decided here, where it can be tried:
//! a bad entry never replaces a good one, and a look-up that fails changes nothing. Only `next` is dropped
//! at once, because `config` answers in its place.

use crate::config::{self, Config};
use crate::decision::Reason;
use crate::sides::Sides;
use crate::values::{Share, Switch};

/// What came of looking an entry up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The entry, as it is stored.
    Found(String),
    /// There is no such entry.
    Missing,
    /// The store did not say whether there is one.
    Failed,
}

/// The configurations and the switch that are in force in a sandbox.
///
/// ```
/// use signpost::entries::{Entries, Lookup};
/// use signpost::values::Switch;
///
/// let mut entries = Entries::default();
/// let next = || unreachable!("this switch gives `next` no share");
/// let service_log = entries.take(Lookup::Missing, Lookup::Found("enforce".to_owned()), next);
/// assert_eq!(entries.sides().unwrap_err().code(), "config-missing");
/// assert_eq!(entries.switch(), Switch::ENFORCE);
/// assert_eq!(service_log.len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Entries {
    config: Option<Config>,
    reason: Reason,
    next: Option<Config>,
    switch: Switch,
    /// Whether the entry `switch` was ever there.
    has_seen_switch: bool,
    /// The last look-ups, so that nothing is proved or reported twice.
    looked_up: Option<(Lookup, Lookup)>,
    /// The last look-up of `next`; none while the switch gives it no share.
    looked_up_next: Option<Lookup>,
}

impl Default for Entries {
    /// Nothing is in force before the first look-up, so no redirect leaves.
    fn default() -> Self {
        Self {
            config: None,
            reason: Reason::ConfigMissing,
            next: None,
            switch: Switch::OFF,
            has_seen_switch: false,
            looked_up: None,
            looked_up_next: None,
        }
    }
}

impl Entries {
    /// Takes what the entries `config` and `switch` are now, and `next`, which is looked up only if the
    /// switch gives it a share. Returns the lines for the service log: none if nothing has changed, or all
    /// is well.
    ///
    /// The configuration in force stays if the entry has problems, is gone or cannot be looked up. The
    /// switch stays if its entry is gone or cannot be looked up; if there never was one, a missing switch
    /// is `shadow`. So what goes missing never turns the switch of a sandbox up. A `next` that has problems
    /// or is gone is dropped; one that cannot be looked up stays.
    pub fn take(
        &mut self,
        config: Lookup,
        switch: Lookup,
        next: impl FnOnce() -> Lookup,
    ) -> Vec<String> {
        let mut service_log = Vec::new();
        let (old_config, old_switch) = self
            .looked_up
            .as_ref()
            .map_or((None, None), |(config, switch)| {
                (Some(config), Some(switch))
            });
        let config_is_new = old_config != Some(&config);
        let switch_is_new = old_switch != Some(&switch);
        if config_is_new {
            service_log.extend(self.take_config(&config));
        }
        if switch_is_new {
            service_log.extend(self.take_switch(&switch));
        }
        self.looked_up = Some((config, switch));
        let next = (self.switch.next() != Share::NONE).then(next);
        if self.looked_up_next != next {
            service_log.extend(self.take_next(next.as_ref()));
            self.looked_up_next = next;
        }
        service_log
    }

    /// The configurations in force. There is none in `next` without one in `config`, which answers in its
    /// place.
    ///
    /// # Errors
    ///
    /// The reason why there is none.
    pub fn sides(&self) -> Result<Sides<'_>, &Reason> {
        let config = self.config.as_ref().ok_or(&self.reason)?;
        Ok(Sides::new(config, self.next.as_ref()))
    }

    /// The switch in force.
    pub fn switch(&self) -> Switch {
        self.switch
    }

    fn take_config(&mut self, entry: &Lookup) -> Option<String> {
        let (reason, found) = match entry {
            Lookup::Found(json) => match read(json) {
                Ok(config) => {
                    self.config = Some(config);
                    return None;
                }
                Err(problems) => (Reason::ConfigInvalid, problems),
            },
            Lookup::Missing => (
                Reason::ConfigMissing,
                "the Config Store has no entry `config`".to_owned(),
            ),
            Lookup::Failed => (
                Reason::ConfigMissing,
                "the entry `config` cannot be looked up".to_owned(),
            ),
        };
        let meanwhile = match &self.config {
            Some(config) => format!("revision {} stays in force", config.revision()),
            None => "every request goes to the origin".to_owned(),
        };
        let line = format!("signpost: {}: {meanwhile}: {found}", reason.code());
        self.reason = reason;
        Some(line)
    }

    fn take_next(&mut self, entry: Option<&Lookup>) -> Option<String> {
        let (next, found) = match entry {
            None => (None, None),
            Some(Lookup::Found(json)) => match read(json) {
                Ok(next) => (Some(next), None),
                Err(problems) => (None, Some(problems)),
            },
            Some(Lookup::Missing) => {
                let found = "the Config Store has no entry `next`";
                (None, Some(found.to_owned()))
            }
            Some(Lookup::Failed) => {
                let found = "the entry `next` cannot be looked up";
                (self.next.take(), Some(found.to_owned()))
            }
        };
        self.next = next;
        let meanwhile = match &self.next {
            Some(next) => format!("revision {} stays in force", next.revision()),
            None => "`config` answers everything".to_owned(),
        };
        found.map(|found| format!("signpost: next: {meanwhile}: {found}"))
    }

    fn take_switch(&mut self, entry: &Lookup) -> Option<String> {
        let found = match entry {
            Lookup::Found(text) => {
                self.has_seen_switch = true;
                let read = text.parse();
                self.switch = *read.as_ref().unwrap_or(&Switch::OFF);
                return read
                    .err()
                    .map(|error| format!("signpost: the switch is taken as off: {error}"));
            }
            Lookup::Missing => "the Config Store has no entry `switch`",
            Lookup::Failed => "the entry `switch` cannot be looked up",
        };
        if *entry == Lookup::Missing && !self.has_seen_switch {
            self.switch = Switch::SHADOW;
        }
        Some(format!("signpost: {found}: {} is in force", self.switch))
    }
}

/// Reads a configuration. Its problems are in one line, so that no log splits them: they are otherwise a line
/// each.
fn read(json: &str) -> Result<Config, String> {
    config::from_json(json).map_err(|problems| problems.to_string().replace('\n', "; "))
}
