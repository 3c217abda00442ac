//! The real module under Viceroy, and a CDN that serves a file to GET alone: clients that ask with HEAD,
//! for a range, on a condition or from a page are served wrongly at one of two targets.

use http::StatusCode;
use signpost_testbed::{RecordedRequest, Spoil, Validity};

use crate::bed::{DOWNLOAD, Files, contents};
use crate::two_targets::{BOTH, EXAMPLE_AT_OTHER, TwoCdns};
use crate::wrong_at_the_edge::edge;

#[tokio::test]
async fn each_way_a_target_can_fail_a_client_is_named_at_its_stage() {
    let module = BOTH.module("enforce").await;
    let rows = [
        (
            Spoil::NoHead,
            "head",
            "answers GET with 200, and HEAD with 403",
        ),
        (Spoil::NoRange, "range", "answers a range with 416"),
        (Spoil::OtherRange, "range", "with other bytes"),
        (
            Spoil::NoCondition,
            "condition",
            "a conditional request with 412",
        ),
        (
            Spoil::NoCors,
            "cors",
            "with no `Access-Control-Allow-Origin`",
        ),
        (
            Spoil::TwiceCors,
            "cors",
            "with `Access-Control-Allow-Origin: *, *`",
        ),
        (Spoil::WholeForRange, "", "sends the whole file for a range"),
        (
            Spoil::NoValidator,
            "",
            "sends neither `ETag` nor `Last-Modified`",
        ),
        (Spoil::NoPreflight, "", "refuses a browser's preflight: 403"),
    ];
    for (spoil, stage, words) in rows {
        for name in ["static", "cloudfront"] {
            let row = format!("{spoil:?} at {name}");
            let cdns = TwoCdns::start().await;
            let cdn = cdns.at(name);
            for path in contents().into_keys().chain([EXAMPLE_AT_OTHER.to_owned()]) {
                cdn.spoil(path, spoil);
            }
            let edge = module.viceroy.url();
            let smoke = cdns.smoke(BOTH, &edge, &["--format", "json"]).await;
            let json = smoke.json();
            let failures = smoke.failures();
            let server = format!("the target `{name}`");
            if stage.is_empty() {
                assert_eq!(smoke.code, Some(0), "{row}: {failures:#?}");
                let notes = json["notes"].as_array().unwrap();
                let notes: Vec<_> = notes.iter().map(|note| note.as_str().unwrap()).collect();
                assert_eq!(notes.len(), 1, "{row}: {notes:?}");
                assert!(notes[0].contains(&server), "{row}: {notes:?}");
                assert!(notes[0].contains(words), "{row}: {notes:?}");
                continue;
            }
            assert_eq!(smoke.code, Some(1), "{row}: {}", smoke.stderr);
            assert_eq!(failures.len(), 1, "{row}: {failures:#?}");
            for findings in failures.values() {
                assert_eq!(findings.len(), 1, "{row}: {findings:#?}");
                assert_eq!(findings[0]["stage"], stage, "{row}");
                let message = findings[0]["message"].as_str().unwrap();
                assert!(message.starts_with(&server), "{row}: {message}");
                assert!(message.contains(words), "{row}: {message}");
            }
        }
    }
}

#[tokio::test]
async fn an_edge_that_refuses_a_client_is_named_at_its_stage() {
    type Refuses = fn(&RecordedRequest) -> bool;
    let rows: [(&str, Refuses, StatusCode, &str); 3] = [
        (
            "range",
            |request| request.headers.contains_key("range"),
            StatusCode::RANGE_NOT_SATISFIABLE,
            "the edge: the status differs",
        ),
        (
            "condition",
            |request| request.headers.contains_key("if-none-match"),
            StatusCode::NOT_MODIFIED,
            "the edge: the status differs",
        ),
        (
            "cors",
            |request| request.method == "OPTIONS",
            StatusCode::FORBIDDEN,
            "the edge refuses a browser's preflight: 403",
        ),
    ];
    let files = Files::start(Validity::Valid).await;
    for (stage, refuses, status, words) in rows {
        let edge = edge(DOWNLOAD, move |request, answer| {
            if refuses(request) {
                *answer.status_mut() = status;
            }
        });
        let edge = edge.await;
        let smoke = files.smoke(&edge.url(), &["--format", "json"]).await;
        assert_eq!(smoke.code, Some(1), "{stage}: {}", smoke.stderr);
        let failures = smoke.failures();
        assert_eq!(failures.len(), 1, "{stage}: {failures:#?}");
        for findings in failures.values() {
            assert_eq!(findings.len(), 1, "{stage}: {findings:#?}");
            assert_eq!(findings[0]["stage"], stage);
            let message = findings[0]["message"].as_str().unwrap();
            assert!(message.starts_with(words), "{stage}: {message}");
        }
    }
}
