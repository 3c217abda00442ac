use std::collections::HashMap;
use std::time::Duration;

use foldhash::fast::RandomState;

use super::line::Side;
use crate::log::Time;

/// The most keys in each of two periods. Both tables take 18 MiB, from the beginning.
pub(crate) const MOST_KEYS: usize = 458_752;

/// If the log jumps back this many times the interval, everything known is useless. Lines of slow
/// machines go back less.
const TIMES_BACK: u32 = 5;

/// Finds requests in which a client asks for the same file again within an interval.
///
/// Keeps a 64-bit hash of client and file, the time, and where the last answer sent the client. Keeps two
/// periods, each at least as long as the interval, so no repeat is missed.
///
/// A period with more than [`MOST_KEYS`] hashes is sampled: only hashes that end in a number of
/// zero bits are kept and counted, half as many with each bit. The sample has all or none of a
/// client's requests for a file, so the ratio has no bias. Its error is that of at least 100,000
/// clients' files, 0.2 percentage points.
#[derive(Debug)]
pub(crate) struct Repeats {
    within: Duration,
    most_keys: usize,
    current: HashMap<u64, Last, RandomState>,
    previous: HashMap<u64, Last, RandomState>,
    /// When the current period began.
    began: Option<Time>,
    /// Since when nothing is missing.
    known_since: Option<Time>,
    /// Keeps hashes that end in this many zero bits.
    kept_bits: u32,
    /// Counts hashes that end in this many zero bits. Falls behind `kept_bits` until enough is
    /// known.
    counted_bits: u32,
}

/// The number of a target among targets, from 1; 0 for none.
pub(crate) type TargetNumber = u8;

/// Where an answer sent a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) target: TargetNumber,
    /// The configuration that answered, while `next` had a share.
    pub(crate) side: Option<Side>,
}

/// A request, compared with earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The client's first within the interval.
    First,
    /// The client's second to fourth, after it was sent there.
    Again(Sent),
    /// The fifth or later without a long pause: cargo asks four times.
    OverAndOver,
    NotInSample,
}

/// When a key was last seen, how often in a row, and where it was sent, packed into one number to save
/// memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Last(i64);

impl Last {
    const MOST_TIMES: i64 = 3;
    const MOST_TARGET: i64 = 63;

    fn new(time: Time, times_before: i64, sent: Sent) -> Self {
        let millis = time.millis().clamp(i64::MIN / 1_024, i64::MAX / 1_024);
        let target = i64::from(sent.target).min(Self::MOST_TARGET);
        let side = match sent.side {
            None => 0,
            Some(Side::Config) => 1,
            Some(Side::Next) => 2,
        };
        let times = times_before.clamp(0, Self::MOST_TIMES);
        Self((millis << 10) | (side << 8) | (target << 2) | times)
    }

    fn time(self) -> Time {
        Time::from_millis(self.0 >> 10)
    }

    fn sent(self) -> Sent {
        let target = (self.0 >> 2) & Self::MOST_TARGET;
        Sent {
            target: TargetNumber::try_from(target).unwrap_or_default(),
            side: match (self.0 >> 8) & 3 {
                1 => Some(Side::Config),
                2 => Some(Side::Next),
                _ => None,
            },
        }
    }

    fn times_before(self) -> i64 {
        self.0 & Self::MOST_TIMES
    }
}

impl Repeats {
    /// Finds repeats within an interval.
    pub(crate) fn new(within: Duration) -> Self {
        Self::with(within, MOST_KEYS)
    }

    fn with(within: Duration, most_keys: usize) -> Self {
        let table = || HashMap::with_capacity_and_hasher(most_keys, RandomState::default());
        Self {
            within,
            most_keys,
            current: table(),
            previous: table(),
            began: None,
            known_since: None,
            kept_bits: 0,
            counted_bits: 0,
        }
    }

    /// Notes a request by the hash of its client and file, and tells whether it is a repeat.
    pub(crate) fn see(&mut self, hash: u64, sent: Sent, time: Time) -> Seen {
        self.turn(time);
        if hash.trailing_zeros() < self.kept_bits {
            return Seen::NotInSample;
        }
        let last = self.current.get(&hash).or_else(|| self.previous.get(&hash));
        // Lines come slightly out of order, so the earlier request may have the later time.
        let is_near = |one: Time| time.since(one) <= self.within && one.since(time) <= self.within;
        let last = last.copied().filter(|last| is_near(last.time()));
        let times_before = last.map_or(0, |last| last.times_before() + 1);
        self.current
            .insert(hash, Last::new(time, times_before, sent));
        if self.current.len() >= self.most_keys {
            self.keep_fewer();
        }
        if hash.trailing_zeros() < self.counted_bits {
            return Seen::NotInSample;
        }
        match last {
            None => Seen::First,
            Some(last) if times_before <= Last::MOST_TIMES => Seen::Again(last.sent()),
            Some(_) => Seen::OverAndOver,
        }
    }

    /// Whether everything from the interval before this moment is known.
    pub(crate) fn is_known_at(&self, time: Time) -> bool {
        self.known_since
            .is_some_and(|since| time.since(since) >= self.within)
    }

    /// Forgets everything, because the log jumped.
    fn forget(&mut self) {
        self.current.clear();
        self.previous.clear();
        self.began = None;
        self.known_since = None;
    }

    /// Begins a new period if the current one is long enough.
    fn turn(&mut self, time: Time) {
        let is_elsewhere = self.began.is_some_and(|began| {
            time.since(began) > self.within * 2 || began.since(time) > self.within * TIMES_BACK
        });
        if is_elsewhere {
            self.forget();
        }
        let began = *self.began.get_or_insert(time);
        self.known_since.get_or_insert(time);
        if time.since(began) <= self.within {
            return;
        }
        std::mem::swap(&mut self.current, &mut self.previous);
        self.current.clear();
        self.began = Some(time);
        if self.counted_bits > self.kept_bits {
            self.counted_bits = self.kept_bits;
        } else if self.kept_bits > 0 && self.previous.len() < self.most_keys / 4 {
            self.kept_bits -= 1;
        }
    }

    fn keep_fewer(&mut self) {
        self.kept_bits += 1;
        self.counted_bits = self.counted_bits.max(self.kept_bits);
        let kept_bits = self.kept_bits;
        for table in [&mut self.current, &mut self.previous] {
            // `retain` would leave marks where keys were, and a table full of them doubles.
            let kept: Vec<_> = table
                .drain()
                .filter(|(hash, _)| hash.trailing_zeros() >= kept_bits)
                .collect();
            table.extend(kept);
        }
    }
}

#[cfg(test)]
mod tests;
