//! A client that asks again is sent elsewhere: to the next target that it was not sent to, and then to
//! the origin.

use crate::fixtures::configs;
use crate::fixtures::exchange;
use crate::test;
use std::time::Duration;

use crate::fixtures::retry_scene::{CARGO, Fault, Scene, config, way, with_targets};
use signpost::Surroundings;
use signpost::attempts::{Attempts, Client};
use signpost::config::{Config, Target};
use signpost::decision::{Because, Reason};
use signpost::location::Location;
use signpost::origin_redirect::{OriginAnswer, OriginRedirect};
use signpost::reply::DECISION_HEADER;
use signpost::request::Request;
use signpost::target::all_healthy;
use signpost::values::Switch;

/// All of the redirects may go to the origin.
const OPEN: &str = r#"retry = { window = "30s", origin_share = "100%" }"#;

/// None of them may.
const CLOSED: &str = r#"retry = { window = "30s", origin_share = "0%" }"#;

/// A path on the route with three targets that has them in the order a, b, c.
#[track_caller]
fn path_in_order(config: &Config) -> String {
    let paths = (0..100).map(|number| format!("/d/c{number}/1.0.0"));
    let is_in_order = |path: &String| {
        let request = Request::new("GET", "crates.io", path);
        let answers = signpost::answers_at_every_target(config, &request, Switch::ENFORCE);
        answers.iter().map(way).eq(["a", "b", "c"])
    };
    paths.into_iter().find(is_in_order).expect("one of six")
}

/// The share of the origin, the unhealthy targets at each of six attempts, where each leads, and why.
type Row = (
    &'static str,
    [&'static [&'static str]; 6],
    [(&'static str, Option<Because>); 6],
);

const SECOND: Option<Because> = Some(Because::SecondTry);
const SICK: Option<Because> = Some(Because::TargetUnhealthy);
const NONE: [&[&str]; 6] = [&[]; 6];

const ROWS: &[Row] = &[
    // Each target once, then the origin. A client asks at most four times.
    (
        OPEN,
        NONE,
        [
            ("a", None),
            ("b", SECOND),
            ("c", SECOND),
            ("retried", None),
            ("a", None),
            ("a", None),
        ],
    ),
    // Round again if the origin is closed.
    (
        CLOSED,
        NONE,
        [
            ("a", None),
            ("b", SECOND),
            ("c", SECOND),
            ("a", None),
            ("b", SECOND),
            ("b", SECOND),
        ],
    ),
    // An unhealthy one is passed over, and the origin comes sooner.
    (
        OPEN,
        [&["a"]; 6],
        [
            ("b", SICK),
            ("c", SICK),
            ("retried", None),
            ("retried", None),
            ("b", SICK),
            ("b", SICK),
        ],
    ),
    (
        CLOSED,
        [&["a"]; 6],
        [
            ("b", SICK),
            ("c", SICK),
            ("b", SICK),
            ("c", SICK),
            ("b", SICK),
            ("b", SICK),
        ],
    ),
    // The first target dies: the others come before the origin.
    (
        OPEN,
        [&[], &["a"], &["a"], &["a"], &["a"], &[]],
        [
            ("a", None),
            ("b", SECOND),
            ("c", SECOND),
            ("retried", None),
            ("b", SECOND),
            ("a", None),
        ],
    ),
    // A target that was passed over recovers: it is next, and none comes twice in a row.
    (
        OPEN,
        [&["a"], &[], &[], &[], &[], &[]],
        [
            ("b", SICK),
            ("a", None),
            ("c", SECOND),
            ("retried", None),
            ("a", None),
            ("a", None),
        ],
    ),
    (
        CLOSED,
        [&["a"], &[], &[], &[], &[], &[]],
        [
            ("b", SICK),
            ("a", None),
            ("c", SECOND),
            ("a", None),
            ("b", SECOND),
            ("b", SECOND),
        ],
    ),
    // One dies in the second round.
    (
        CLOSED,
        [&[], &[], &[], &["b"], &["b"], &[]],
        [
            ("a", None),
            ("b", SECOND),
            ("c", SECOND),
            ("a", None),
            ("c", SECOND),
            ("b", SECOND),
        ],
    ),
    // Two are dead at the second attempt.
    (
        OPEN,
        [&[], &["b", "c"], &["b"], &[], &[], &[]],
        [
            ("a", None),
            ("retried", None),
            ("c", SECOND),
            ("retried", None),
            ("b", SECOND),
            ("b", SECOND),
        ],
    ),
    // If none is healthy, all take part.
    (
        OPEN,
        [&["a", "b", "c"]; 6],
        [
            ("a", None),
            ("b", SECOND),
            ("c", SECOND),
            ("retried", None),
            ("a", None),
            ("a", None),
        ],
    ),
];

#[test]
fn each_attempt_goes_to_the_next_healthy_target_and_then_to_the_origin() {
    for (retry, unhealthy, expected) in ROWS {
        let config = config(retry);
        let path = path_in_order(&config);
        let request = Request::new("GET", "crates.io", &path);
        let mut scene = Scene::default();
        for ((unhealthy, (expected, because)), attempt) in
            unhealthy.iter().zip(expected).zip([1, 2, 3, 4, 5, 5])
        {
            let row = format!("{retry}, attempt {attempt} without {unhealthy:?}");
            let health = |backend: &str| !unhealthy.contains(&backend);
            let answer = scene.answer(&config, &request, Switch::ENFORCE, Some(CARGO), &health);
            assert_eq!(way(&answer), *expected, "{row}");
            assert_eq!(answer.attempt(), Some(attempt), "{row}");
            assert_eq!(answer.because(), *because, "{row}");
        }
    }
}

#[test]
fn the_only_target_comes_once_and_then_the_origin() {
    for (retry, expected) in [
        (OPEN, ["a", "retried", "retried", "retried", "a", "a"]),
        (CLOSED, ["a"; 6]),
    ] {
        let config = config(retry);
        let mut scene = Scene::default();
        let found = expected.map(|_| scene.get(&config, "/r/serde").0);
        assert_eq!(found, expected, "{retry}");
    }
}

#[test]
fn with_more_targets_than_attempts_the_last_attempt_is_the_origins() {
    let names = ["a", "b", "c", "d", "e"];
    let config = configs::read(&with_targets(OPEN, &names).to_string());
    let mut scene = Scene::default();
    let found = [(); 4].map(|()| scene.get(&config, "/d/serde/1.0.0").0);
    assert_eq!(found[3], "retried", "{found:?}");
    for (place, name) in found[..3].iter().enumerate() {
        assert!(names.contains(&name.as_str()), "{found:?}");
        assert!(!found[..place].contains(name), "{found:?}");
    }
}

#[test]
fn a_location_that_a_second_attempt_held_back_is_kept() {
    let config = config(OPEN);
    let mut scene = Scene::default();
    let request = Request::new("GET", "crates.io", "/r/serde");
    scene.ask(&config, &request, CARGO);
    let answer = scene.ask(&config, &request, CARGO);
    let held_back = answer.decision().reason().and_then(Reason::held_back);
    assert_eq!(
        held_back.map(Location::as_str),
        Some("https://a.example/r/serde")
    );
    assert_eq!(answer.target().map(Target::name), Some("a"));
    assert!(answer.reply().is_none());
}

#[test]
fn after_the_window_an_attempt_is_a_first_one() {
    let config = config(r#"retry = { window = "2m", origin_share = "100%" }"#);
    let mut scene = Scene::default();
    let almost = Duration::from_secs(119);
    // Each of a client's attempts begins the window again, because it may have waited long for a CDN
    // that is silent.
    for (wait, expected) in [
        (Duration::ZERO, Some(1)),
        (almost, Some(2)),
        (almost, Some(3)),
        (almost, Some(4)),
        // No further attempt does.
        (almost, Some(5)),
        (Duration::from_secs(2), Some(1)),
        (Duration::from_mins(2), Some(1)),
    ] {
        scene.memory.now += wait;
        let (_, attempt) = scene.get(&config, "/r/serde");
        assert_eq!(attempt, expected, "at {:?}", scene.memory.now);
    }
}

#[test]
fn another_client_and_another_file_are_first_attempts() {
    let config = config(r#"retry.window = "30s""#);
    let mut scene = Scene::default();
    let request = Request::new("GET", "crates.io", "/r/serde");
    scene.ask(&config, &request, CARGO);
    let others = [
        Client {
            address: "198.51.100.18".parse().unwrap(),
            ..CARGO
        },
        Client {
            address: "2001:db8::1".parse().unwrap(),
            ..CARGO
        },
        Client {
            user_agent: b"curl/8",
            ..CARGO
        },
        Client {
            user_agent: b"",
            ..CARGO
        },
        // It matters at which byte one part ends and the next begins.
        Client {
            user_agent: b"cargo/1.95.0/r/serde",
            ..CARGO
        },
    ];
    for other in others {
        let answer = scene.ask(&config, &request, other);
        assert_eq!(answer.attempt(), Some(1), "{other:?}");
    }
    assert_eq!(scene.get(&config, "/r/libc").1, Some(1));
    // The same client, by its address in IPv6.
    let mapped = Client {
        address: "::ffff:198.51.100.17".parse().unwrap(),
        ..CARGO
    };
    assert_eq!(scene.ask(&config, &request, mapped).attempt(), Some(2));
    // What is remembered does not name a client.
    let mut keys = scene.memory.entries.keys();
    assert_eq!(keys.len(), 7);
    assert!(keys.all(|key| key.as_bytes().len() == 32));
}

#[test]
fn with_another_secret_or_configuration_nothing_is_known() {
    let configs = [r#"retry.window = "30s""#, r#"retry.window = "31s""#].map(config);
    let mut scene = Scene::default();
    for config in &configs {
        for secret in [1, 2] {
            scene.memory.secret = secret;
            let (_, attempt) = scene.get(config, "/r/serde");
            assert_eq!(attempt, Some(1), "{secret}");
        }
    }
    assert_eq!(scene.memory.entries.len(), 4);
}

#[test]
fn a_request_that_does_not_follow_the_redirect_does_not_count() {
    let config = config(r#"retry.window = "30s""#);
    let json =
        |path| Request::new("GET", "crates.io", path).with_accept([&b"application/json"[..]]);
    let with_field = |name| {
        Request::new("GET", "crates.io", "/d/serde/1.0.0").with_field_names(["accept", name, "via"])
    };
    let rows = [
        (Request::new("HEAD", "crates.io", "/d/serde/1.0.0"), None),
        (json("/d/serde/1.0.0"), None),
        // This route gives no JSON, so its redirect is followed.
        (json("/r/serde"), Some(1)),
        (Request::new("PUT", "crates.io", "/d/serde/1.0.0"), None),
        (Request::new("GET", "crates.io", "/d/serde/1.0"), None),
        (Request::new("GET", "other.example", "/d/serde/1.0.0"), None),
        // A part, a question whether the file has changed, and a file for later.
        (with_field("range"), None),
        (with_field("if-range"), None),
        (with_field("if-match"), None),
        (with_field("if-none-match"), None),
        (with_field("if-modified-since"), None),
        (with_field("if-unmodified-since"), None),
        (with_field("sec-purpose"), None),
        (with_field("purpose"), None),
        (with_field("x-purpose"), None),
        (with_field("x-moz"), None),
        // A reload is an attempt.
        (with_field("cache-control"), Some(1)),
        (with_field("x-range"), Some(1)),
    ];
    for (request, attempt) in rows {
        let mut scene = Scene::default();
        let answer = scene.ask(&config, &request, CARGO);
        assert_eq!(answer.attempt(), attempt, "{request:?}");
        let remembered = scene.memory.entries.len();
        assert_eq!(remembered, usize::from(attempt.is_some()), "{request:?}");
    }
}

#[test]
fn a_location_that_the_switch_holds_back_is_not_remembered() {
    let config = config(OPEN);
    let request = Request::new("GET", "crates.io", "/r/serde");
    for switch in ["shadow", "off", "enforce 0%"] {
        let mut scene = Scene::default();
        for _ in 0..3 {
            let switch = switch.parse().unwrap();
            let answer = scene.answer(&config, &request, switch, Some(CARGO), &all_healthy);
            assert_ne!(way(&answer), "retried", "{switch}");
            assert_eq!(answer.attempt(), None, "{switch}");
        }
        assert!(scene.memory.entries.is_empty(), "{switch}");
    }
}

#[test]
fn a_first_attempt_whose_location_was_refused_is_not_remembered() {
    let config = config(OPEN);
    let request = Request::new("GET", "crates.io", "/d/serde/1.0.0");
    let mut scene = Scene::default();
    for _ in 0..2 {
        let surroundings = Surroundings {
            build: &|_| "https://a.exampleserde/1.0.0".to_owned(),
            ..scene.surroundings(Switch::ENFORCE, &|| Some(CARGO), &all_healthy)
        };
        let answer = signpost::answer(&config, &request, surroundings);
        assert_eq!(way(&answer), "location-refused");
        assert_eq!(answer.attempt(), None);
        assert!(scene.memory.entries.is_empty());
    }
    // A later attempt counts, so that the next one goes on from there.
    scene.ask(&config, &request, CARGO);
    let surroundings = Surroundings {
        build: &|_| "https://a.exampleserde/1.0.0".to_owned(),
        ..scene.surroundings(Switch::ENFORCE, &|| Some(CARGO), &all_healthy)
    };
    let answer = signpost::answer(&config, &request, surroundings);
    assert_eq!(way(&answer), "location-refused");
    assert_eq!(answer.attempt(), Some(2));
}

#[test]
fn without_a_known_client_every_attempt_is_a_first_one() {
    let (with, without) = (config(OPEN), config(""));
    let request = Request::new("GET", "crates.io", "/d/serde/1.0.219");
    let first = signpost::answer(&without, &request, Switch::ENFORCE);
    // What is missing, and the attempt that is counted.
    let rows = [
        (&with, Some(CARGO), Some(Fault::Secret), None),
        (&with, Some(CARGO), Some(Fault::Recall), None),
        (&with, Some(CARGO), Some(Fault::Remember), Some(1)),
        (&with, None, None, None),
        (&without, Some(CARGO), None, None),
    ];
    for (config, client, fault, attempt) in rows {
        let mut scene = Scene::default();
        scene.memory.fault = fault;
        for _ in 0..5 {
            let answer = scene.answer(config, &request, Switch::ENFORCE, client, &all_healthy);
            assert_eq!(answer.decision(), first.decision(), "{client:?} {fault:?}");
            assert_eq!(answer.attempt(), attempt, "{client:?} {fault:?}");
        }
        assert!(scene.memory.entries.is_empty(), "{client:?} {fault:?}");
    }
}

#[test]
fn attempts_are_kept_as_three_bytes() {
    let attempts = Attempts::NONE.and(Some(0)).and(Some(7)).and(None);
    assert_eq!(attempts.number(), 3);
    assert_eq!(attempts.to_bytes(), [3, 0b1000_0001, 7]);
    let by_next = Attempts::NONE.and(Some(1)).and_by_next();
    let rows: [(&[u8], Option<Attempts>); 16] = [
        (&[3, 0b1000_0001, 7], Some(attempts)),
        (&[0, 0, 255], Some(Attempts::NONE)),
        (&[1, 0, 255], Some(Attempts::NONE.and(None))),
        (&[], None),
        (&[3, 0b1000_0001], None),
        (&[3, 0b1000_0001, 7, 0], None),
        (b"something else", None),
        // More than there are, more targets than attempts, and a last target that is not among them.
        (&[5, 0, 255], None),
        (&[1, 0b1000_0001, 7], None),
        (&[0, 1, 0], None),
        (&[3, 0b1000_0001, 6], None),
        (&[3, 0b1000_0001, 255], None),
        (&[3, 0b1000_0001, 8], None),
        // One that `next` answered has no target, and is marked.
        (&[0b1000_0010, 0b10, 1], Some(by_next)),
        (&[0b1000_0000, 0, 255], None),
        (&[0b1000_0101, 0, 255], None),
    ];
    for (bytes, expected) in rows {
        assert_eq!(Attempts::from_bytes(bytes), expected, "{bytes:?}");
    }
    // However many attempts there are, and at whatever target, nothing overflows.
    let many = (0..1000).fold(Attempts::NONE, |attempts, place| attempts.and(Some(place)));
    assert_eq!(many.number(), Attempts::MOST);
    assert!(many.are_all());
}

#[test]
fn what_is_not_an_attempt_does_not_become_one_after_others() {
    let config = config(OPEN);
    let path = path_in_order(&config);
    let json = Request::new("GET", "crates.io", &path).with_accept([&b"application/json"[..]]);
    let mut scene = Scene::default();
    for _ in 0..2 {
        scene.get(&config, &path);
        let head = Request::new("HEAD", "crates.io", &path);
        let range = Request::new("GET", "crates.io", &path).with_field_names(["range"]);
        for request in [head, json.clone(), range] {
            let answer = scene.ask(&config, &request, CARGO);
            assert_eq!(way(&answer), "a", "{request:?}");
            assert_eq!((answer.attempt(), answer.because()), (None, None));
        }
    }
    assert_eq!(scene.get(&config, &path).1, Some(3));
}

#[test]
fn header_and_log_say_why_a_client_is_sent_elsewhere() {
    let config = config(OPEN);
    let path = path_in_order(&config);
    let request = Request::new("GET", "crates.io", &path);
    let rows: [(&[&str], &str, &str); 3] = [
        (&["a"], "b", "target-unhealthy"),
        (&["a"], "c", "target-unhealthy"),
        (&[], "a", ""),
    ];
    let mut scene = Scene::default();
    for ((unhealthy, target, because), attempt) in rows.into_iter().zip(1..) {
        let health = |backend: &str| !unhealthy.contains(&backend);
        let answer = scene.answer(&config, &request, Switch::ENFORCE, Some(CARGO), &health);
        let line = answer.log_line(&exchange::of(&path), &exchange::with(Switch::ENFORCE));
        let own = format!(r#""target":"{target}","attempt":{attempt},"#);
        assert!(line.contains(&own), "{line}");
        let end = match because {
            "" => r#""switch":"enforce"}}"#.to_owned(),
            because => format!(r#""because":"{because}"}}}}"#),
        };
        assert!(line.ends_with(&end), "{line}");
        let reply = answer.reply().unwrap();
        let header = reply
            .headers
            .iter()
            .find(|(name, _)| *name == DECISION_HEADER);
        let expected = match because {
            "" => "redirect;route=\"download\"".to_owned(),
            because => format!("redirect;route=\"download\";because=\"{because}\""),
        };
        assert_eq!(header.map(|(_, value)| &**value), Some(&*expected));
    }
}

#[test]
fn the_origins_redirect_of_a_second_attempt_is_judged_as_any_other() {
    let config = config(&format!("{OPEN}\norigin.check_redirects = \"repair\""));
    let request = Request::new("GET", "crates.io", "/r/serde");
    let proven = "https://a.example/r/serde";
    for (location, repair) in [
        (proven, None),
        ("https://a.exampler/serde", Some(proven)),
        ("https://bucket.example/serde", Some(proven)),
        ("https://b.example/serde", None),
    ] {
        let mut scene = Scene::default();
        scene.ask(&config, &request, CARGO);
        let answer = scene.ask(&config, &request, CARGO);
        assert_eq!(way(&answer), "retried", "{location}");
        let answered = OriginAnswer {
            status: 302,
            locations: &[location.as_bytes().to_vec()],
            requested: "https://crates.io/r/serde",
        };
        let answer = answer.after_origin_answered(&answered);
        let found = answer.origin_redirect().and_then(OriginRedirect::repair);
        assert_eq!(found.map(Location::as_str), repair, "{location}");
    }
}

#[test]
fn the_options_have_one_spelling() {
    let rows = [
        (r#"window = "30s""#, 30, 5, r#"{"window":"30s"}"#),
        (r#"window = "5m""#, 300, 5, r#"{"window":"5m"}"#),
        (r#"window = "1m 30s""#, 90, 5, r#"{"window":"1m 30s"}"#),
        (r#"window = "90s 0ms""#, 90, 5, r#"{"window":"1m 30s"}"#),
        (
            r#"window = "1s", origin_share = "5%""#,
            1,
            5,
            r#"{"window":"1s"}"#,
        ),
        (
            r#"window = "1m", origin_share = "10%""#,
            60,
            10,
            r#"{"window":"1m","origin_share":"10%"}"#,
        ),
    ];
    for (written, window, share, compiled) in rows {
        let config = config(&format!("retry = {{ {written} }}"));
        let options = config.retry().expect("it was written");
        let expected = Duration::from_secs(window);
        assert_eq!(options.window.as_duration(), expected, "{written}");
        assert_eq!(options.origin_share.as_percent(), share, "{written}");
        let compiled = format!("\"retry\":{compiled}");
        assert!(config.to_json().contains(&compiled), "{}", config.to_json());
        assert_eq!(
            signpost::config::from_json(config.to_json()),
            Ok(config),
            "{written}"
        );
    }
    assert_eq!(config("").retry(), None);
    for window in [
        "",
        "30",
        "s",
        "0s",
        "999ms",
        "5m 1ms",
        "0m",
        "301s",
        "6m",
        "+3s",
        "5.1m",
        "1h",
        "307445734561825861m",
    ] {
        let lines = format!("retry.window = \"{window}\"");
        let text = with_targets(&lines, &["a", "b", "c"]).to_string();
        let problems = configs::problems_of(&text).to_string();
        assert!(
            problems.contains("retry-invalid: retry.window: "),
            "{problems}"
        );
    }
}
