use super::{
    APART, ENOUGH_GROUPS, GROUPS, GROUPS_OF_PERCENT, MOST_WINDOWS, Of, Sides, chance_of_worst,
};
use crate::watch::clients::Asked;
use crate::watch::line::tests::{SIGNPOST, by_origin, read};
use crate::watch::line::{InForce, Left, Line, Side};
use crate::watch::repeats::{Seen, Sent};

const GOOD: Asked = Asked {
    firsts: 0,
    compared: 10,
    repeats: 0,
    on_routes: 10,
    not_redirected: 0,
};

const BAD: Asked = Asked { repeats: 7, ..GOOD };

/// Notes a switch.
fn note(sides: &mut Sides, switch: &str) {
    sides.note(Some(&InForce {
        revision: "a".into(),
        switch: switch.into(),
    }));
}

/// Counts the same for so many groups of a side.
fn add(sides: &mut Sides, side: Side, groups: usize, asked: Asked) {
    for group in 0..groups {
        sides.add(side, group as u64, &asked);
    }
}

/// A closed window at a share of 1 %, in which so many groups of each side have requests.
fn window(sides: &mut Sides, next: (usize, Asked), config: (usize, Asked)) {
    note(sides, "enforce, next 1%");
    add(sides, Side::Next, next.0, next.1);
    add(sides, Side::Config, config.0, config.1);
    sides.close();
}

#[test]
fn chance_alone_is_as_rare_as_documented() {
    let mut random = fastrand::Rng::with_seed(1);
    // Groups of each side, and how many in a hundred repeat at all: the others are equal.
    for (few, many, repeating) in [(4, 396, 5), (20, 1_980, 50), (90, 90, 100), (20, 400, 3)] {
        let trials = 20_000;
        let mut rare = [0, 0];
        for _ in 0..trials {
            let mut ratios = |number: usize| -> Vec<f64> {
                let ratio = |random: &mut fastrand::Rng| {
                    let is_repeating = random.u32(..100) < repeating;
                    if is_repeating {
                        f64::from(random.u32(..8)) / 8.0
                    } else {
                        0.0
                    }
                };
                (0..number).map(|_| ratio(&mut random)).collect()
            };
            let (few, many) = (ratios(few), ratios(many));
            let chance = chance_of_worst(&few, &many).unwrap();
            for (rare, most) in rare.iter_mut().zip([0.05, 0.005]) {
                *rare += u32::from(chance <= most);
            }
        }
        for (rare, most) in rare.into_iter().zip([0.05, 0.005]) {
            // With some room for the chance of these trials.
            let most = f64::from(trials) * most * 1.1 + 30.0;
            assert!(
                f64::from(rare) <= most,
                "{few}, {many}, {repeating}: {rare} > {most}"
            );
        }
    }
}

#[test]
fn next_is_broken_if_its_groups_are_the_worst_and_clearly_so() {
    let all = (GROUPS - GROUPS_OF_PERCENT, GOOD);
    let bad = |groups| (groups, Asked { ..BAD });
    for (name, next, config, expected) in [
        ("nothing", (0, GOOD), (0, GOOD), None),
        ("good", (20, GOOD), all, Some(false)),
        ("broken", bad(20), all, Some(true)),
        ("both are broken", bad(20), (all.0, BAD), Some(false)),
        ("enough groups to tell", bad(4), all, Some(true)),
        ("too few groups", bad(3), all, None),
        ("too few of config", bad(20), (20, GOOD), Some(true)),
        ("hardly any of config", bad(20), (1, GOOD), None),
    ] {
        let mut sides = Sides::default();
        window(&mut sides, next, config);
        let compared = sides.compare(Of::Repeats);
        let found = compared.map(|it| it.is_broken);
        assert_eq!(found, expected, "{name}: {compared:?}");
        assert_ne!(
            sides.compare(Of::NotRedirected).map(|it| it.is_broken),
            Some(true),
            "{name}"
        );
    }
}

#[test]
fn a_difference_that_is_certain_but_small_is_no_alarm() {
    for (repeats, expected) in [(2, false), (4, true)] {
        let percent = |repeats| Asked {
            compared: 100,
            repeats,
            ..GOOD
        };
        let mut sides = Sides::default();
        window(&mut sides, (20, percent(repeats)), (1_980, percent(0)));
        let compared = sides.compare(Of::Repeats).unwrap();
        assert!((compared.limit() - APART).abs() < 1e-9, "{compared:?}");
        assert_eq!(compared.is_broken, expected, "{compared:?}");
    }
}

#[test]
fn one_file_that_many_ask_for_is_one_group() {
    let mut sides = Sides::default();
    note(&mut sides, "enforce, next 1%");
    add(&mut sides, Side::Next, 20, GOOD);
    add(&mut sides, Side::Config, 1_980, GOOD);
    for _ in 0..10_000 {
        sides.add(Side::Next, 7, &BAD);
    }
    sides.close();
    let compared = sides.compare(Of::Repeats).unwrap();
    assert!(!compared.is_broken, "{compared:?}");
    assert!(compared.next < 0.04, "{compared:?}");
}

#[test]
fn windows_are_added_until_there_are_enough_groups() {
    let mut sides = Sides::default();
    let half = |asked: Asked| Asked {
        compared: asked.compared / 2,
        repeats: asked.repeats / 2,
        ..asked
    };
    let groups = ENOUGH_GROUPS + 1;
    window(&mut sides, (groups, half(BAD)), (1_980, half(GOOD)));
    assert_eq!(sides.compare(Of::Repeats), None);
    window(&mut sides, (groups, half(BAD)), (1_980, half(GOOD)));
    assert_eq!(
        sides.compare(Of::Repeats).map(|it| it.is_broken),
        Some(true)
    );
    // The newest is enough by itself.
    window(&mut sides, (groups, GOOD), (1_980, GOOD));
    let compared = sides.compare(Of::Repeats).unwrap();
    assert!(compared.next < 1e-9, "{compared:?}");
    sides.forget();
    assert_eq!(sides.compare(Of::Repeats), None);
}

#[test]
fn another_share_begins_anew() {
    for (switch, share) in [
        ("enforce, next 2%", 2),
        ("shadow, next 1%", 1),
        ("enforce, next 100%", 100),
        ("enforce", 0),
        ("enforce, next", 0),
        ("off", 0),
        ("none", 0),
    ] {
        let mut sides = Sides::default();
        window(&mut sides, (20, BAD), (1_980, GOOD));
        note(&mut sides, switch);
        sides.close();
        assert_eq!(sides.share(), share, "{switch}");
        assert_eq!(sides.are_compared(), (1..100).contains(&share), "{switch}");
        assert_eq!(sides.compare(Of::Repeats).is_some(), share == 1, "{switch}");
    }
}

#[test]
fn while_a_larger_share_spreads_only_its_lines_count() {
    let mut sides = Sides::default();
    for _ in 0..3 {
        note(&mut sides, "enforce, next 1%");
        add(&mut sides, Side::Next, 20, BAD);
        note(&mut sides, "enforce, next 10%");
        add(&mut sides, Side::Next, 200, GOOD);
        add(&mut sides, Side::Config, 1_800, GOOD);
    }
    sides.close();
    assert_eq!(sides.share(), 10);
    let compared = sides.compare(Of::Repeats).unwrap();
    assert!(compared.next < 1e-9, "{compared:?}");
}

#[test]
fn a_log_without_end_takes_no_memory_without_end() {
    let mut sides = Sides::default();
    for _ in 0..20 {
        note(
            &mut sides,
            &format!("enforce, next {}%", "x".repeat(10_000)),
        );
        assert!(sides.switch.0.len() < 100);
        window(&mut sides, (5_000, BAD), (5_000, GOOD));
    }
    assert_eq!(sides.closed.len(), MOST_WINDOWS);
    assert!(sides.closed.iter().all(|window| window.len() == GROUPS));
}

/// What counts of a line: compared, repeats, on routes, not redirected.
#[track_caller]
fn check(text: &str, (side, left): (Side, Option<Left>), seen: Seen, expected: [u16; 4]) {
    let line = Line {
        side: Some(side),
        left,
        ..read(text)
    };
    let asked = super::asked_of_side(&line, Some(seen));
    let found = [asked.compared, asked.repeats];
    let found = [found, [asked.on_routes, asked.not_redirected]].concat();
    assert_eq!(found, expected, "{line:?}, {seen:?}");
}

const NEXT: (Side, Option<Left>) = (Side::Next, None);
const CONFIG: (Side, Option<Left>) = (Side::Config, None);
const REFUSED: (Side, Option<Left>) = (Side::Next, Some(Left::Refused));
const RETRIED: (Side, Option<Left>) = (Side::Next, Some(Left::Retried));

#[test]
fn a_repeat_counts_against_the_side_of_its_file() {
    let again = |side| Seen::Again(Sent { target: 1, side });
    let (config, next) = (Some(Side::Config), Some(Side::Next));
    for (of, seen, expected) in [
        (NEXT, Seen::First, [1, 0, 1, 0]),
        (NEXT, again(next), [1, 1, 1, 0]),
        (CONFIG, again(config), [1, 1, 1, 0]),
        // From before the share, or before the file came to `next`.
        (NEXT, again(None), [0, 0, 1, 0]),
        (NEXT, again(config), [0, 0, 1, 0]),
        (CONFIG, again(None), [0, 0, 1, 0]),
        (RETRIED, again(next), [1, 1, 0, 0]),
        // The third attempt, after `config` has answered the second.
        (RETRIED, again(config), [1, 1, 0, 0]),
        (REFUSED, Seen::First, [0, 0, 1, 1]),
        (REFUSED, Seen::OverAndOver, [0, 0, 0, 0]),
        (NEXT, Seen::OverAndOver, [0, 0, 0, 0]),
    ] {
        check(SIGNPOST, of, seen, expected);
    }
}

#[test]
fn what_next_leaves_to_others_is_not_redirected() {
    let first = Seen::First;
    for (reason, of, expected) in [
        ("location-refused", RETRIED, [0, 0, 0, 0]),
        ("location-refused", NEXT, [1, 0, 1, 1]),
        ("switch-shadow", REFUSED, [0, 0, 1, 1]),
        ("origin-route", NEXT, [1, 0, 1, 1]),
        ("origin-route", CONFIG, [1, 0, 1, 1]),
        // Then `config` has none either.
        ("no-route", NEXT, [1, 0, 0, 0]),
        ("version-invalid", NEXT, [1, 0, 1, 1]),
        ("not-in-rollout", NEXT, [1, 0, 1, 0]),
    ] {
        check(&by_origin(reason, "null"), of, first, expected);
    }
}
