//! The Config Store `signpost`: the configuration and the switch, as they are in force.

use std::time::{Duration, SystemTime};

use fastly::handle::config_store::ConfigStoreHandle;
use signpost::config::Config;
use signpost::decision::Reason;
use signpost::switch::Switch;

/// The name of the store.
const NAME: &str = "signpost";

/// How long what was read is in force. Changes need some 30 s to spread anyway.
const REFRESH: Duration = Duration::from_secs(5);

/// The platform allows 32 look-ups an execution. Asking again with more room counts as another, and
/// is needed once at the most, because the room then found is kept.
const LOOKUPS_A_REFRESH: u64 = 2;
const REFRESHES: u64 = super::LIFETIME.as_secs() / REFRESH.as_secs() + 1;
const _: () = assert!(LOOKUPS_A_REFRESH * (REFRESHES + 1) <= 32);

/// The room that an entry is first read with: that of a configuration with some ten routes.
const USUAL_ENTRY: usize = 2048;

/// The room that the switch is first read with: that of its longest position, twice.
const USUAL_SWITCH: usize = 24;

/// What is in force in this sandbox.
pub(super) struct Store {
    config: Option<Config>,
    switch: Switch,
    fault: Reason,
    entries: Entries,
    read_at: SystemTime,
    refreshes: u64,
}

/// The entries as they were read, so that nothing is proved or reported twice.
#[derive(Default, PartialEq, Eq)]
struct Entries {
    config: Option<String>,
    switch: Option<String>,
}

impl Store {
    /// Reads the store for the first time.
    pub(super) fn open() -> Self {
        let mut store = Self {
            config: None,
            switch: Switch::ENFORCE,
            fault: Reason::ConfigMissing,
            entries: Entries::default(),
            read_at: SystemTime::now(),
            refreshes: 0,
        };
        store.read();
        if store.config.is_none() && store.fault == Reason::ConfigMissing {
            eprintln!("signpost: config-missing: the Config Store `{NAME}` has no entry `config`");
        }
        store
    }

    /// Reads the store again if what was read is old by now.
    pub(super) fn refresh(&mut self, now: SystemTime) {
        // A clock that was set back says nothing of the age, so that counts as old.
        let is_old = now
            .duration_since(self.read_at)
            .map_or(true, |age| age >= REFRESH);
        if is_old && self.refreshes < REFRESHES {
            self.read_at = now;
            self.read();
        }
    }

    /// The configuration in force.
    ///
    /// # Errors
    ///
    /// The reason why there is none.
    pub(super) fn config(&self) -> Result<&Config, &Reason> {
        self.config.as_ref().ok_or(&self.fault)
    }

    /// The switch in force.
    pub(super) fn switch(&self) -> Switch {
        self.switch
    }

    fn read(&mut self) {
        self.refreshes += 1;
        let entries = Entries::read(&self.entries);
        if entries.config != self.entries.config {
            self.take_config(entries.config.as_deref());
        }
        if entries.switch != self.entries.switch {
            self.take_switch(entries.switch.as_deref());
        }
        self.entries = entries;
    }

    /// Takes a new configuration into force; one that fails to load leaves the last good one there.
    fn take_config(&mut self, entry: Option<&str>) {
        let kept = self
            .config
            .as_ref()
            .map_or("every request goes to the origin".to_owned(), |config| {
                format!("revision {} stays in force", config.revision())
            });
        match entry.map(Config::from_json) {
            Some(Ok(config)) => self.config = Some(config),
            Some(Err(problems)) => {
                // One line, so that no log splits it: problems are otherwise a line each.
                let problems = problems.to_string().replace('\n', "; ");
                eprintln!("signpost: config-invalid: {kept}: {problems}");
                self.fault = Reason::ConfigInvalid;
            }
            None => {
                eprintln!("signpost: config-missing: {kept}: the entry `config` is gone");
                self.fault = Reason::ConfigMissing;
            }
        }
    }

    fn take_switch(&mut self, entry: Option<&str>) {
        let (switch, error) = Switch::from_entry(entry);
        self.switch = switch;
        if let Some(error) = error {
            eprintln!("signpost: the switch is taken as off: {error}");
        }
    }
}

impl Entries {
    fn read(before: &Self) -> Self {
        // A store that is not there, or does not answer, is a store without entries.
        let Ok(store) = ConfigStoreHandle::open(NAME) else {
            return Self::default();
        };
        let read = |key, before: Option<&String>, usual: usize| {
            let room = before.map_or(0, String::len).max(usual);
            store.get(key, room).ok().flatten()
        };
        Self {
            config: read("config", before.config.as_ref(), USUAL_ENTRY),
            switch: read("switch", before.switch.as_ref(), USUAL_SWITCH),
        }
    }
}
