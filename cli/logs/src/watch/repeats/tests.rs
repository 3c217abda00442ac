use std::hash::{BuildHasher as _, Hash};
use std::time::Duration;

use super::{MOST_KEYS, Repeats, Seen, Sent, Side};
use crate::log::Time;

/// At 50 a millisecond, each minute exceeds the cap.
const KEYS: u32 = 10_000_000;

const AGAIN: Seen = Seen::Again(SENT);

const SENT: Sent = Sent {
    target: 7,
    side: Some(Side::Next),
};

fn repeats(most_keys: usize) -> Repeats {
    Repeats::with(Duration::from_mins(1), most_keys)
}

/// Hashes the same in every run.
fn see(repeats: &mut Repeats, key: impl Hash, time: Time) -> Seen {
    let hash = foldhash::quality::FixedState::with_seed(1).hash_one(key);
    repeats.see(hash, SENT, time)
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
