//! What was found for requests that came a moment ago. In a registry's log most of them come again.

use std::hash::{BuildHasher as _, RandomState};

use crate::log::Asked;

/// A table of fixed size: a request takes the place of another whose hash leads to the same slot.
#[derive(Debug)]
pub(super) struct Recent<V> {
    hasher: RandomState,
    slots: Vec<Slot<V>>,
}

#[derive(Clone, Debug, Default)]
struct Slot<V> {
    /// Tells most other requests apart without a look at their strings, which lie elsewhere.
    hash: u64,
    method: String,
    url: String,
    accepts_json: bool,
    found: Option<V>,
}

/// A power of two, so that the end of a hash is a slot. Filled, the table takes 3 MiB.
const SLOTS: usize = 1 << 14;

/// A request that is longer is rare, and would take room for nothing.
const MAX_BYTES: usize = 200;

impl<V: Copy + Default> Recent<V> {
    /// What was found for the same request, or what `find` finds.
    pub(super) fn get_or(&mut self, asked: &Asked<'_>, find: impl FnOnce() -> V) -> V {
        if asked.url().len() + asked.method().len() > MAX_BYTES {
            return find();
        }
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, Slot::default);
        }
        let hash = self.hasher.hash_one(asked.url());
        let last_bits = usize::try_from(hash % SLOTS as u64).unwrap_or_default();
        let Some(slot) = self.slots.get_mut(last_bits) else {
            return find();
        };
        match slot.found {
            Some(found) if slot.is_of(asked, hash) => found,
            _ => {
                let found = find();
                slot.hold(asked, hash, found);
                found
            }
        }
    }
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            slots: Vec::new(),
        }
    }
}

impl<V> Slot<V> {
    fn is_of(&self, asked: &Asked<'_>, hash: u64) -> bool {
        self.hash == hash
            && self.url == asked.url()
            && self.method == asked.method()
            && self.accepts_json == asked.accepts_json()
    }

    fn hold(&mut self, asked: &Asked<'_>, hash: u64, found: V) {
        self.hash = hash;
        // Writing into the strings that are there costs no memory.
        self.url.clear();
        self.url.push_str(asked.url());
        self.method.clear();
        self.method.push_str(asked.method());
        self.accepts_json = asked.accepts_json();
        self.found = Some(found);
    }
}
