//! The attempts of a client at a file that has two configurations: one number for both.

use crate::test;
use std::cell::Cell;
use std::time::Duration;

use crate::fixtures::configs;
use crate::fixtures::retry_scene::{CARGO, Fault, Scene, config, way};
use crate::fixtures::said::{by, decision};
use signpost::request::Request;
use signpost::sides::Sides;
use signpost::target::{Chosen, all_healthy};
use signpost::values::{Share, Switch};
use signpost_rows::changed;
use signpost_rows::sides::{CONFIG, FILE_OF_NEXT, NEXT};

const BY_NEXT: &str = "redirect;route=\"download\";by=\"next\"";
const AGAIN: &str = "redirect;route=\"download\";because=\"next-retried\"";
const ORIGIN: &str = "origin;reason=\"retried\";because=\"next-retried\"";

/// The second of an attempt, who answers it, its number and what is said.
type Step = (u64, &'static str, Option<u8>, &'static str);

/// What builds, what does not work, who answers, the attempt and what is said.
type Refused<'b> = (
    Build<'b>,
    Option<Fault>,
    &'static str,
    Option<u8>,
    &'static str,
);
type Build<'b> = &'b dyn Fn(&Chosen<'_, '_>) -> String;

/// A configuration whose `[retry]` has this window, or that has none.
fn with_retry(toml: &str, window: Option<&str>) -> String {
    let of_config = "[retry]\nwindow = \"1m\"\norigin_share = \"100%\"\n\n";
    let without = toml.replacen(of_config, "", 1);
    let retry = window.map_or(String::new(), |window| {
        format!("[retry]\nwindow = \"{window}\"\norigin_share = \"100%\"\n\n")
    });
    changed(&without, "[log]\n", &format!("{retry}[log]\n"))
}

#[test]
fn attempts_count_under_the_retry_of_who_answers() {
    // `[retry]` in `config` and in `next`, and the attempts.
    let rows: [(Option<&str>, Option<&str>, &[Step]); 6] = [
        (
            None,
            None,
            &[(0, "next", None, BY_NEXT), (1, "next", None, BY_NEXT)],
        ),
        // Each attempt renews the window of `next`, and `config` always answers as to a first one.
        (
            None,
            Some("1m"),
            &[
                (0, "next", Some(1), BY_NEXT),
                (50, "config", Some(2), AGAIN),
                (100, "config", Some(3), AGAIN),
                (150, "config", Some(4), AGAIN),
                (200, "config", Some(5), AGAIN),
                (211, "next", Some(1), BY_NEXT),
            ],
        ),
        (
            Some("1m"),
            None,
            &[
                (0, "next", Some(1), BY_NEXT),
                (50, "config", Some(2), AGAIN),
                (100, "config", Some(3), ORIGIN),
                (161, "next", Some(1), BY_NEXT),
            ],
        ),
        // Two windows: that of whoever answered last.
        (
            Some("10s"),
            Some("1m"),
            &[
                (0, "next", Some(1), BY_NEXT),
                (50, "config", Some(2), AGAIN),
                (59, "config", Some(3), ORIGIN),
                (70, "next", Some(1), BY_NEXT),
            ],
        ),
        (
            Some("1m"),
            Some("10s"),
            &[
                (0, "next", Some(1), BY_NEXT),
                (9, "config", Some(2), AGAIN),
                (60, "config", Some(3), ORIGIN),
                (121, "next", Some(1), BY_NEXT),
            ],
        ),
        (
            Some("1m"),
            Some("10s"),
            &[
                (0, "next", Some(1), BY_NEXT),
                (11, "next", Some(1), BY_NEXT),
            ],
        ),
    ];
    let switch = Switch::ENFORCE.with_next(Share::ALL);
    let request = Request::new("GET", "crates.io", FILE_OF_NEXT);
    for (at_config, at_next, steps) in rows {
        let config = configs::read(&with_retry(CONFIG, at_config));
        let next = configs::read(&with_retry(NEXT, at_next));
        let sides = Sides::new(&config, Some(&next));
        let mut scene = Scene::default();
        for (second, entry, attempt, said) in steps {
            scene.memory.now = Duration::from_secs(*second);
            let answer = scene.answer(sides, &request, switch, Some(CARGO), &all_healthy);
            let found = (by(&answer), answer.attempt(), &*decision(&answer));
            let row = format!("{at_config:?}, {at_next:?}, second {second}");
            assert_eq!(found, (Some(*entry), *attempt, *said), "{row}");
            assert_eq!(answer.next_reason(), None, "{row}");
        }
    }
}

/// Attempts at the targets of `config` say nothing of those of `next`, and none counts without `[retry]`.
#[test]
fn a_target_is_chosen_as_for_a_first_attempt_where_no_earlier_one_counts() {
    let retry = |window| {
        config(&format!(
            "retry = {{ window = {window:?}, origin_share = \"100%\" }}"
        ))
    };
    let (plain, retried, next) = (config(""), retry("1m"), retry("2m"));
    let (before, after) = (Switch::ENFORCE, Switch::ENFORCE.with_next(Share::ALL));
    let request = Request::new("GET", "crates.io", "/d/serde/1.0.219");
    // What it shows, `config`, and the switch of each attempt.
    let rows: [(_, _, &[Switch]); 2] = [
        ("next after config", &retried, &[before, after]),
        ("config without [retry]", &plain, &[after; 3]),
    ];
    for (name, config, switches) in rows {
        let mut scene = Scene::default();
        let first = way(&scene.ask(config, &request, CARGO));
        scene.memory.entries.clear();
        for switch in switches {
            let sides = Sides::new(config, Some(&next));
            let answer = scene.answer(sides, &request, *switch, Some(CARGO), &all_healthy);
            assert_eq!(way(&answer), first, "{name}");
        }
    }
}

#[test]
fn an_attempt_is_counted_where_config_has_no_target_for_it() {
    let config = configs::read(CONFIG);
    let next = configs::read(NEXT);
    let sides = Sides::new(&config, Some(&next));
    // The path, the switch of the second attempt, and what is said of it.
    let rows = [
        (
            "/new/serde",
            "enforce, next 100%",
            Some(2),
            "origin;reason=\"no-route\";because=\"next-retried\"",
        ),
        (
            FILE_OF_NEXT,
            "shadow, next 100%",
            None,
            "origin;reason=\"switch-shadow\";by=\"next\"",
        ),
    ];
    for (path, switch, attempt, said) in rows {
        let request = Request::new("GET", "crates.io", path);
        let mut scene = Scene::default();
        let first = Switch::ENFORCE.with_next(Share::ALL);
        scene.answer(sides, &request, first, Some(CARGO), &all_healthy);
        let budget = scene.budget;
        for number in 0..2 {
            let switch = switch.parse().expect(switch);
            let answer = scene.answer(sides, &request, switch, Some(CARGO), &all_healthy);
            let expected = attempt.map(|attempt| attempt + number);
            assert_eq!(
                (answer.attempt(), &*decision(&answer)),
                (expected, said),
                "{path}"
            );
            // The origin would have been asked anyway.
            assert_eq!(scene.budget, budget, "{path}");
        }
    }
}

#[test]
fn the_memory_is_asked_once_and_told_what_was_answered() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let sides = Sides::new(&config, Some(&next));
    let request = Request::new("GET", "crates.io", FILE_OF_NEXT);
    let of_next = |chosen: &Chosen<'_, '_>| match chosen.target().base().as_str() {
        "https://next.example" => String::new(),
        _ => signpost::target::build(chosen),
    };
    let of_both = |_: &Chosen<'_, '_>| String::new();
    let switch = Switch::ENFORCE.with_next(Share::ALL);
    let refused = "redirect;route=\"download\";because=\"next-refused\"";
    let refused_by_both = "origin;reason=\"location-refused\";by=\"next\"";
    let rows: [Refused<'_>; 4] = [
        (
            &of_next,
            None,
            "config",
            Some(2),
            "origin;reason=\"retried\";because=\"next-refused\"",
        ),
        (&of_next, Some(Fault::Recall), "config", None, refused),
        (&of_both, None, "next", None, refused_by_both),
        (&of_both, Some(Fault::Recall), "next", None, refused_by_both),
    ];
    for (build, fault, entry, attempt, said) in rows {
        let mut scene = Scene::default();
        // An attempt at `config`, before the file came to the side of `next`.
        scene.answer(sides, &request, Switch::ENFORCE, Some(CARGO), &all_healthy);
        scene.memory.fault = fault;
        let (budget, entries) = (scene.budget, scene.memory.entries.clone());
        let asked = Cell::new(0);
        let client = || {
            asked.set(asked.get() + 1);
            Some(CARGO)
        };
        let mut surroundings = scene.surroundings(switch, &client, &all_healthy);
        surroundings.build = build;
        let answer = signpost::answer(sides, &request, surroundings);
        let found = (by(&answer), answer.attempt(), &*decision(&answer));
        assert_eq!(found, (Some(entry), attempt, said), "{fault:?}");
        assert_eq!(asked.get(), 1, "{fault:?}");
        // What is not sent is neither remembered nor counted.
        let is_unchanged = (scene.budget, scene.memory.entries) == (budget, entries);
        assert_eq!(is_unchanged, attempt.is_none(), "{fault:?}");
    }
}
