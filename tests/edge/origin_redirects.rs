//! The origin redirects downloads itself: the redirect is left, reported, or repaired.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;
use signpost_testbed::{LogLine, RecordedRequest};

use crate::bed::{Bed, DOWNLOAD, LOCATION, header, request, with_origin};

const OF_2023: &str = "https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate";
const ELSEWHERE: &str = "https://static.crates.io/elsewhere";
const LEFT: &str = "origin;reason=\"switch-shadow\"";
const REPAIRED: &str = "origin;reason=\"switch-shadow\";because=\"origin-redirect\"";

/// Starts with an origin that redirects every request to these locations.
async fn bed(check: &str, switch: &str, locations: Vec<String>) -> Bed {
    let reply = move |_: &RecordedRequest| {
        let mut response = Response::builder()
            .status(301)
            .header("set-cookie", "a=1")
            .header("cache-control", "max-age=60");
        for location in &locations {
            response = response.header("location", location);
        }
        response.body(Bytes::from("as it is")).unwrap()
    };
    let line = match check {
        "" => String::new(),
        check => format!("check_redirects = \"{check}\""),
    };
    let lines = format!("backends = [\"origin\"]\n{line}");
    let config = with_origin(&lines);
    Bed::start_with(reply, |server| server.config(&config).switch(switch)).await
}

#[tokio::test]
async fn only_repair_changes_a_redirect_and_only_to_a_foreign_host() {
    let long = format!("https://static.crates.io/{}", "a".repeat(10_000));
    let rows = [
        ("repair", OF_2023, LOCATION, REPAIRED),
        ("repair", "/login", "/login", LEFT),
        (
            "repair",
            "https://crates.io/removed",
            "https://crates.io/removed",
            LEFT,
        ),
        (
            "repair",
            "https://elsewhere.example/a b",
            LOCATION,
            REPAIRED,
        ),
        (
            "repair",
            "https://crates.io/a b",
            "https://crates.io/a b",
            LEFT,
        ),
        ("repair", &long, LOCATION, REPAIRED),
        ("repair", ELSEWHERE, ELSEWHERE, LEFT),
        ("repair", LOCATION, LOCATION, LEFT),
        ("report", OF_2023, OF_2023, LEFT),
        ("", OF_2023, OF_2023, LEFT),
        ("off", OF_2023, OF_2023, LEFT),
    ];
    for (check, named, expected, decision) in rows {
        let row = format!("{check}, {named:.80}");
        let bed = bed(check, "shadow", vec![named.to_owned()]).await;
        for method in ["GET", "HEAD"] {
            let answer = bed.send(request(method, DOWNLOAD)).await;
            assert_eq!(header(&answer, "location"), Some(expected), "{row}");
            let said = header(&answer, "signpost-decision");
            assert_eq!(said, Some(decision), "{row}");
            let is_repaired = decision == REPAIRED;
            let (status, cache_control, body) = if is_repaired {
                (302, "no-store", "")
            } else {
                // The rest is the origin's.
                (301, "max-age=60", "as it is")
            };
            assert_eq!(answer.status(), status, "{row}");
            let set_cookie = (!is_repaired).then_some("a=1");
            assert_eq!(header(&answer, "set-cookie"), set_cookie, "{row}");
            let said = header(&answer, "cache-control");
            assert_eq!(said, Some(cache_control), "{row}");
            if !is_repaired {
                let length = header(&answer, "content-length");
                assert_eq!(length, Some("8"), "{row}");
            }
            let body = if method == "HEAD" { "" } else { body };
            assert_eq!(answer.body(), body, "{row}");
        }
        // Without a route, the edge cannot judge.
        let answer = bed.get("/api/v1/crates/smallvec/1.10/download").await;
        assert_eq!(header(&answer, "location"), Some(named), "{row}");
        if check == "off" {
            let lines = bed.viceroy.lines().join("\n");
            assert!(!lines.contains("origin-redirect"), "{row}: {lines}");
        }
    }
}

#[tokio::test]
async fn of_two_locations_one_is_left_and_it_is_the_proven_one() {
    let both = vec![LOCATION.to_owned(), OF_2023.to_owned()];
    let bed = bed("repair", "shadow", both).await;
    let answer = bed.get(DOWNLOAD).await;
    assert_eq!(header(&answer, "location"), Some(LOCATION));
    assert_eq!(header(&answer, "signpost-decision"), Some(REPAIRED));
}

#[tokio::test]
async fn the_redirect_is_repaired_unless_the_switch_is_off() {
    let repaired = ";because=\"origin-redirect\"";
    for (switch, reason, location, because) in [
        ("off", "switch-off", OF_2023, ""),
        ("shadow", "switch-shadow", LOCATION, repaired),
        ("enforce 0%", "not-in-rollout", LOCATION, repaired),
    ] {
        let bed = bed("repair", switch, vec![OF_2023.to_owned()]).await;
        let answer = bed.get(DOWNLOAD).await;
        assert_eq!(header(&answer, "location"), Some(location), "{switch}");
        let decision = format!("origin;reason=\"{reason}\"{because}");
        let said = header(&answer, "signpost-decision");
        assert_eq!(said, Some(&*decision), "{switch}");
    }
}

#[tokio::test]
async fn both_logs_say_where_the_origin_would_have_led() {
    let secret = format!("{OF_2023}?token=secret");
    for (check, because, said) in [
        (
            "repair",
            Value::from("origin-redirect"),
            "and the client is sent to",
        ),
        ("report", Value::Null, "which is not the proven location"),
    ] {
        let bed = bed(check, "shadow", vec![secret.clone()]).await;
        bed.get(DOWNLOAD).await;
        let limit = Duration::from_secs(10);
        let line = bed
            .viceroy
            .wait_for_line(|line| LogLine::read(line).is_some(), limit)
            .await
            .unwrap();
        let line: Value = serde_json::from_str(&LogLine::read(&line).unwrap().message).unwrap();
        let status = if check == "repair" { 302 } else { 301 };
        assert_eq!(line["status"], status, "{check}");
        let own = &line["signpost"];
        assert_eq!(own["decision"], "origin", "{check}");
        assert_eq!(own["reason"], "switch-shadow", "{check}");
        assert_eq!(own["location"], LOCATION, "{check}");
        assert_eq!(own["origin_location"], OF_2023, "{check}");
        assert_eq!(own["because"], because, "{check}");
        let said =
            format!("signpost: origin-redirect: the origin redirects to `{OF_2023}`, {said}");
        bed.viceroy
            .wait_for_line(|line| line.contains(&said), limit)
            .await
            .unwrap();
        let lines = bed.viceroy.lines().join("\n");
        assert!(!lines.contains("secret"), "{check}: {lines}");
    }
}
