//! Remembers what was found for recent requests. Most requests in a registry's log repeat.

use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use signpost_logs::log::Asked;

/// A table of fixed size. A request replaces another whose hash leads to the same slot.
#[derive(Debug)]
pub(super) struct Recent<V> {
    hasher: RandomState,
    slots: Vec<Option<Seen<V>>>,
}

/// A request, what was found for it, and how often it came since it is remembered.
#[derive(Debug)]
pub(super) struct Seen<V> {
    pub(super) asked: Asked<'static>,
    pub(super) found: V,
    pub(super) times: u64,
}

/// A power of two, so that the low bits of a hash are a slot. The full table takes some 3 MiB.
const SLOTS: usize = 1 << 14;

/// Longer requests are rare, and not worth the room.
const MAX_BYTES: usize = 200;

impl<V: Copy> Recent<V> {
    /// What was found for the same request, if it is remembered. Counts this one.
    pub(super) fn find(&mut self, asked: &Asked<'_>) -> Option<V> {
        let seen = self.slot(asked)?.as_mut()?;
        is_same(&seen.asked, asked).then(|| {
            seen.times += 1;
            seen.found
        })
    }

    /// Remembers a request that came once. Returns what is forgotten instead: another request, or this
    /// one if it is too long.
    pub(super) fn keep(&mut self, asked: Asked<'static>, found: V) -> Option<Seen<V>> {
        let seen = Seen {
            asked,
            found,
            times: 1,
        };
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, || None);
        }
        match self.slot(&seen.asked) {
            Some(slot) => slot.replace(seen),
            None => Some(seen),
        }
    }

    /// Forgets everything.
    pub(super) fn forget(&mut self) -> impl Iterator<Item = Seen<V>> + use<V> {
        std::mem::take(&mut self.slots).into_iter().flatten()
    }

    fn slot(&mut self, asked: &Asked<'_>) -> Option<&mut Option<Seen<V>>> {
        if asked.url.len() + asked.method.len() > MAX_BYTES {
            return None;
        }
        let hash = self.hasher.hash_one(&asked.url);
        let low_bits = usize::try_from(hash % SLOTS as u64).unwrap_or_default();
        self.slots.get_mut(low_bits)
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
            hasher: RandomState::default(),
            slots: Vec::new(),
        }
    }
}
