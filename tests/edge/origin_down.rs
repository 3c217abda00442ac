//! The origin is down and the location proven: the client gets the redirect that the switch held back.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;
use signpost_testbed::{Backend, LocalServer, LogLine, REFUSED, RecordedRequest, silent_address};

use crate::bed::{Bed, DOWNLOAD, LOCATION, assert_unavailable, header, request, with_origin};

const ORIGIN_DOWN: &str = "redirect;route=\"download\";because=\"origin-down\"";

/// The positions in which a proven location may be released, and the reason that is logged.
const HELD_BACK: [(&str, &str); 2] = [
    ("shadow", "switch-shadow"),
    ("enforce 0%", "not-in-rollout"),
];

/// Production's set-up with one backend that is dead in some way.
async fn dead(backend: impl Into<Backend>, switch: &str) -> Bed {
    let backend = backend.into();
    Bed::start(|server| server.backend("origin", &backend).switch(switch)).await
}

#[track_caller]
fn assert_redirected(answer: &Response<Bytes>, row: &str) {
    assert_eq!(answer.status(), 302, "{row}: {answer:?}");
    assert_eq!(header(answer, "location"), Some(LOCATION), "{row}");
    assert_eq!(header(answer, "vary"), Some("Accept"), "{row}");
    let decision = header(answer, "signpost-decision");
    assert_eq!(decision, Some(ORIGIN_DOWN), "{row}");
    assert!(answer.body().is_empty(), "{row}");
}

#[tokio::test]
async fn a_proven_location_is_given_unless_the_switch_is_off() {
    for (switch, reason) in HELD_BACK {
        let bed = dead(REFUSED.url(), switch).await;
        for method in ["GET", "HEAD"] {
            let answer = bed.send(request(method, DOWNLOAD)).await;
            assert_redirected(&answer, &format!("{switch}, {method}"));
        }
        let mut json = request("GET", DOWNLOAD);
        let accept = "application/json".parse().unwrap();
        json.headers_mut().insert("accept", accept);
        let answer = bed.send(json).await;
        assert_eq!(answer.status(), 200, "{switch}");
        let body = format!("{{\"url\":\"{LOCATION}\"}}");
        assert_eq!(answer.body(), body.as_bytes(), "{switch}");
        let decision = header(&answer, "signpost-decision");
        assert_eq!(decision, Some(ORIGIN_DOWN), "{switch}");

        // Without a proven location, the answer says that the origin is down.
        for (method, target, reason) in [
            ("PUT", DOWNLOAD, "method-not-redirectable"),
            ("GET", "/api/v1/me", "no-route"),
            (
                "GET",
                "/api/v1/crates/smallvec/1.10/download",
                "version-invalid",
            ),
        ] {
            let answer = bed.send(request(method, target)).await;
            assert_unavailable(
                &answer,
                method,
                reason,
                &format!("{switch}, {method} {target}"),
            );
        }
        assert_logged(&bed, reason).await;
    }
}

#[tokio::test]
async fn with_the_switch_at_off_nothing_of_ours_leaves() {
    for switch in ["off", "onn"] {
        let bed = dead(REFUSED.url(), switch).await;
        let mut json = request("GET", DOWNLOAD);
        let accept = "application/json".parse().unwrap();
        json.headers_mut().insert("accept", accept);
        let rows = [
            ("GET", request("GET", DOWNLOAD)),
            ("HEAD", request("HEAD", DOWNLOAD)),
            ("JSON", json),
            ("preflight", preflight()),
        ];
        for (row, request) in rows {
            let method = request.method().to_string();
            let answer = bed.send(request).await;
            assert_unavailable(&answer, &method, "switch-off", &format!("{switch}, {row}"));
            let allowed = header(&answer, "access-control-allow-methods");
            assert_eq!(allowed, None, "{switch}, {row}");
        }
    }
}

#[tokio::test]
async fn a_preflight_is_answered_with_and_without_an_origin() {
    let rows = [
        ("enforce", "preflight;route=\"download\""),
        (
            "shadow",
            "preflight;route=\"download\";because=\"origin-down\"",
        ),
    ];
    for (switch, decision) in rows {
        let bed = dead(REFUSED.url(), switch).await;
        let answer = bed.send(preflight()).await;
        assert_eq!(answer.status(), 204, "{switch}");
        let expected = [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "GET, HEAD, OPTIONS"),
            ("access-control-allow-headers", "*, Authorization"),
            ("signpost-decision", decision),
        ];
        for (name, value) in expected {
            assert_eq!(header(&answer, name), Some(value), "{switch}: {name}");
        }
        assert!(answer.body().is_empty(), "{switch}");
    }
}

fn preflight() -> Request<Bytes> {
    let mut preflight = request("OPTIONS", DOWNLOAD);
    for (name, value) in [
        ("origin", "https://docs.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "range"),
    ] {
        preflight.headers_mut().insert(name, value.parse().unwrap());
    }
    preflight
}

async fn assert_logged(bed: &Bed, reason: &str) {
    let line = bed
        .viceroy
        .wait_for_line(
            |line| line.contains("origin-down") && LogLine::read(line).is_some(),
            Duration::from_secs(10),
        )
        .await
        .unwrap();
    let line: Value = serde_json::from_str(&LogLine::read(&line).unwrap().message).unwrap();
    assert_eq!(line["status"], 302);
    let own = &line["signpost"];
    assert_eq!(own["decision"], "redirect");
    assert_eq!(own["because"], "origin-down");
    assert_eq!(own["reason"], reason);
    assert_eq!(own["location"], LOCATION);
}

#[tokio::test]
async fn however_the_origin_is_dead_the_proven_location_is_given() {
    let silent = silent_address().unwrap();
    let limit = Duration::from_millis(200);
    let rows = [
        ("refused", Backend::at(REFUSED.url())),
        (
            "silent",
            Backend::at(silent.url()).first_byte_timeout(limit),
        ),
        ("unresolvable", Backend::at("http://nowhere.invalid")),
    ];
    for (row, backend) in rows {
        let bed = dead(backend, "shadow").await;
        assert_redirected(&bed.get(DOWNLOAD).await, row);
    }
    let absent = |server: LocalServer| server.without_backend("origin").switch("shadow");
    let bed = Bed::start(absent).await;
    assert_redirected(&bed.get(DOWNLOAD).await, "absent");
}

#[tokio::test]
async fn a_refused_location_is_never_given() {
    // Its locations lead back to itself. Only `compile` checks for that.
    let config = signpost_rows::compiled(
        r#"
        allowed_hosts = ["crates.io"]
        origin.backends = ["origin"]
        targets.own.base = "https://crates.io"
        [[routes]]
        name = "download"
        path = "/crates/{name:crate}/{version:semver}/download"
        target = "own"
        location = "/crates/{name}/{version}/download"
        "#,
    );
    let mut bed = Bed::start(|server| {
        let dead = server.backend("origin", REFUSED.url());
        dead.config(&config)
    })
    .await;
    for switch in ["enforce", "enforce 0%", "shadow", "off"] {
        bed.take(|server| server.switch(switch)).await;
        for method in ["GET", "HEAD"] {
            let asked = request(method, "/crates/smallvec/1.10.0/download");
            let answer = bed.send(asked).await;
            let row = format!("{switch}, {method}");
            assert_unavailable(&answer, method, "location-refused", &row);
        }
    }
}

#[tokio::test]
async fn an_origin_that_answers_is_not_replaced_by_the_redirect() {
    let reply = |_: &RecordedRequest| {
        let unavailable = Response::builder().status(503);
        unavailable.body(Bytes::from("of the origin")).unwrap()
    };
    let bed = Bed::start_with(reply, |server| server.switch("off")).await;
    let answer = bed.get(DOWNLOAD).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.body(), "of the origin");
    let decision = header(&answer, "signpost-decision");
    assert_eq!(decision, Some("origin;reason=\"switch-off\""));
}

#[tokio::test]
async fn no_other_backend_is_tried_once_the_time_for_it_is_over() {
    let silent = silent_address().unwrap();
    let backends = r#"backends = ["first", "origin"]"#;
    let config = with_origin(&format!("{backends}\nnext_backend_timeout = \"100ms\""));
    let limit = Duration::from_millis(200);
    let first = Backend::at(silent.url()).first_byte_timeout(limit);
    let bed = Bed::start(|server| {
        let first = server.backend("first", &first);
        first.config(&config).switch("shadow")
    })
    .await;
    let answer = bed.get("/api/v1/me").await;
    assert_unavailable(&answer, "GET", "no-route", "no route");
    assert_redirected(&bed.get(DOWNLOAD).await, "proven");
    assert!(bed.origin.requests().is_empty());
    let said = "signpost: no other backend is tried after next_backend_timeout";
    bed.viceroy
        .wait_for_line(|line| line.contains(said), Duration::from_secs(10))
        .await
        .unwrap();
}
