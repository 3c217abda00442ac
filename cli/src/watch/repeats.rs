use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::time::Duration;

use crate::log::Time;

/// The most keys in each of two periods. Both tables take 18 MiB, from the beginning.
pub(crate) const MOST_KEYS: usize = 458_752;

/// If the log jumps back this many times the interval, everything known is useless. Lines of slow
/// machines go back less.
const TIMES_BACK: u32 = 5;

/// Finds requests in which a client asks for the same file again within an interval.
///
/// Keeps a 64-bit hash of client and file, under a random key that is never written, and the time.
/// Keeps two periods, each at least as long as the interval, so no repeat is missed.
///
/// A period with more than [`MOST_KEYS`] hashes is sampled: only hashes that end in a number of
/// zero bits are kept and counted, half as many with each bit. The sample has all or none of a
/// client's requests for a file, so the ratio has no bias. Its error is that of at least 100,000
/// clients' files, 0.2 percentage points.
#[derive(Debug)]
pub(crate) struct Repeats<S = RandomState> {
    within: Duration,
    most_keys: usize,
    hasher: S,
    current: HashMap<u64, Last>,
    previous: HashMap<u64, Last>,
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

/// A request, compared with earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The client's first within the interval.
    First,
    /// The client's second to fourth.
    Again,
    /// The fifth or later without a long pause: cargo asks four times.
    OverAndOver,
    NotInSample,
}

/// When a key was last seen, and how often in a row, packed into one number to save memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Last(i64);

impl Last {
    const MOST_TIMES: i64 = 3;

    fn new(time: Time, times_before: i64) -> Self {
        let millis = time.millis().clamp(i64::MIN / 4, i64::MAX / 4 - 1);
        Self(millis * 4 + times_before.clamp(0, Self::MOST_TIMES))
    }

    fn time(self) -> Time {
        Time::from_millis(self.0 >> 2)
    }

    fn times_before(self) -> i64 {
        self.0 & 3
    }
}

impl Repeats {
    /// Finds repeats within an interval.
    pub(crate) fn new(within: Duration) -> Self {
        Self::with(within, MOST_KEYS, RandomState::new())
    }
}

impl<S: BuildHasher> Repeats<S> {
    fn with(within: Duration, most_keys: usize, hasher: S) -> Self {
        Self {
            within,
            most_keys,
            hasher,
            current: HashMap::with_capacity(most_keys),
            previous: HashMap::with_capacity(most_keys),
            began: None,
            known_since: None,
            kept_bits: 0,
            counted_bits: 0,
        }
    }

    /// Notes a request, and tells whether it is a repeat.
    pub(crate) fn see(&mut self, key: impl Hash, time: Time) -> Seen {
        let hash = self.hasher.hash_one(key);
        self.turn(time);
        if hash.trailing_zeros() < self.kept_bits {
            return Seen::NotInSample;
        }
        let last = self.current.get(&hash).or_else(|| self.previous.get(&hash));
        // Lines come slightly out of order, so the earlier request may have the later time.
        let is_near = |one: Time| time.since(one) <= self.within && one.since(time) <= self.within;
        let before = last
            .filter(|last| is_near(last.time()))
            .map(|last| last.times_before());
        let times_before = before.map_or(0, |times| times + 1);
        self.current.insert(hash, Last::new(time, times_before));
        if self.current.len() >= self.most_keys {
            self.keep_fewer();
        }
        if hash.trailing_zeros() < self.counted_bits {
            return Seen::NotInSample;
        }
        match times_before {
            0 => Seen::First,
            1..=Last::MOST_TIMES => Seen::Again,
            _ => Seen::OverAndOver,
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
    use std::hash::{BuildHasherDefault, DefaultHasher};
    use std::time::Duration;

    use super::{MOST_KEYS, Repeats, Seen};
    use crate::log::Time;

    /// At 50 a millisecond, each minute exceeds the cap.
    const KEYS: u32 = 10_000_000;

    /// Hashes the same in every run.
    fn repeats(most_keys: usize) -> Repeats<BuildHasherDefault<DefaultHasher>> {
        Repeats::with(
            Duration::from_mins(1),
            most_keys,
            BuildHasherDefault::default(),
        )
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
            (1_001, "a", Seen::Again),
            (1_061, "a", Seen::Again),
            (1_122, "a", Seen::First),
            (1_121, "a", Seen::Again),
            (1_181, "a", Seen::Again),
            (1_183, "b", Seen::First),
            (1_243, "b", Seen::Again),
            (5_000, "b", Seen::First),
            (4_000, "b", Seen::First),
        ] {
            assert_eq!(
                repeats.see(key, at(seconds)),
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
            (1_001, Seen::Again),
            (1_005, Seen::Again),
            (1_062, Seen::Again),
            (1_063, Seen::OverAndOver),
            (1_120, Seen::OverAndOver),
            (1_181, Seen::First),
            (1_182, Seen::Again),
        ] {
            assert_eq!(repeats.see("a", at(seconds)), expected, "at {seconds}");
        }
    }

    #[test]
    fn it_says_from_when_on_a_whole_minute_is_known() {
        let mut repeats = repeats(100);
        assert!(!repeats.is_known_at(at(0)));
        repeats.see("a", at(1_000));
        assert!(!repeats.is_known_at(at(1_059)));
        assert!(repeats.is_known_at(at(1_060)));
        for (name, seconds, is_known) in [
            ("the next period", 1_061, true),
            ("the one after it", 1_122, true),
            ("a little back", 1_062, true),
            ("further back", 700, false),
            ("a gap", 2_000, false),
        ] {
            repeats.see("a", at(seconds));
            assert_eq!(repeats.is_known_at(at(seconds)), is_known, "{name}");
        }
        assert_eq!(repeats.see("b", at(2_001)), Seen::First);
    }

    #[test]
    fn memory_is_flat_over_millions_of_different_keys() {
        let mut repeats = Repeats::new(Duration::from_mins(1));
        let capacity = repeats.current.capacity() + repeats.previous.capacity();
        let mut kept = 0;
        for number in 0..KEYS {
            repeats.see(number, Time::from_millis(i64::from(number) / 50));
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
                    match repeats.see((minute, number), time) {
                        Seen::First => firsts += 1,
                        Seen::Again => agains += 1,
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
            repeats.see((minute, 0), at(minute * 61));
        }
        assert_eq!(
            repeats.counted_bits, 0,
            "a small sample becomes whole again"
        );
    }
}
