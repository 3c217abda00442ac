//! Remembers what was found for recent requests. Most requests in a registry's log repeat.

use std::hash::{BuildHasher as _, RandomState};

use crate::log::Asked;

/// A table of fixed size. A request replaces another whose hash leads to the same slot.
#[derive(Debug)]
pub(super) struct Recent<V> {
    hasher: RandomState,
    slots: Vec<Option<(Asked<'static>, V)>>,
}

/// A power of two, so that the low bits of a hash are a slot. The full table takes some 3 MiB.
const SLOTS: usize = 1 << 14;

/// Longer requests are rare, and not worth the room.
const MAX_BYTES: usize = 200;

impl<V: Copy> Recent<V> {
    /// What was found for the same request, or what `find` finds.
    pub(super) fn get_or(&mut self, asked: &Asked<'_>, find: impl FnOnce() -> V) -> V {
        if asked.url.len() + asked.method.len() > MAX_BYTES {
            return find();
        }
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, || None);
        }
        let hash = self.hasher.hash_one(&asked.url);
        let low_bits = usize::try_from(hash % SLOTS as u64).unwrap_or_default();
        let Some(slot) = self.slots.get_mut(low_bits) else {
            return find();
        };
        match slot {
            Some((known, found)) if is_same(known, asked) => *found,
            _ => {
                let found = find();
                *slot = Some((asked.clone().into_owned(), found));
                found
            }
        }
    }
}

fn is_same(one: &Asked<'_>, other: &Asked<'_>) -> bool {
    one.url == other.url
        && one.method == other.method
        && one.accepts_json == other.accepts_json
        && one.is_preflight == other.is_preflight
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            slots: Vec::new(),
        }
    }
}
