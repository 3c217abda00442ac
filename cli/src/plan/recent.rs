//! Remembers what was found for recent requests. Most requests in a registry's log repeat.

use std::hash::{BuildHasher as _, RandomState};

use crate::log::Asked;

/// A table of fixed size. A request replaces another whose hash leads to the same slot.
#[derive(Debug)]
pub(super) struct Recent<V> {
    hasher: RandomState,
    slots: Vec<Slot<V>>,
}

#[derive(Clone, Debug, Default)]
struct Slot<V> {
    /// Tells most other requests apart without comparing strings.
    hash: u64,
    method: String,
    url: String,
    accepts_json: bool,
    found: Option<V>,
}

/// A power of two, so that the low bits of a hash are a slot. The full table takes 3 MiB.
const SLOTS: usize = 1 << 14;

/// Longer requests are rare, and not worth the room.
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
        // Reuses the memory of the strings.
        self.url.clear();
        self.url.push_str(asked.url());
        self.method.clear();
        self.method.push_str(asked.method());
        self.accepts_json = asked.accepts_json();
        self.found = Some(found);
    }
}
