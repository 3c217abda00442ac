//! How alarms and figures leave `signpost watch`.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::Value;
use signpost_testbed::{Alertmanager, client, is_installed, refused_address};
use signpost_traffic::{Settings, Traffic};
use tokio::task::spawn_blocking;

/// More than anything here takes.
const LIMIT: Duration = Duration::from_mins(1);

/// How long every download fails.
const BROKEN: Duration = Duration::from_mins(1);

/// The last full minute. Traffic changes with the minutes, so that a log of other seconds is another
/// one, with other alarms.
fn now() -> SystemTime {
    let since = UNIX_EPOCH.elapsed().unwrap().as_secs();
    UNIX_EPOCH + Duration::from_secs(since / 60 * 60)
}

/// Two minutes, and one in which every download fails, until `end`.
fn log(end: SystemTime) -> Vec<u8> {
    let normal = Duration::from_mins(2);
    traffic(end - normal - BROKEN, normal, BROKEN)
}

fn traffic(start: SystemTime, normal: Duration, broken: Duration) -> Vec<u8> {
    let start = start.duration_since(UNIX_EPOCH).unwrap().as_secs() * 1_000_000;
    let traffic = Traffic::new(&Settings {
        start,
        rate: 500.0,
        normal,
        broken,
        seed: 1,
        farms: 3,
        share: 100,
    });
    let mut lines = Vec::new();
    for request in traffic {
        request.write_line(&mut lines);
    }
    lines
}

/// A watch of its standard input, which ends with this value.
struct Watch(Child);

impl Watch {
    fn start(arguments: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_signpost"))
            .arg("watch")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self(child.unwrap())
    }

    /// The exit code and standard error of a watch of a whole log.
    fn end(mut self, log: &[u8]) -> (Option<i32>, String) {
        let mut input = self.0.stdin.take().unwrap();
        let mut errors = self.0.stderr.take().unwrap();
        let mut output = self.0.stdout.take().unwrap();
        std::thread::scope(|scope| {
            // It may end before it has read everything.
            scope.spawn(move || input.write_all(log));
            scope.spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
            let errors = std::io::read_to_string(&mut errors).unwrap();
            (self.0.wait().unwrap().code(), errors)
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_command_runs_at_each_beginning_and_end_with_the_event_on_its_standard_input() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("events");
    let command = format!("cat >> '{}'; echo $SIGNPOST_EVENT", file.display());
    let now = now();
    let mended = traffic(now, Duration::from_mins(2), Duration::ZERO);
    for (name, log, expected) in [
        ("it lasts", log(now), &["alarm-began"][..]),
        (
            "it ends",
            [log(now), mended].concat(),
            &["alarm-began", "alarm-ended"],
        ),
    ] {
        let _ = fs::remove_file(&file);
        let (code, called) = Watch::start(&["--exec", &command]).end(&log);
        assert_eq!(code, Some(1), "{name}: {called}");
        assert_eq!(called.lines().collect::<Vec<_>>(), expected, "{name}");
        let events = fs::read_to_string(&file).unwrap();
        let events = events.lines().map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            assert_eq!(event["cause"], "repeat-ratio", "{name}");
            event["event"].clone()
        });
        assert_eq!(events.collect::<Vec<_>>(), expected, "{name}");
    }
    let (code, errors) = Watch::start(&["--exec", "exit 3"]).end(&log(now));
    assert_eq!(code, Some(1));
    let words = "error: --exec `exit 3`: it failed (exit status: 3)\n";
    assert_eq!(errors, words);
}

#[tokio::test]
async fn an_alarm_reaches_a_real_alertmanager_and_its_webhook() {
    if !is_installed(Alertmanager::PROGRAM) {
        return;
    }
    let now = now();
    let day = Duration::from_hours(24);
    for (name, end) in [("a log of now", now), ("a log of yesterday", now - day)] {
        let alertmanager = Alertmanager::start().await.unwrap();
        let url = alertmanager.base();
        let log = log(end);
        let ended = spawn_blocking(move || Watch::start(&["--alertmanager", &url]).end(&log));
        let (code, errors) = ended.await.unwrap();
        assert_eq!(code, Some(1), "{name}: {errors}");
        let url = alertmanager.base();
        let note = format!(
            "--alertmanager {url}: 1 alarm still open; without news, Alertmanager ends alarms after 4m\n"
        );
        assert_eq!(errors, note, "{name}");
        let told = alertmanager.notice(|alert| alert["status"] == "firing", LIMIT);
        let alert = told.await.unwrap().alert;
        let labels = serde_json::json!({
            "alertname": "SignpostDownloadsRepeat", "scope": "target", "target": "static",
            "severity": "critical",
        });
        assert_eq!(alert["labels"], labels, "{name}");
        let began = alert["startsAt"].as_str().unwrap();
        let began = humantime::parse_rfc3339(began).unwrap();
        let since_break = began.duration_since(end - BROKEN).unwrap();
        assert!(
            since_break < Duration::from_secs(30),
            "{name}: {since_break:?}"
        );
    }
}

#[test]
fn an_alertmanager_that_fails_is_told_once_and_does_not_hold_up_the_watch() {
    let dead = refused_address().unwrap();
    let url = dead.url();
    let arguments = ["--alertmanager", &url, "--wait", "200ms"];
    let (code, errors) = Watch::start(&arguments).end(&log(now()));
    assert_eq!(code, Some(1), "{errors}");
    for words in [
        "alarms are sent to it all the same",
        "alarms wait until it takes them",
        "1 alarm not delivered; gave up after 200ms",
    ] {
        let words = format!("{words}\n");
        assert_eq!(errors.matches(&words).count(), 1, "{words}: {errors}");
    }
    let start = format!("error: --alertmanager {url}: ");
    assert!(
        errors.lines().all(|line| line.starts_with(&start)),
        "{errors}"
    );
}

#[test]
fn an_outlet_that_cannot_be_opened_is_exit_code_2() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, words) in [
        (["--metrics", &taken], "Address already in use"),
        (
            ["--metrics", "localhost"],
            "write an IP address and a port, such as 127.0.0.1:9464",
        ),
        (
            ["--alertmanager", "127.0.0.1:9093"],
            "write a URL such as http://127.0.0.1:9093",
        ),
    ] {
        let (code, errors) = Watch::start(&arguments).end(b"");
        assert_eq!(code, Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(words), "{arguments:?}: {errors}");
    }
}

#[tokio::test]
async fn figures_are_served_while_the_watch_runs() {
    let mut watch = Watch::start(&["--metrics", "127.0.0.1:0"]);
    let mut errors = BufReader::new(watch.0.stderr.take().unwrap()).lines();
    let line = errors.next().unwrap().unwrap();
    let address = line.strip_prefix("metrics are at http://").unwrap();
    let address = address.strip_suffix("/metrics").unwrap().parse().unwrap();

    let log = log(now());
    let mut input = watch.0.stdin.take().unwrap();
    input.write_all(&log).unwrap();
    input.write_all(&b"nothing\n".repeat(100)).unwrap();
    let output = BufReader::new(watch.0.stdout.take().unwrap()).lines();
    let mut output = output.map(Result::unwrap);
    // The figures of an event are there before the next one is printed.
    assert!(output.any(|line| line.contains("ALARM 1")));
    assert!(output.next().is_some());

    for (method, path, status, words) in [
        (
            Method::GET,
            "/metrics",
            StatusCode::OK,
            "\nsignpost_open_alarms{alarm=\"SignpostDownloadsRepeat\",scope=\"target\"} 1\n",
        ),
        (
            Method::GET,
            "/metrics",
            StatusCode::OK,
            "\nsignpost_alarms_total{alarm=\"SignpostProofRefused\",scope=\"all\"} 0\n",
        ),
        (
            Method::GET,
            "/metrics",
            StatusCode::OK,
            "\nsignpost_requests_total{decision=\"preflight\"} 0\n",
        ),
        (
            Method::GET,
            "/metrics",
            StatusCode::OK,
            "\nsignpost_repeat_ratio_limit 0.",
        ),
        (Method::HEAD, "/metrics", StatusCode::OK, ""),
        (
            Method::POST,
            "/metrics",
            StatusCode::METHOD_NOT_ALLOWED,
            "accepts only GET and HEAD",
        ),
        (
            Method::GET,
            "/",
            StatusCode::NOT_FOUND,
            "metrics are at /metrics",
        ),
        (
            Method::GET,
            "/metrics/",
            StatusCode::NOT_FOUND,
            "metrics are at /metrics",
        ),
    ] {
        let request = Request::builder().method(method.clone()).uri(path);
        let answer = client::send(address, request.body(Bytes::new()).unwrap());
        let answer = answer.await.unwrap();
        let text = std::str::from_utf8(answer.body()).unwrap();
        assert_eq!(answer.status(), status, "{method} {path}: {text}");
        assert!(
            text.contains(words),
            "{method} {path}: {words} is not in {text}"
        );
        assert_eq!(words.is_empty(), text.is_empty(), "{method} {path}: {text}");
    }
    let request = Request::get("/metrics").body(Bytes::new()).unwrap();
    let answer = client::send(address, request).await.unwrap();
    let text = std::str::from_utf8(answer.body()).unwrap();
    let redirects = "signpost_requests_total{decision=\"redirect\"} ";
    let redirects = text.lines().find_map(|line| line.strip_prefix(redirects));
    assert!(redirects.unwrap().parse::<u64>().unwrap() > 1_000, "{text}");
    drop(input);
    assert_eq!(watch.0.wait().unwrap().code(), Some(1));
}
