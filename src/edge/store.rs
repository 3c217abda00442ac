//! The Config Store `signpost`: looked up at the start, and then from time to time.

use std::time::{Duration, SystemTime};

use fastly::config_store::OpenError;
use fastly::handle::config_store::ConfigStoreHandle;
use signpost::config::NEXT_BACKEND_TIMEOUT;
use signpost::entries::{Entries, Lookup};

use super::service_log::{self, say};

/// The name of the store.
const NAME: &str = "signpost";

/// How long a sandbox takes new requests. The platform ends an execution after 2 minutes: the last
/// request may wait 30 s until the last backend is asked, and 60 s for the first byte of its answer.
pub(super) const LIFETIME: Duration = Duration::from_secs(20);
const FIRST_BYTE: Duration = Duration::from_mins(1);
const _: () =
    assert!(LIFETIME.as_secs() + NEXT_BACKEND_TIMEOUT.as_secs() + FIRST_BYTE.as_secs() <= 120);

/// How long what was looked up is in force. Changes need some 30 s to spread anyway.
const REFRESH: Duration = Duration::from_secs(5);

/// The platform allows 32 look-ups an execution. Asking again with more room counts as another, and
/// is needed once at the most for each entry, because the room then found is kept. `next` is looked up only
/// while the switch gives it a share.
const LOOKUPS_A_REFRESH: u64 = 3;
const REFRESHES: u64 = LIFETIME.as_secs() / REFRESH.as_secs() + 1;
const _: () = assert!(LOOKUPS_A_REFRESH * (REFRESHES + 1) <= 32);

/// The room that a configuration is first looked up with: that of some ten routes.
const USUAL_CONFIG: usize = 2048;

/// The room that the switch is first looked up with: that of its longest text, twice.
const USUAL_SWITCH: usize = 48;

/// The store, and what of it is in force in this sandbox.
pub(super) struct Store {
    entries: Entries,
    config_room: usize,
    next_room: usize,
    switch_room: usize,
    read_at: SystemTime,
    refreshes: u64,
}

impl Store {
    /// Looks the entries up for the first time.
    pub(super) fn open() -> Self {
        let mut store = Self {
            entries: Entries::default(),
            config_room: USUAL_CONFIG,
            next_room: USUAL_CONFIG,
            switch_room: USUAL_SWITCH,
            read_at: SystemTime::now(),
            refreshes: 0,
        };
        store.read();
        store
    }

    /// Looks the entries up again if what was looked up is old by now.
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

    /// What is in force.
    pub(super) fn entries(&self) -> &Entries {
        &self.entries
    }

    fn read(&mut self) {
        self.refreshes += 1;
        let opened = ConfigStoreHandle::open(NAME);
        let look_up = |key: &str, room: &mut usize| match &opened {
            Ok(store) => look_up(store, key, room),
            Err(OpenError::ConfigStoreDoesNotExist) => Lookup::Missing,
            Err(_) => Lookup::Failed,
        };
        let config = look_up("config", &mut self.config_room);
        let switch = look_up("switch", &mut self.switch_room);
        let next = || look_up("next", &mut self.next_room);
        let said = self.entries.take(config, switch, next);
        let log = self.entries.sides().ok().and_then(|it| it.config().log());
        service_log::go_to(log.and_then(|log| log.service_endpoint.as_deref()));
        for line in said {
            say(&line);
        }
    }
}

fn look_up(store: &ConfigStoreHandle, key: &str, room: &mut usize) -> Lookup {
    match store.get(key, *room) {
        Ok(Some(entry)) => {
            *room = entry.len().max(*room);
            Lookup::Found(entry)
        }
        Ok(None) => Lookup::Missing,
        Err(_) => Lookup::Failed,
    }
}
