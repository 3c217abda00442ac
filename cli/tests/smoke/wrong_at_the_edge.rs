//! The edge is wrong in one way at a time, which the real module cannot be: a stand-in answers as
//! the library says, and then changes one thing.

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use signpost::Surroundings;
use signpost::config::Config;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_testbed::{RecordedRequest, StandInOrigin, Validity};

use crate::bed::{DOWNLOAD, Files, PRODUCTION, by_origin};

/// A change of an answer, before it is sent.
pub(crate) type Change = fn(&RecordedRequest, &mut Response<Bytes>);

#[tokio::test]
async fn each_way_an_answer_can_be_wrong_is_named_at_its_stage() {
    let files = Files::start(Validity::Valid).await;
    let nothing: Change = |_, _| {};
    let right = smoke(&files, nothing).await;
    assert_eq!(right.code, Some(0), "{}{}", right.stdout, right.stderr);

    let rows: [(&str, Change, &[&str], &str); 11] = [
        (
            "wrong host",
            |_, answer| replace(answer, "static.crates.io", "static.wrong.example"),
            &["location", "cdn-connect"],
            "\"differs_at\":15",
        ),
        (
            "missing slash",
            |_, answer| replace(answer, ".io/", ".io"),
            &["location", "cdn-connect"],
            "\"received\":\"https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate\"",
        ),
        (
            "missing slash, its place",
            |_, answer| replace(answer, ".io/", ".io"),
            &["location", "cdn-connect"],
            "\"differs_at\":24",
        ),
        (
            "doubled slash",
            |_, answer| replace(answer, ".io/", ".io//"),
            &["location", "cdn-status"],
            "https://static.crates.io//crates/",
        ),
        (
            "wrong version",
            |_, answer| replace(answer, "1.10.0", "1.10.1"),
            &["location", "checksum"],
            "smallvec-1.10.1.crate",
        ),
        (
            "no location",
            |_, answer| drop(answer.headers_mut().remove("location")),
            &["location"],
            "\"received\":null",
        ),
        (
            "HEAD unlike GET",
            |request, answer| {
                if request.method == Method::HEAD {
                    set(answer, "location", "https://static.crates.io/");
                }
            },
            &["head"],
            "HEAD has another `location` than GET",
        ),
        (
            "JSON unlike Location",
            |_, answer| {
                let body = String::from_utf8(answer.body().to_vec()).unwrap();
                *answer.body_mut() = body.replace("smallvec-1.10.0", "smallvec-1.10.1").into();
            },
            &["json"],
            "the body differs",
        ),
        (
            "without Vary",
            |request, answer| {
                if request.method == Method::GET && answer.status() == 302 {
                    set(answer, "vary", "Accept-Encoding");
                }
            },
            &["vary", "head"],
            "\"expected\":\"Accept\"",
        ),
        (
            "another status",
            |_, answer| {
                if answer.status() == 302 {
                    *answer.status_mut() = http::StatusCode::MOVED_PERMANENTLY;
                }
            },
            &["status"],
            "\"received\":\"301\"",
        ),
        (
            "the origin answers in its place",
            |_, answer| {
                if answer.status() == 302 {
                    set(answer, "signpost-decision", "origin;reason=\"switch-off\"");
                }
            },
            &["decision"],
            "redirect;route=",
        ),
    ];
    for (row, change, stages, words) in rows {
        let host = other_host(row);
        let detour = host.map(|host| files.detour(host));
        smoke_by(&files, change, detour.as_deref())
            .await
            .is_wrong_at(row, &[DOWNLOAD], stages, words);
    }
}

#[tokio::test]
async fn a_header_that_the_configuration_does_not_imply_is_found() {
    let files = Files::start(Validity::Valid).await;
    let both: &[_] = &["answer", "json"];
    let twice: &[_] = &["location", "json", "cdn-status"];
    let rows: [(&str, &str, &[&str]); 11] = [
        ("cache-control", "public, max-age=60", both),
        ("expires", "Fri, 01 Jan 2100 00:00:00 GMT", both),
        ("age", "5", both),
        ("pragma", "no-cache", both),
        ("surrogate-control", "max-age=60", both),
        ("cdn-cache-control", "max-age=60", both),
        ("set-cookie", "session=1", both),
        ("refresh", "0; url=https://static.crates.io/", both),
        ("location", "https://static.crates.io/second", twice),
        // Servers on the way may say who they are.
        ("x-served-by", "cache-1", &[]),
        ("via", "1.1 varnish", &[]),
    ];
    for (name, value, stages) in rows {
        let edge = edge(DOWNLOAD, move |_, answer| {
            answer.headers_mut().append(name, value.parse().unwrap());
        })
        .await;
        let smoke = files.smoke(&edge.url(), &["--format", "json"]).await;
        if stages.is_empty() {
            assert_eq!(smoke.code, Some(0), "{name}: {}", smoke.stdout);
        } else {
            smoke.is_wrong_at(name, &[DOWNLOAD], stages, value);
        }
    }
}

#[tokio::test]
async fn people_see_where_the_locations_part() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, answer| replace(answer, ".io/", ".io")).await;
    let detour = files.detour("static.crates.iocrates");
    let smoke = files.smoke(&edge.url(), &["--connect-to", &detour]).await;
    assert_eq!(smoke.code, Some(1), "{}", smoke.stderr);
    let shown = "  [location] `location` differs
    expected https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate
    received https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate
                                     ^ differs here
";
    assert!(smoke.stdout.contains(shown), "{}", smoke.stdout);
}

#[tokio::test]
async fn a_path_that_must_not_be_redirected_and_is_fails() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge("/api/v1/crates/signpost/1.0/download", |_, answer| {
        set(
            answer,
            "location",
            "https://static.crates.io/crates/signpost/signpost-1.0.crate",
        );
        set(answer, "signpost-decision", "redirect;route=\"download\"");
        *answer.status_mut() = http::StatusCode::FOUND;
    })
    .await;
    let smoke = files.smoke(&edge.url(), &["--format", "json"]).await;
    smoke.is_wrong_at(
        "negative",
        &["/api/v1/crates/signpost/1.0/download"],
        &["negative"],
        "must not be redirected, and leads to https://static.crates.io/crates/signpost/signpost-1.0.crate",
    );
}

#[tokio::test]
async fn an_edge_that_is_not_there_fails_every_probe_at_its_stage() {
    let files = Files::start(Validity::Valid).await;
    let refused = signpost_testbed::refused_address().unwrap();
    let smoke = files.smoke(&refused.url(), &["--format", "json"]).await;
    assert_eq!(smoke.code, Some(1), "{}", smoke.stderr);
    let json = smoke.json();
    assert_eq!(json["passed"], 0);
    for (request, findings) in smoke.failures() {
        assert_eq!(findings.len(), 1, "{request}");
        assert_eq!(findings[0]["stage"], "edge", "{request}");
        let message = findings[0]["message"].as_str().unwrap();
        assert!(message.contains("refused"), "{request}: {message}");
    }
}

#[tokio::test]
async fn a_token_is_sent_to_the_edge_alone_and_never_printed() {
    let files = Files::start(Validity::Valid).await;
    // An edge that sends back what it was sent, where it hurts most.
    let edge = edge(DOWNLOAD, |request, answer| {
        let token = request.headers["authorization"].to_str().unwrap();
        let location = format!("https://static.crates.io/crates?{token}");
        set(answer, "location", &location.replace(' ', ""));
        *answer.body_mut() = token.to_owned().into();
    })
    .await;
    let junit = files.directory.path().join("junit.xml");
    let junit = junit.to_str().unwrap();
    for format in ["text", "json"] {
        let arguments = ["--token-env", "TOKEN", "--format", format, "--junit", junit];
        let smoke = files.smoke(&edge.url(), &arguments).await;
        assert_eq!(smoke.code, Some(1), "{}", smoke.stderr);
        let written = std::fs::read_to_string(junit).unwrap();
        for text in [&smoke.stdout, &smoke.stderr, &written] {
            assert!(!text.contains("s3cret"), "{format}: {text}");
        }
        assert!(smoke.stdout.contains("Bearer(token)"), "{}", smoke.stdout);
    }
    let asked = edge.requests();
    assert!(
        asked
            .iter()
            .all(|request| request.headers["authorization"] == "Bearer s3cret-t0ken")
    );
    assert!(files.cdn.authorizations().is_empty());
}

/// The host that a row leads to in place of the CDN's.
fn other_host(row: &str) -> Option<&'static str> {
    match row {
        "wrong host" => Some("static.wrong.example"),
        "missing slash" | "missing slash, its place" => Some("static.crates.iocrates"),
        _ => None,
    }
}

/// Smoke-tests an edge that is right but for `change` of the answers to `DOWNLOAD`.
async fn smoke(files: &Files, change: Change) -> crate::bed::Smoke {
    smoke_by(files, change, None).await
}

/// The same, with one more host that is the CDN.
async fn smoke_by(files: &Files, change: Change, detour: Option<&str>) -> crate::bed::Smoke {
    let edge = edge(DOWNLOAD, change).await;
    let mut arguments = vec!["--format", "json"];
    arguments.extend(detour.iter().flat_map(|detour| ["--connect-to", detour]));
    files.smoke(&edge.url(), &arguments).await
}

/// An edge that answers as the library says, but for `change` of the answers to `path`.
pub(crate) async fn edge(
    path: &'static str,
    change: impl Fn(&RecordedRequest, &mut Response<Bytes>) + Send + Sync + 'static,
) -> StandInOrigin {
    edge_of(
        signpost::authoring::from_toml(&PRODUCTION).unwrap(),
        path,
        change,
    )
    .await
}

/// The same with another configuration than production's.
pub(crate) async fn edge_of(
    config: Config,
    path: &'static str,
    change: impl Fn(&RecordedRequest, &mut Response<Bytes>) + Send + Sync + 'static,
) -> StandInOrigin {
    StandInOrigin::start_with(move |request| {
        let mut answer = answer(&config, request);
        if request.target == path {
            change(request, &mut answer);
        }
        answer
    })
    .await
    .unwrap()
}

/// What the edge answers, or stands for the origin's answer.
pub(crate) fn answer(config: &Config, recorded: &RecordedRequest) -> Response<Bytes> {
    answer_at(Switch::ENFORCE, config, recorded)
}

/// The same with the switch in another position.
pub(crate) fn answer_at(
    switch: Switch,
    config: &Config,
    recorded: &RecordedRequest,
) -> Response<Bytes> {
    answer_in(config, recorded, switch)
}

/// The same in other surroundings.
pub(crate) fn answer_in<'s>(
    config: &Config,
    recorded: &RecordedRequest,
    surroundings: impl Into<Surroundings<'s>>,
) -> Response<Bytes> {
    let text = |name: &str| recorded.headers.get(name).map(http::HeaderValue::as_bytes);
    let host = str::from_utf8(text("host").unwrap_or_default()).unwrap();
    let request =
        Request::new(recorded.method.as_str(), host, &recorded.target).with_accept(text("accept"));
    let request = request.with_preflight(text("origin"), text("access-control-request-method"));
    let answer = signpost::answer(config, &request, surroundings);
    let Some(reply) = answer.reply() else {
        let decision = answer.decision().reason().unwrap().decision_header();
        let mut response = by_origin(config, recorded);
        set(&mut response, "signpost-decision", decision);
        return response;
    };
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value.as_ref());
    }
    response.body(reply.body.into_owned().into()).unwrap()
}

pub(crate) fn set(answer: &mut Response<Bytes>, name: &'static str, value: &str) {
    let headers: &mut HeaderMap = answer.headers_mut();
    headers.insert(name, value.parse().unwrap());
}

/// Changes the location, if there is one.
fn replace(answer: &mut Response<Bytes>, from: &str, to: &str) {
    if let Some(location) = answer.headers().get("location") {
        let changed = location.to_str().unwrap().replace(from, to);
        set(answer, "location", &changed);
    }
}
