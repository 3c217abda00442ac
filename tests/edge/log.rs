//! The log endpoint gets one line a request. If it is missing, only lines are lost.

use std::time::Duration;

use serde_json::{Value, json};
use signpost_rows::{PRODUCTION, changed};
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
