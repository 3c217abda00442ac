use std::collections::HashMap;
use std::time::Duration;

use foldhash::fast::RandomState;

use crate::log::Time;

/// The most keys in each of two periods. Both tables take 18 MiB, from the beginning.
pub(crate) const MOST_KEYS: usize = 458_752;

/// If the log jumps back this many times the interval, everything known is useless. Lines of slow
/// machines go back less.
const TIMES_BACK: u32 = 5;

/// Finds requests in which a client asks for the same file again within an interval.
///
/// Keeps a 64-bit hash of client and file, the time, and the target of the last answer. Keeps two
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

/// A request, compared with earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The client's first within the interval.
    First,
    /// The client's second to fourth, after it was sent to this target.
    Again {
        target: TargetNumber,
    },
    /// The fifth or later without a long pause: cargo asks four times.
    OverAndOver,
    NotInSample,
}

/// When a key was last seen, how often in a row, and the target it was sent to, packed into one number
/// to save memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Last(i64);

impl Last {
    const MOST_TIMES: i64 = 3;
    const MOST_TARGET: i64 = 63;

    fn new(time: Time, times_before: i64, target: TargetNumber) -> Self {
        let millis = time.millis().clamp(i64::MIN / 512, i64::MAX / 512);
        let target = i64::from(target).min(Self::MOST_TARGET);
        Self((millis << 8) | (target << 2) | times_before.clamp(0, Self::MOST_TIMES))
    }

    fn time(self) -> Time {
        Time::from_millis(self.0 >> 8)
    }

    fn target(self) -> TargetNumber {
        TargetNumber::try_from((self.0 >> 2) & Self::MOST_TARGET).unwrap_or_default()
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
    pub(crate) fn see(&mut self, hash: u64, target: TargetNumber, time: Time) -> Seen {
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
            .insert(hash, Last::new(time, times_before, target));
        if self.current.len() >= self.most_keys {
            self.keep_fewer();
        }
        if hash.trailing_zeros() < self.counted_bits {
            return Seen::NotInSample;
        }
        match last {
            None => Seen::First,
            Some(last) if times_before <= Last::MOST_TIMES => Seen::Again {
                target: last.target(),
            },
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
mod tests {
    use std::hash::{BuildHasher as _, Hash};
    use std::time::Duration;

    use super::{MOST_KEYS, Repeats, Seen};
    use crate::log::Time;

    /// At 50 a millisecond, each minute exceeds the cap.
    const KEYS: u32 = 10_000_000;

    const AGAIN: Seen = Seen::Again { target: 7 };

    fn repeats(most_keys: usize) -> Repeats {
        Repeats::with(Duration::from_mins(1), most_keys)
    }

    /// Hashes the same in every run.
    fn see(repeats: &mut Repeats, key: impl Hash, time: Time) -> Seen {
        let hash = foldhash::quality::FixedState::with_seed(1).hash_one(key);
        repeats.see(hash, 7, time)
    }

    fn at(seconds: u32) -> Time {
        Time::from_millis(i64::from(seconds) * 1_000)
    }

    #[test]
    fn a_repeat_is_the_same_key_within_a_minute() {
        let mut repeats = repeats(100);
        for (seconds, key, expected) in [
            (1_000, "a", Seen::First),
            (1_000, "b", Seen::First),
            (1_001, "a", AGAIN),
            (1_061, "a", AGAIN),
            (1_122, "a", Seen::First),
            (1_121, "a", AGAIN),
            (1_181, "a", AGAIN),
            (1_183, "b", Seen::First),
            (1_243, "b", AGAIN),
            (5_000, "b", Seen::First),
            (4_000, "b", Seen::First),
        ] {
            assert_eq!(
                see(&mut repeats, key, at(seconds)),
                expected,
                "{key} at {seconds}"
            );
        }
    }

    #[test]
    fn a_fifth_request_in_a_row_is_no_longer_what_cargo_does() {
        let mut repeats = repeats(100);
        for (seconds, expected) in [
            (1_000, Seen::First),
            (1_001, AGAIN),
            (1_005, AGAIN),
            (1_062, AGAIN),
            (1_063, Seen::OverAndOver),
            (1_120, Seen::OverAndOver),
            (1_181, Seen::First),
            (1_182, AGAIN),
        ] {
            assert_eq!(
                see(&mut repeats, "a", at(seconds)),
                expected,
                "at {seconds}"
            );
        }
    }

    #[test]
    fn it_says_from_when_on_a_whole_minute_is_known() {
        let mut repeats = repeats(100);
        assert!(!repeats.is_known_at(at(0)));
        see(&mut repeats, "a", at(1_000));
        assert!(!repeats.is_known_at(at(1_059)));
        assert!(repeats.is_known_at(at(1_060)));
        for (name, seconds, is_known) in [
            ("the next period", 1_061, true),
            ("the one after it", 1_122, true),
            ("a little back", 1_062, true),
            ("further back", 700, false),
            ("a gap", 2_000, false),
        ] {
            see(&mut repeats, "a", at(seconds));
            assert_eq!(repeats.is_known_at(at(seconds)), is_known, "{name}");
        }
        assert_eq!(see(&mut repeats, "b", at(2_001)), Seen::First);
    }

    #[test]
    fn memory_is_flat_over_millions_of_different_keys() {
        let mut repeats = Repeats::new(Duration::from_mins(1));
        let capacity = repeats.current.capacity() + repeats.previous.capacity();
        let mut kept = 0;
        for number in 0..KEYS {
            see(
                &mut repeats,
                number,
                Time::from_millis(i64::from(number) / 50),
            );
            kept = kept.max(repeats.current.len() + repeats.previous.len());
        }
        let end = repeats.current.capacity() + repeats.previous.capacity();
        assert_eq!(end, capacity, "the tables grew");
        assert!(kept <= 2 * MOST_KEYS, "{kept}");
        assert!(kept > MOST_KEYS / 2, "the cap was not tried: {kept}");
    }

    #[test]
    fn the_keys_never_exceed_the_cap_and_the_sample_has_no_bias() {
        let mut repeats = repeats(1_000);
        let capacity = repeats.current.capacity();
        for minute in 1..20 {
            let (mut firsts, mut agains) = (0_u32, 0_u32);
            for number in 0..20_000_u32 {
                let time = at(minute * 61 + number / 400);
                // Every key is requested once, and every second one twice.
                for _ in 0..=(number % 2) {
                    match see(&mut repeats, (minute, number), time) {
                        Seen::First => firsts += 1,
                        Seen::Again { .. } => agains += 1,
                        Seen::OverAndOver | Seen::NotInSample => {}
                    }
                    assert!(repeats.current.len() + repeats.previous.len() <= 2_000);
                }
            }
            // In the first minute the sample is still shrinking.
            let ratio = f64::from(agains) / f64::from(firsts + agains);
            assert!((0.25..0.42).contains(&ratio), "{ratio} in minute {minute}");
        }
        assert!(repeats.counted_bits >= 4, "{}", repeats.counted_bits);
        assert_eq!(repeats.current.capacity(), capacity, "it grew");

        for minute in 20..40 {
            see(&mut repeats, (minute, 0), at(minute * 61));
        }
        assert_eq!(
            repeats.counted_bits, 0,
            "a small sample becomes whole again"
        );
    }
}
