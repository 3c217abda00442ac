//! In whose turn a target is chosen: what is known of the other targets, and of the client's earlier
//! tries.

use super::MAX_TARGETS;

/// Whether the backend of this name is healthy: what a target's `health_backend` is asked.
pub type Health<'h> = &'h dyn Fn(&str) -> bool;

/// What is said of health where nobody knows of any: every target may be sent to.
pub fn all_healthy(_: &str) -> bool {
    true
}

/// What is known of a request besides itself when its target is chosen.
#[derive(Clone, Copy)]
pub struct Turn<'h> {
    /// Whether a backend is healthy.
    pub health: Health<'h>,
    /// What the client was sent to before.
    pub earlier: Tries,
    /// Whether the origin may be asked, after the last target.
    pub origin_is_open: bool,
}

/// The tries of a client for one file within the window: how many, at which of the route's targets, and
/// at which of them the last was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    number: u8,
    /// A bit for each target, in the order in which the route names them.
    targets: u8,
    /// The place of the last of them; more than any place where there was none.
    last: u8,
    /// How much further than to the next one it goes round.
    further: u8,
}

/// A route has no more targets than there are bits.
const _: () = assert!(MAX_TARGETS <= 8);

impl Turn<'static> {
    /// A first try, while every target is healthy.
    pub const FIRST: Self = Self {
        health: &all_healthy,
        earlier: Tries::NONE,
        origin_is_open: false,
    };
}

impl Tries {
    /// None yet.
    pub const NONE: Self = Self {
        number: 0,
        targets: 0,
        last: NOWHERE,
        further: 0,
    };

    /// How often a client is sent for a file before nobody believes that it is one client: cargo asks
    /// four times.
    pub const MOST: u8 = 4;

    /// How many.
    pub fn number(self) -> u8 {
        self.number
    }

    /// Whether there were as many as of any one client.
    pub fn are_all(self) -> bool {
        self.number >= Self::MOST
    }

    /// Whether the next one is the last.
    pub(crate) fn is_last_next(self) -> bool {
        self.number.saturating_add(1) >= Self::MOST
    }

    /// Whether one of them was at the target in this place among those of the route.
    pub(crate) fn include(self, place: usize) -> bool {
        self.targets & bit(place) != 0
    }

    /// The place of the target at which the last of them was.
    pub(crate) fn last(self) -> Option<usize> {
        (self.last != NOWHERE).then_some(self.last.into())
    }

    /// How much further than to the next one it goes round.
    pub(crate) fn further(self) -> usize {
        self.further.into()
    }

    /// These and one more: at the target in this place, or at the origin.
    #[must_use]
    pub fn and(self, place: Option<usize>) -> Self {
        let last = place.and_then(|place| u8::try_from(place).ok());
        Self {
            number: self.number.saturating_add(1).min(Self::MOST),
            targets: self.targets | place.map_or(0, bit),
            last: last.unwrap_or(self.last),
            ..self
        }
    }

    /// These, after which it goes round so much further.
    #[must_use]
    pub(crate) fn and_further(self, further: u8) -> Self {
        Self { further, ..self }
    }

    /// The tries as a memory keeps them.
    pub fn to_bytes(self) -> [u8; 3] {
        [self.number, self.targets, self.last]
    }

    /// The tries that a memory kept; nothing where it kept something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [number, targets, last] = *bytes.first_chunk().filter(|_| bytes.len() == 3)?;
        let tries = Self {
            number,
            targets,
            last,
            further: 0,
        };
        let is_at_one = tries
            .last()
            .map_or(targets == 0, |last| tries.include(last));
        let holds = number <= Self::MOST && targets.count_ones() <= u32::from(number) && is_at_one;
        holds.then_some(tries)
    }
}

/// More than any place.
const NOWHERE: u8 = u8::MAX;

fn bit(place: usize) -> u8 {
    u32::try_from(place)
        .ok()
        .and_then(|place| 1_u8.checked_shl(place))
        .unwrap_or_default()
}
