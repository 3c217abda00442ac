//! No origin backend answers: only a location that the switch held back is given after all.

use crate::fixtures::configs::{production, read};
use crate::fixtures::exchange;
use crate::fixtures::proving::built_by;
use crate::fixtures::retry_scene::{CARGO, Scene};
use crate::test;
use signpost::Answer;
use signpost::decision::{Because, Reason};
use signpost::location::Location;
use signpost::request::Request;
use signpost::target::Chosen;
use signpost::values::Switch;

const SMALLVEC: &str = "/api/v1/crates/smallvec/1.10.0/download";
const LOCATION: &str = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate";

/// The builder of 2023, which forgot the slash.
fn build_of_2023(_: &Chosen<'_, '_>) -> String {
    "https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate".to_owned()
}

/// The method, the target, the switch, and the reason that stays when a redirect stands in.
const HELD_BACK: &[(&str, &str, &str, &str)] = &[
    ("GET", SMALLVEC, "shadow", "switch-shadow"),
    ("GET", SMALLVEC, "enforce 0%", "not-in-rollout"),
    ("GET", SMALLVEC, "enforce 60%", "not-in-rollout"),
    ("HEAD", SMALLVEC, "shadow", "switch-shadow"),
];

/// The method, the target and the switch of what stays the origin's.
const ORIGINS: &[(&str, &str, &str)] = &[
    ("GET", SMALLVEC, "off"),
    ("HEAD", SMALLVEC, "off"),
    ("PUT", SMALLVEC, "off"),
    ("GET", "/", "off"),
    ("GET", "/", "enforce"),
    ("GET", "/api/v1/crates/smallvec/1.10/download", "shadow"),
    ("GET", "/api/v1/crates/1smallvec/1.10.0/download", "off"),
    ("GET", "/api/v1/crates/../smallvec/1.10.0/download", "off"),
];

#[track_caller]
fn switch(text: &str) -> Switch {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_location_that_only_the_switch_held_back_is_given() {
    let config = production();
    for (method, path, position, reason) in HELD_BACK {
        let row = format!("{method} {path}, {position}");
        for (accept, status, name, value) in [
            ("*/*", 302, "location", LOCATION),
            ("application/json", 200, "content-type", "application/json"),
        ] {
            let request = Request::new(method, "crates.io", path).with_accept([accept.as_bytes()]);
            let decided = signpost::answer(&config, &request, switch(position));
            assert_eq!(decided.reply(), None, "{row}");
            assert_eq!(decided.because(), None, "{row}");

            let answer = decided.after_origin_failed();
            assert_eq!(answer.because(), Some(Because::OriginDown), "{row}");
            let kept = answer.decision().reason().map(Reason::code);
            assert_eq!(kept, Some(*reason), "{row}");
            let reply = answer.reply().expect(&row);
            assert_eq!(reply.status, status, "{row}, {accept}");
            let headers = &reply.headers;
            assert!(headers.contains(&(name, value.into())), "{row}, {accept}");
            let decision = "redirect;route=\"download\";because=\"origin-down\"";
            let header = ("signpost-decision", decision.into());
            assert!(headers.contains(&header), "{row}, {accept}: {headers:?}");
        }
    }
}

#[test]
fn all_else_stays_the_origins() {
    let config = production();
    for (method, path, position) in ORIGINS {
        let request = Request::new(method, "crates.io", path);
        let decided = signpost::answer(&config, &request, switch(position));
        let answer = decided.clone().after_origin_failed();
        assert_eq!(answer, decided, "{method} {path}, {position}");
        assert_eq!(answer.reply(), None, "{method} {path}");
    }
    let none = Answer::origin(Reason::ConfigMissing);
    assert_eq!(none.clone().after_origin_failed(), none);
}

#[test]
fn a_refused_location_stays_refused() {
    let config = production();
    let request = Request::new("GET", "crates.io", SMALLVEC);
    for position in ["enforce", "enforce 0%", "shadow", "off"] {
        let decided = signpost::answer(
            &config,
            &request,
            built_by(&build_of_2023, switch(position)),
        );
        assert!(
            decided
                .decision()
                .reason()
                .and_then(Reason::refusal)
                .is_some()
        );
        let answer = decided.clone().after_origin_failed();
        assert_eq!(answer, decided, "{position}");
        assert_eq!(answer.reply(), None, "{position}");
    }
}

#[test]
fn a_client_that_was_sent_to_every_target_is_sent_to_the_first_again() {
    let retry = r#"retry = { window = "30s", origin_share = "100%" }"#;
    let text = format!(
        "{retry}
{}",
        signpost_rows::PRODUCTION
    );
    let config = read(&text);
    let request = Request::new("GET", "crates.io", SMALLVEC);
    let mut scene = Scene::default();
    scene.ask(&config, &request, CARGO);
    let decided = scene.ask(&config, &request, CARGO);
    assert_eq!(
        decided.decision().reason().map(Reason::code),
        Some("retried")
    );
    assert_eq!(decided.reply(), None);
    let answer = decided.after_origin_failed();
    assert_eq!(answer.because(), Some(Because::OriginDown));
    assert_eq!(answer.redirect().map(Location::as_str), Some(LOCATION));
}

#[test]
fn a_decided_redirect_does_not_mention_the_origin() {
    let config = production();
    let request = Request::new("GET", "crates.io", SMALLVEC);
    let decided = signpost::answer(&config, &request, Switch::ENFORCE);
    assert_eq!(decided.clone().after_origin_failed(), decided);
}

#[test]
fn the_log_says_redirect_and_keeps_the_reason() {
    let config = production();
    let request = Request::new("GET", "crates.io", SMALLVEC);
    let answer = signpost::answer(&config, &request, Switch::SHADOW).after_origin_failed();
    let line = answer.log_line(&exchange::of(SMALLVEC), &exchange::with(Switch::SHADOW));
    let own = concat!(
        r#""signpost":{"decision":"redirect","route":"download","target":"static","attempt":null,"#,
        r#""reason":"switch-shadow","#,
        r#""refusal":null,"location":"https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate","#,
        r#""revision":null,"switch":"shadow","because":"origin-down"}}"#,
    );
    assert!(line.ends_with(own), "{line}");
}
