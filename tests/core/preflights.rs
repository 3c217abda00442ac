//! A browser that asks whether a page may send the request gets an answer where that would be redirected.

use crate::fixtures::configs::{production, read};
use crate::fixtures::exchange;
use crate::fixtures::retry_scene::{CARGO, Scene};
use crate::test;
use signpost::decision::Reason;
use signpost::origin_redirect::OriginAnswer;
use signpost::request::{Method, Request};
use signpost::values::Switch;
use signpost_rows::{PRODUCTION, changed};

const SMALLVEC: &str = "/api/v1/crates/smallvec/1.10.0/download";
const ORIGIN: Option<&[u8]> = Some(b"https://docs.example");

/// A method, `Origin`, `Access-Control-Request-Method`, and what the request is.
type Row = (
    &'static str,
    Option<&'static [u8]>,
    Option<&'static [u8]>,
    Method,
);

#[track_caller]
fn switch(text: &str) -> Switch {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn preflight(path: &str) -> Request<'_> {
    Request::new("OPTIONS", "crates.io", path).with_preflight(ORIGIN, Some(b"GET"))
}

#[test]
fn a_preflight_is_options_that_names_an_origin_and_get_or_head() {
    let rows: [Row; 12] = [
        ("OPTIONS", ORIGIN, Some(b"GET"), Method::Preflight),
        ("OPTIONS", ORIGIN, Some(b"HEAD"), Method::Preflight),
        ("OPTIONS", Some(b"null"), Some(b"GET"), Method::Preflight),
        ("OPTIONS", ORIGIN, Some(b"PUT"), Method::Options),
        ("OPTIONS", ORIGIN, Some(b"get"), Method::Options),
        ("OPTIONS", ORIGIN, Some(b""), Method::Options),
        ("OPTIONS", ORIGIN, None, Method::Options),
        ("OPTIONS", None, Some(b"GET"), Method::Options),
        ("options", ORIGIN, Some(b"GET"), Method::Other),
        ("GET", ORIGIN, Some(b"GET"), Method::Get),
        ("HEAD", ORIGIN, Some(b"HEAD"), Method::Head),
        ("PUT", ORIGIN, Some(b"GET"), Method::Other),
    ];
    for (method, origin, requested, expected) in rows {
        let request = Request::new(method, "crates.io", SMALLVEC);
        let request = request.with_preflight(origin, requested);
        assert_eq!(
            request.method(),
            expected,
            "{method} {origin:?} {requested:?}"
        );
    }
}

/// The path, the switch, what is decided, and what after the origin failed.
const ROWS: &[(&str, &str, &str, &str)] = &[
    (SMALLVEC, "enforce", "preflight", "preflight"),
    (SMALLVEC, "enforce 0%", "origin", "preflight"),
    (SMALLVEC, "shadow", "origin", "preflight"),
    (SMALLVEC, "off", "origin", "origin"),
    ("/login", "enforce", "origin", "origin"),
    (
        "/api/v1/crates/smallvec/1.10/download",
        "enforce",
        "origin",
        "origin",
    ),
    (
        "/api/v1/crates/../smallvec/1.10.0/download",
        "enforce",
        "origin",
        "origin",
    ),
];

#[test]
fn a_preflight_is_answered_where_get_would_be_redirected() {
    let config = production();
    for (path, position, decided, released) in ROWS {
        let row = format!("{path}, {position}");
        let request = preflight(path);
        let answer = signpost::answer(&config, &request, switch(position));
        assert_eq!(answer.decided(), *decided, "{row}");
        assert_eq!(answer.reply().is_some(), *decided == "preflight", "{row}");
        let answer = answer.after_origin_failed();
        assert_eq!(answer.decided(), *released, "{row}");
        assert_eq!(answer.reply().is_some(), *released == "preflight", "{row}");
        assert_eq!(answer.redirect(), None, "{row}");
    }
}

#[test]
fn its_answer_allows_the_methods_and_every_field() {
    let config = production();
    let request = preflight(SMALLVEC).with_accept([&b"application/json"[..]]);
    let headers = |decision| {
        [
            ("access-control-allow-methods", "GET, HEAD, OPTIONS"),
            ("access-control-allow-headers", "*, Authorization"),
            ("access-control-allow-origin", "*"),
            (
                "strict-transport-security",
                "max-age=31536000; includeSubDomains",
            ),
            ("signpost-decision", decision),
        ]
        .map(|(name, value)| (name, value.into()))
    };
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let reply = answer.reply().expect("a reply");
    assert_eq!((reply.status, &*reply.body), (204, ""));
    assert_eq!(reply.headers, headers(r#"preflight;route="download""#));
    let answer = signpost::answer(&config, &request, Switch::SHADOW).after_origin_failed();
    let reply = answer.reply().expect("a reply");
    let decision = r#"preflight;route="download";because="origin-down""#;
    assert_eq!(reply.headers, headers(decision));
}

#[test]
fn without_cors_it_is_the_origins() {
    let config = read(&changed(PRODUCTION, "cors = true", "cors = false"));
    let request = preflight(SMALLVEC);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let reason = answer.decision().reason().map(Reason::code);
    assert_eq!(reason, Some("method-not-redirectable"));
    assert_eq!(answer.after_origin_failed().reply(), None);
}

#[test]
fn it_is_no_attempt_and_its_redirect_is_not_judged() {
    let retry = r#"retry = { window = "30s", origin_share = "100%" }"#;
    let repair = changed(
        PRODUCTION,
        r#"backends = ["origin"]"#,
        "backends = [\"origin\"]\ncheck_redirects = \"repair\"",
    );
    let config = read(&format!("{retry}\n{repair}"));
    let request = preflight(SMALLVEC);
    let mut scene = Scene::default();
    for _ in 0..5 {
        let answer = scene.ask(&config, &request, CARGO);
        assert_eq!((answer.decided(), answer.attempt()), ("preflight", None));
    }
    let answer = signpost::answer(&config, &request, Switch::SHADOW);
    let answer = answer.after_origin_answered(&OriginAnswer {
        status: 302,
        locations: &[b"https://evil.example/".to_vec()],
        requested: "https://crates.io/",
    });
    assert_eq!((answer.origin_redirect(), answer.reply()), (None, None));
}

#[test]
fn the_log_says_preflight() {
    let config = production();
    let request = preflight(SMALLVEC);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let line = answer.log_line(&exchange::of(SMALLVEC), &exchange::with(Switch::ENFORCE));
    let own = r#""signpost":{"decision":"preflight","route":"download","target":"static","#;
    assert!(line.contains(own), "{line}");
}
