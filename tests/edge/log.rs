//! The log endpoint gets one line a request. If it is missing, only lines are lost.

use std::time::Duration;

use http::HeaderValue;
use serde_json::{Value, json};
use signpost::log_line::MAX_LINE;
use signpost_rows::{PRODUCTION, changed, with_second_target};
use signpost_testbed::LogLine;

use crate::bed::{Bed, DOWNLOAD, LOCATION, header, production, read, request};

const LIMIT: Duration = Duration::from_secs(10);

async fn log_line(bed: &Bed, holds: &str) -> Value {
    let line = bed
        .viceroy
        .wait_for_line(
            |line| line.contains(holds) && LogLine::read(line).is_some(),
            LIMIT,
        )
        .await
        .unwrap();
    let line = LogLine::read(&line).unwrap();
    assert_eq!(line.endpoint, "signpost-log");
    serde_json::from_str(&line.message).unwrap()
}

#[tokio::test]
async fn a_redirect_is_logged_with_its_location() {
    let bed = Bed::start(|server| server).await;
    let mut asked = request("GET", &format!("{DOWNLOAD}?token=secret"));
    let headers = asked.headers_mut();
    headers.insert("user-agent", "cargo/1.95.0".parse().unwrap());
    headers.insert(
        "referer",
        "https://crates.io/search?q=secret".parse().unwrap(),
    );
    bed.send(asked).await;
    let mut line = log_line(&bed, "smallvec").await;
    assert!(!line.to_string().contains("secret"), "{line}");
    let time = line["date_time"].take();
    let time = time.as_str().unwrap();
    assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");
    let edge_location = line["edge_location"].take();
    assert!(edge_location.is_string(), "{edge_location}");
    let expected = json!({
        "version": "1",
        "date_time": null,
        "method": "GET",
        "url": format!("http://crates.io{DOWNLOAD}"),
        "status": 302,
        "bytes": 0,
        "content_type": null,
        "ip": "127.0.0.1",
        "edge_location": null,
        "host": "crates.io",
        "http": {
            "protocol": "HTTP/1.1",
            "referer": "https://crates.io/search",
            "useragent": "cargo/1.95.0",
        },
        "tls": { "cipher": null, "protocol": null },
        "signpost": {
            "decision": "redirect",
            "route": "download",
            "target": "static",
            "attempt": null,
            "reason": null,
            "refusal": null,
            "location": LOCATION,
            "revision": production().revision(),
            "switch": "enforce",
        },
    });
    assert_eq!(line, expected);
}

#[tokio::test]
async fn what_the_origin_answered_is_logged_with_the_reason() {
    let bed = Bed::start(|server| server.switch("shadow")).await;
    bed.get(DOWNLOAD).await;
    let line = log_line(&bed, "smallvec").await;
    assert_eq!(line["status"], 200);
    assert_eq!(line["content_type"], "text/plain; charset=utf-8");
    assert!(line["bytes"].as_u64() > Some(0), "{line}");
    assert_eq!(line["signpost"]["decision"], "origin");
    assert_eq!(line["signpost"]["reason"], "switch-shadow");
    assert_eq!(line["signpost"]["location"], LOCATION);
    assert_eq!(line["signpost"]["switch"], "shadow");
    bed.get("/search?q=secret").await;
    let line = log_line(&bed, "no-route").await;
    assert_eq!(line["url"], "http://crates.io/search");
    assert_eq!(line["signpost"]["location"], Value::Null);
}

#[tokio::test]
async fn a_configuration_without_a_log_writes_no_line() {
    let (before, after) = PRODUCTION.split_once("[log]").unwrap();
    let routes = &after[after.find("\n#").unwrap()..];
    let config = read(&format!("{before}{routes}"));
    let bed = Bed::start(|server| server.config(config.to_json())).await;
    for _ in 0..3 {
        assert_eq!(header(&bed.get(DOWNLOAD).await, "location"), Some(LOCATION));
    }
    assert!(bed.viceroy.log_lines().is_empty());
}

#[tokio::test]
async fn a_missing_endpoint_loses_the_line_and_not_the_request() {
    // Every name is an endpoint in Viceroy, but for those that begin like this one.
    let toml = changed(PRODUCTION, "\"signpost-log\"", "\"fst_managed_absent\"");
    let config = read(&toml);
    let bed = Bed::start(|server| server.config(config.to_json())).await;
    assert_eq!(header(&bed.get(DOWNLOAD).await, "location"), Some(LOCATION));
    assert_eq!(bed.get("/").await.status(), 200);
    let said = "signpost: no line is logged to `fst_managed_absent`";
    bed.viceroy
        .wait_for_line(|line| line.contains(said), LIMIT)
        .await
        .unwrap();
    assert!(bed.viceroy.log_lines().is_empty());
}

/// What a header may hold that JSON has to escape, over and over.
fn hostile(length: usize) -> HeaderValue {
    let bytes: Vec<_> = b"\"\\\t\xff\xc3\xa4a"
        .iter()
        .copied()
        .cycle()
        .take(length)
        .collect();
    HeaderValue::from_bytes(&bytes).unwrap()
}

#[tokio::test]
async fn long_values_are_cut_and_the_line_stays_valid() {
    const KB: usize = 1024;
    // The length of `User-Agent` and `Referer`, and that of the path.
    let rows = [
        (8 * KB, 8 * KB),
        (8 * KB + 2, 100),
        (64 * KB, 8 * KB),
        (100 * KB, 100),
    ];
    for (number, (header, path)) in rows.into_iter().enumerate() {
        let bed = Bed::start(|server| server).await;
        let path = format!("/{number}/{}", "a".repeat(path - 3));
        let mut asked = request("GET", &path);
        let value = hostile(header);
        asked.headers_mut().insert("user-agent", value.clone());
        asked.headers_mut().insert("referer", value.clone());
        assert_eq!(bed.send(asked).await.status(), 200, "{header}");
        let got = bed.origin.take_requests();
        assert_eq!(got[0].headers["user-agent"], value, "{header}");
        let line = log_line(&bed, &format!("/{number}/")).await;
        let length = line.to_string().len();
        assert!(length <= MAX_LINE, "{header}: {length} bytes");
        for pointer in ["/http/useragent", "/http/referer"] {
            let value = line.pointer(pointer).and_then(Value::as_str).unwrap();
            assert!(value.ends_with('…'), "{header}: {value}");
            // The platform takes no header that is longer than 69 KB; of one, it is said that it was there.
            assert_eq!(value == "…", header > 69 * KB, "{header}: {value}");
        }
        let url = line["url"].as_str().unwrap();
        assert_eq!(url.ends_with('…'), path.len() > 4 * KB, "{url}");
    }
}

#[tokio::test]
async fn attempts_are_told_apart_by_the_whole_user_agent() {
    let retry = ["", "[retry]\nwindow = \"1m\""];
    let config = read(&with_second_target("cdn", [1, 1], retry));
    let bed = Bed::start(|server| server.config(config.to_json())).await;
    let long = "x".repeat(10_000);
    for (user_agent, attempt) in [("a", 1), ("b", 1), ("a", 2)] {
        let mut asked = request("GET", DOWNLOAD);
        let value = format!("{long}{user_agent}").parse().unwrap();
        asked.headers_mut().insert("user-agent", value);
        bed.send(asked).await;
        let holds = format!("\"attempt\":{attempt}");
        let line = log_line(&bed, &holds).await;
        assert_eq!(line["http"]["useragent"].as_str().map(str::len), Some(1024));
    }
    let attempts = bed.viceroy.log_lines().into_iter().map(|line| {
        let line: Value = serde_json::from_str(&line.message).unwrap();
        line["signpost"]["attempt"].as_u64()
    });
    assert_eq!(attempts.collect::<Vec<_>>(), [Some(1), Some(1), Some(2)]);
}

#[tokio::test]
async fn each_line_goes_to_every_endpoint_and_the_service_log_to_its_own() {
    let log = "endpoints = [\"s3\", \"datadog\"]\nservice_endpoint = \"service\"\n\
               fields = { ddsource = \"fastly\", service = \"crates.io\" }";
    let config = read(&changed(PRODUCTION, "endpoint  = \"signpost-log\"", log));
    let bed = Bed::start(|server| server.config(config.to_json()).switch("onn")).await;
    bed.get(DOWNLOAD).await;
    let said = "signpost: the switch is taken as off";
    let is_last = |line: &str| line.starts_with("datadog :: ");
    bed.viceroy.wait_for_line(is_last, LIMIT).await.unwrap();
    let lines = bed.viceroy.log_lines();
    let to = |endpoint: &str| {
        let lines = lines.iter().filter(|line| line.endpoint == endpoint);
        lines.map(|line| line.message.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(to("s3"), to("datadog"));
    let [line] = to("s3")[..] else {
        panic!("{lines:?}");
    };
    assert!(
        line.ends_with(r#"},"ddsource":"fastly","service":"crates.io"}"#),
        "{line}"
    );
    let [service] = to("service")[..] else {
        panic!("{lines:?}");
    };
    assert!(service.starts_with(said), "{service}");
    let in_both = bed
        .viceroy
        .lines()
        .iter()
        .filter(|line| line.contains(said))
        .count();
    assert_eq!(in_both, 2, "{service}");
}
