use crate::config::MAX_TARGETS;

/// The attempts of a client at one file within the window: how many, at which of the route's targets,
/// and at which of them the last was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    number: u8,
    /// A bit for each target, in the order in which the route names them.
    targets: u8,
    /// The place of the last of them; [`NOWHERE`] if there was none.
    last: u8,
    /// How many targets are skipped in going round.
    further: u8,
    /// Whether the entry `next` answered one of them.
    by_next: bool,
}

/// A route has no more targets than there are bits.
const _: () = assert!(MAX_TARGETS <= 8);

impl Attempts {
    /// None yet.
    pub const NONE: Self = Self {
        number: 0,
        targets: 0,
        last: NOWHERE,
        further: 0,
        by_next: false,
    };

    /// The most attempts of one client. Cargo makes four, so more of them are a farm of machines behind
    /// one address.
    pub const MOST: u8 = 4;

    /// How many.
    pub fn number(self) -> u8 {
        self.number
    }

    /// Whether they are as many as one client makes.
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

    /// Whether the entry `next` answered one of them.
    pub fn include_next(self) -> bool {
        self.by_next
    }

    /// How many targets are skipped in going round.
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

    /// These and one more that the entry `next` answered. Its targets have other places than those of
    /// `config`, which gets the next attempt, so where it was is not kept.
    #[must_use]
    pub fn and_by_next(self) -> Self {
        Self {
            by_next: true,
            ..self.and(None)
        }
    }

    /// These, skipping so many targets in going round.
    #[must_use]
    pub(crate) fn and_further(self, further: u8) -> Self {
        Self { further, ..self }
    }

    /// The attempts as a memory keeps them.
    pub fn to_bytes(self) -> [u8; 3] {
        let mark = if self.by_next { BY_NEXT } else { 0 };
        [self.number | mark, self.targets, self.last]
    }

    /// The attempts that a memory kept; `None` if it kept something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [number, targets, last] = *bytes.first_chunk().filter(|_| bytes.len() == 3)?;
        let by_next = number & BY_NEXT != 0;
        let number = number & !BY_NEXT;
        let attempts = Self {
            number,
            targets,
            last,
            further: 0,
            by_next,
        };
        let is_at_one = attempts
            .last()
            .map_or(targets == 0, |last| attempts.include(last));
        let holds = number <= Self::MOST
            && targets.count_ones() <= u32::from(number)
            && (number > 0 || !by_next)
            && is_at_one;
        holds.then_some(attempts)
    }
}

/// The mark in the number of attempts of which the entry `next` answered one. A module that does not know
/// it takes them for none.
const BY_NEXT: u8 = 1 << 7;

/// More than any place.
const NOWHERE: u8 = u8::MAX;

fn bit(place: usize) -> u8 {
    u32::try_from(place)
        .ok()
        .and_then(|place| 1_u8.checked_shl(place))
        .unwrap_or_default()
}
