//! Two configurations in force: which of them answers, and what comes of what `next` has no way for.

use crate::fixtures::configs;
use crate::fixtures::exchange;
use crate::fixtures::proving::built_by;
use crate::fixtures::retry_scene::{CARGO, Scene};
use crate::fixtures::said::{by, decision};
use crate::test;
use signpost::Answer;
use signpost::entries::{Entries, Lookup};
use signpost::request::Request;
use signpost::sides::{Side, Sides};
use signpost::target::all_healthy;
use signpost::values::{Share, Switch};
use signpost_rows::sides::{
    Answered, CONFIG, Combinations, Config, FILE_OF_CONFIG, FILE_OF_NEXT, NEXT, Next, ON_NEXT,
    SWITCHES,
};
use signpost_rows::{CrateFile, crates};

const REDIRECT: &str = "redirect;route=\"download\"";
const BY_NEXT: &str = "redirect;route=\"download\";by=\"next\"";

#[track_caller]
fn entry(toml: &str) -> Lookup {
    Lookup::Found(configs::read(toml).to_json().to_owned())
}

#[track_caller]
fn check(answer: &Answer<'_, '_>, expected: Answered, row: &str) {
    let Answered {
        by: entry,
        decision: header,
    } = expected;
    assert_eq!((by(answer), &*decision(answer)), (entry, header), "{row}");
}

#[test]
fn every_combination_is_answered_as_the_table_says() {
    for config in Config::ALL {
        for next in Next::ALL {
            for switch in SWITCHES {
                let row = format!("config {config:?}, next {next:?}, switch {switch}");
                let mut entries = Entries::default();
                let in_config = match config {
                    Config::Good => entry(CONFIG),
                    Config::Missing => Lookup::Missing,
                    Config::Broken => Lookup::Found("{}".to_owned()),
                };
                let in_next = || match next {
                    Next::Missing => Lookup::Missing,
                    Next::Broken => Lookup::Found("{}".to_owned()),
                    Next::Same => entry(CONFIG),
                    Next::Another => entry(NEXT),
                };
                entries.take(in_config, Lookup::Found(switch.to_owned()), in_next);
                let expected = Combinations::of(config, next, switch);
                for (path, expected) in [
                    (FILE_OF_CONFIG, expected.file_of_config),
                    (FILE_OF_NEXT, expected.file_of_next),
                ] {
                    let request = Request::new("GET", "crates.io", path);
                    let answer = match entries.sides() {
                        Ok(sides) => signpost::answer(sides, &request, entries.switch()),
                        Err(reason) => Answer::origin(reason.clone()),
                    };
                    check(&answer, expected, &format!("{row}, {path}"));
                    assert_eq!(
                        answer.side() == Side::Next,
                        expected.by == Some("next"),
                        "{row}"
                    );
                }
            }
        }
    }
}

#[test]
fn on_the_side_of_next_config_answers_what_next_has_no_way_for() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let sides = Sides::new(&config, Some(&next));
    let switch = Switch::ENFORCE.with_next(Share::ALL);
    let mut scene = Scene::default();
    for row in ON_NEXT {
        let name = format!("{}, attempt {}", row.path, row.attempt);
        let request =
            Request::new("GET", "crates.io", row.path).with_trail([row.cdn_loop.as_bytes()], []);
        let answer = scene.answer(sides, &request, switch, Some(CARGO), &all_healthy);
        check(&answer, row.expected, &name);
        let side = match row.path {
            "/d//1.0.0" => Side::Config,
            _ => Side::Next,
        };
        assert_eq!(answer.side(), side, "{name}");
    }
}

#[test]
fn a_target_of_either_configuration_is_never_sent_back() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let sides = Sides::new(&config, Some(&next));
    let origin = "origin;reason=\"came-from-target\"";
    let origin_by_next = "origin;reason=\"came-from-target\";by=\"next\"";
    let removed = "origin;reason=\"no-route\"";
    // The switch, the path, `CDN-Loop`, who answers, and the decision.
    let rows = [
        (
            "enforce, next 50%",
            FILE_OF_NEXT,
            "next-cdn",
            "next",
            origin_by_next,
        ),
        (
            "enforce, next 50%",
            FILE_OF_NEXT,
            "config-cdn",
            "next",
            origin_by_next,
        ),
        (
            "enforce, next 50%",
            FILE_OF_NEXT,
            "another",
            "next",
            BY_NEXT,
        ),
        (
            "enforce, next 50%",
            FILE_OF_CONFIG,
            "config-cdn",
            "config",
            origin,
        ),
        (
            "enforce, next 50%",
            FILE_OF_CONFIG,
            "next-cdn",
            "config",
            origin,
        ),
        (
            "enforce, next 50%",
            FILE_OF_CONFIG,
            "another",
            "config",
            REDIRECT,
        ),
        // What one side leaves to the origin is told as what it is: a loop.
        (
            "enforce, next 100%",
            "/d/removed/1.0.0",
            "config-cdn",
            "next",
            origin_by_next,
        ),
        (
            "enforce, next 1%",
            "/new/serde",
            "next-cdn",
            "config",
            origin,
        ),
        (
            "enforce, next 1%",
            "/new/serde",
            "config-cdn",
            "config",
            removed,
        ),
        // Without a share, `next` is not in force.
        ("enforce", FILE_OF_CONFIG, "next-cdn", "config", REDIRECT),
        (
            "off, next 50%",
            FILE_OF_NEXT,
            "config-cdn",
            "next",
            origin_by_next,
        ),
    ];
    for (switch, path, cdn_loop, entry, said) in rows {
        let row = format!("{switch}, {path}, {cdn_loop}");
        let switch: Switch = switch.parse().expect(switch);
        let request = Request::new("GET", "crates.io", path);
        let via = format!("1.1 {cdn_loop}");
        let requests = [
            request.clone().with_trail([cdn_loop.as_bytes()], []),
            request.with_trail([], [via.as_bytes()]),
        ];
        for request in requests {
            let mut scene = Scene::default();
            let client = || Some(CARGO);
            let surroundings = scene.surroundings(switch, &client, &all_healthy);
            let answer = signpost::answer(sides, &request, surroundings);
            let found = decision(&answer);
            assert_eq!((by(&answer), &*found), (Some(entry), said), "{row}");
            let is_attempt = [REDIRECT, BY_NEXT].contains(&said);
            assert_eq!(answer.attempt().is_some(), is_attempt, "{row}");
        }
    }
}

#[test]
fn what_next_refuses_at_its_proof_is_answered_by_config() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let sides = Sides::new(&config, Some(&next));
    let of_2023 = |chosen: &signpost::target::Chosen<'_, '_>| {
        let built = signpost::target::build(chosen);
        built.replace("next.example", "next.exampleserde")
    };
    let request = Request::new("GET", "crates.io", FILE_OF_NEXT);
    // The position, what is said of the decision, and what if the origin is down.
    let rows = [
        (
            Switch::ENFORCE,
            "redirect;route=\"download\";because=\"next-refused\"",
            "redirect;route=\"download\";because=\"next-refused\"",
        ),
        (
            Switch::SHADOW,
            "origin;reason=\"switch-shadow\";because=\"next-refused\"",
            "redirect;route=\"download\";because=\"origin-down\"",
        ),
        (
            Switch::OFF,
            "origin;reason=\"switch-off\";because=\"next-refused\"",
            "origin;reason=\"switch-off\";because=\"next-refused\"",
        ),
    ];
    for (switch, expected, if_down) in rows {
        let switch = switch.with_next(Share::ALL);
        let answer = signpost::answer(sides, &request, built_by(&of_2023, switch));
        assert_eq!(
            (by(&answer), &*decision(&answer)),
            (Some("config"), expected)
        );
        let down = answer.clone().after_origin_failed();
        assert_eq!((by(&down), &*decision(&down)), (Some("config"), if_down));
        for answer in [answer, down] {
            let reason = answer.next_reason().expect("a reason");
            assert_eq!(reason.code(), "location-refused");
            let line = answer.log_line(&exchange::of(FILE_OF_NEXT), &exchange::with(switch));
            let refusal = r#""refusal":"not-the-base","location":"https://config.example"#;
            assert!(line.contains(refusal), "{line}");
            let end = r#","next_reason":"location-refused"}}"#;
            assert!(line.ends_with(end), "{line}");
        }
    }
    // Neither has a way.
    let nowhere = |_: &signpost::target::Chosen<'_, '_>| String::new();
    let switch = Switch::ENFORCE.with_next(Share::ALL);
    let mut scene = Scene::default();
    for _ in 0..2 {
        let client = || Some(CARGO);
        let mut surroundings = scene.surroundings(switch, &client, &all_healthy);
        surroundings.build = &nowhere;
        let answer = signpost::answer(sides, &request, surroundings);
        let expected = "origin;reason=\"location-refused\";by=\"next\"";
        assert_eq!((by(&answer), &*decision(&answer)), (Some("next"), expected));
        assert_eq!(answer.attempt(), None);
    }
    // Its next attempt is a first one.
    let answer = scene.answer(sides, &request, switch, Some(CARGO), &all_healthy);
    assert_eq!((by(&answer), answer.attempt()), (Some("next"), Some(1)));
}

#[test]
fn an_answer_that_cannot_be_sent_stays_on_its_side() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let sides = Sides::new(&config, Some(&next));
    let request = Request::new("GET", "crates.io", "/old/serde");
    let switch = Switch::ENFORCE.with_next(Share::ALL);
    let answer = signpost::answer(sides, &request, switch);
    let answer = answer.unsendable(signpost::decision::Reason::NoRoute);
    assert_eq!(
        decision(&answer),
        "origin;reason=\"no-route\";because=\"next-refused\""
    );
    assert_eq!((by(&answer), answer.side()), (Some("config"), Side::Next));
}

#[test]
fn a_file_whose_side_changes_between_attempts_is_answered_once_by_next() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let sides = Sides::new(&config, Some(&next));
    let request = Request::new("GET", "crates.io", FILE_OF_NEXT);
    let (none, all) = (Switch::ENFORCE, Switch::ENFORCE.with_next(Share::ALL));
    // The switch at each attempt, who answers, which attempt it is, and what is said.
    let again = "redirect;route=\"download\";because=\"next-retried\"";
    let retried = "origin;reason=\"retried\"";
    let retried_again = "origin;reason=\"retried\";because=\"next-retried\"";
    let rows = [
        // The share grows after the first attempt.
        vec![
            (none, "config", 1, REDIRECT),
            (all, "next", 2, BY_NEXT),
            (all, "config", 3, retried_again),
        ],
        // It is dropped: the target of `config` was not tried yet.
        vec![
            (all, "next", 1, BY_NEXT),
            (none, "config", 2, REDIRECT),
            (none, "config", 3, retried),
            (all, "config", 4, retried_again),
        ],
        // A farm is answered by `next` once, and then goes round the targets of `config`.
        vec![
            (none, "config", 1, REDIRECT),
            (none, "config", 2, retried),
            (none, "config", 3, retried),
            (none, "config", 4, retried),
            (all, "next", 5, BY_NEXT),
            (all, "config", 5, again),
            (all, "config", 5, again),
        ],
    ];
    for steps in rows {
        let mut scene = Scene::default();
        for (number, (switch, entry, attempt, said)) in steps.iter().enumerate() {
            let answer = scene.answer(sides, &request, *switch, Some(CARGO), &all_healthy);
            let found = (by(&answer), answer.attempt(), &*decision(&answer));
            assert_eq!(
                found,
                (Some(*entry), Some(*attempt), *said),
                "step {number} of {steps:?}"
            );
        }
    }
}

#[test]
fn the_side_of_a_file_is_stable_and_independent_of_the_rollout() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let sides = Sides::new(&config, Some(&next));
    let percent = |number| Share::percent(number).expect("a share");
    let smallest = |path: &str| {
        let request = Request::new("GET", "crates.io", path);
        let is_next = |share| {
            let switch = Switch::ENFORCE.with_next(percent(share));
            sides.next_for(&request, switch).is_some()
        };
        let first = (0..=100)
            .find(|share| is_next(*share))
            .expect("100 % is all");
        assert!(
            (0..=100).all(|share| is_next(share) == (share >= first)),
            "{path}"
        );
        first
    };
    // SHA-256 of `next`, and then of each decoded segment followed by a NUL, as a number, modulo 100, plus
    // one; computed by other means than this library.
    for (path, share) in [
        (FILE_OF_CONFIG, 83),
        (FILE_OF_NEXT, 13),
        ("/api/v1/crates/smallvec/1.10.0/download", 33),
        ("/api/v1/crates/libgit2-sys/0.12.25+1.3.0/download", 86),
        (
            "/api/v1/crates/libgit2-sys/0.12.25%2B1.3.0/download?query",
            86,
        ),
    ] {
        assert_eq!(smallest(path), share, "{path}");
    }
    // Half of the files in half of the rollout are on the side of half, as are half of the others.
    let mut counts = [0_usize; 4];
    for CrateFile { name, version, .. } in crates() {
        let path = format!("/d/{name}/{version}");
        let request = Request::new("GET", "crates.io", &path);
        let answer = signpost::answer(&config, &request, Switch::enforce(percent(50)));
        let is_enforced = answer.redirect().is_some();
        let is_next = smallest(&path) <= 50;
        counts[usize::from(is_enforced) * 2 + usize::from(is_next)] += 1;
    }
    let quarter = crates().len() / 4;
    for count in counts {
        assert!(count.abs_diff(quarter) < quarter / 4, "{counts:?}");
    }
}

#[test]
fn a_line_has_the_side_only_while_next_has_a_share() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let sides = Sides::new(&config, Some(&next));
    let rows = [
        (FILE_OF_NEXT, "enforce", r#""switch":"enforce"}}"#),
        (
            FILE_OF_CONFIG,
            "enforce, next 50%",
            r#""switch":"enforce, next 50%","side":"config"}}"#,
        ),
        (
            FILE_OF_NEXT,
            "off, next 50%",
            r#""switch":"off, next 50%","side":"next"}}"#,
        ),
        (
            "/old/serde",
            "enforce, next 100%",
            r#""switch":"enforce, next 100%","side":"next","because":"next-refused","next_reason":"no-route"}}"#,
        ),
    ];
    for (path, switch, end) in rows {
        let switch: Switch = switch.parse().expect(switch);
        let request = Request::new("GET", "crates.io", path);
        let answer = signpost::answer(sides, &request, switch);
        let line = answer.log_line(&exchange::of(path), &exchange::with(switch));
        assert!(line.ends_with(end), "{line}");
    }
}

#[test]
fn what_either_configuration_needs_is_needed() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let has_cors = |config: &signpost::config::Config| config.response().cors;
    let has_retry = |config: &signpost::config::Config| config.retry().is_some();
    let alone = Sides::from(&config);
    assert_eq!([alone.any(has_cors), alone.any(has_retry)], [false, true]);
    let both = Sides::new(&config, Some(&next));
    assert_eq!([both.any(has_cors), both.any(has_retry)], [true, true]);
}
