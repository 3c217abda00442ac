//! The switch leaves every file to the origin, whose own way to it has to be right as well.

use bytes::Bytes;
use http::{Response, StatusCode};
use signpost::values::Switch;
use signpost_testbed::{StandInOrigin, Validity, stand_in_file};

use crate::bed::{DOWNLOAD, FILE, Files, PRODUCTION};
use crate::wrong_at_the_edge::{answer_at, set};

type Change = fn(&mut Response<Bytes>);

/// What may be done to the answer to `DOWNLOAD`, and where that is wrong.
const ROWS: [(&str, Change, &[&str]); 8] = [
    ("right", |_| {}, &[]),
    ("404", |answer| become_(answer, 404, ""), &["origin"]),
    ("500", |answer| become_(answer, 500, ""), &["origin"]),
    (
        "no location",
        |answer| become_(answer, 302, ""),
        &["origin"],
    ),
    (
        "another file",
        |answer| {
            let other = "https://static.crates.io/crates/a/a-0.1.1.crate";
            set(answer, "location", other);
        },
        &["checksum"],
    ),
    (
        "no file",
        |answer| set(answer, "location", "https://static.crates.io/nowhere"),
        &["cdn-status"],
    ),
    (
        "its own other bytes",
        |answer| become_(answer, 200, "other bytes"),
        &["checksum"],
    ),
    (
        "its own file",
        |answer| become_(answer, 200, stand_in_file(FILE)),
        &[],
    ),
];

#[tokio::test]
async fn each_way_an_origin_can_be_wrong_is_named_at_its_stage() {
    let files = Files::start(Validity::Valid).await;
    for switch in [Switch::OFF, Switch::SHADOW] {
        for (row, change, stages) in ROWS {
            let edge = edge(switch, change).await;
            let position = switch.to_string();
            let arguments = ["--switch", &position, "--format", "json"];
            let smoke = files.smoke(&edge.url(), &arguments).await;
            if stages.is_empty() {
                assert_eq!(smoke.code, Some(0), "{row}: {}", smoke.stdout);
                assert_eq!(smoke.json()["files_compared"], 17, "{row}");
            } else {
                smoke.is_wrong_at(row, &[DOWNLOAD], stages, "");
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_an_origin_may_miss_is_counted() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(Switch::OFF, |answer| become_(answer, 404, "")).await;
    let arguments = ["--switch", "off", "--missing", DOWNLOAD, "--format", "json"];
    let smoke = files.smoke_without_lock_file(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    assert_eq!(smoke.json()["files_missing"], 1);
}

#[tokio::test]
async fn of_a_route_that_the_origin_does_not_serve_only_the_decision_is_judged() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(Switch::OFF, |answer| become_(answer, 404, "")).await;
    for (route, code) in [("download", 0), ("readme", 1), ("no-such-route", 2)] {
        let arguments = ["--switch", "off", "--not-at-origin", route];
        let smoke = files.smoke(&edge.url(), &arguments).await;
        assert_eq!(
            smoke.code,
            Some(code),
            "{route}: {}{}",
            smoke.stdout,
            smoke.stderr
        );
    }
}

/// An edge whose switch is at `switch`, but for `change` of the answers to `DOWNLOAD`.
async fn edge(switch: Switch, change: Change) -> StandInOrigin {
    let config = signpost::authoring::from_toml(&PRODUCTION).unwrap();
    StandInOrigin::start_with(move |request| {
        let mut answer = answer_at(switch, &config, request);
        if request.target == DOWNLOAD {
            change(&mut answer);
        }
        answer
    })
    .await
    .unwrap()
}

/// Another answer without a location, by the same decision.
fn become_(answer: &mut Response<Bytes>, status: u16, body: impl Into<Bytes>) {
    answer.headers_mut().remove("location");
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    *answer.body_mut() = body.into();
}
