//! What rsyslogd makes of each of Fastly's message types, and what `signpost watch` reads of it.

use std::time::Duration;

use serde_json::Value;
use signpost::log_line::MAX_LINE;
use signpost_testbed::{Delivery, MessageType, Pipeline, Rsyslog};
use signpost_traffic::{Settings, Traffic};

use crate::MACHINE;
use crate::deployed::RSYSLOG;
use crate::edge::STREAM;

/// rsyslog's own templates for files, and the one that sends lines on.
const TEMPLATES: [&str; 3] = [
    "RSYSLOG_FileFormat",
    "RSYSLOG_TraditionalFileFormat",
    "RSYSLOG_SyslogProtocol23Format",
];

/// The first line of the file by each message type, in the template of the configuration: up to the JSON.
const WRITTEN: [(&str, &str); 4] = [
    ("blank", "T localhost  "),
    (
        "classic",
        "2023-07-20T12:15:00Z cache-fra-eddf8230001 signpost-stream[4242]: ",
    ),
    (
        "loggly",
        "2023-07-20T12:15:00Z cache-fra-eddf8230001 signpost-stream[4242] ",
    ),
    (
        "logplex",
        "2023-07-20T12:15:00Z cache-fra-eddf8230001 signpost-stream[4242] ",
    ),
];

#[tokio::test]
async fn every_message_type_in_every_template_is_read_whole() {
    if !Rsyslog::is_installed() {
        return;
    }
    let _machine = MACHINE.lock().await;
    for (name, form) in MessageType::ALL {
        for template in TEMPLATES {
            check(name, form, template).await;
        }
    }
}

async fn check(name: &str, form: MessageType, template: &str) {
    let row = format!("{name}, {template}");
    let lines = lines();
    let config = RSYSLOG.replace(TEMPLATES[0], template);
    assert!(config.contains(template), "{row}");
    let rsyslog = Rsyslog::start(&config).await.unwrap();
    let file = rsyslog.file().display();
    let signpost = env!("CARGO_BIN_EXE_signpost");
    let command = format!(
        "tail -n +1 -F {file} | head -n {} | '{signpost}' watch --format json -",
        lines.len()
    );
    let watch = Pipeline::start(&command, &[]).unwrap();
    let mut delivery = Delivery::to(&rsyslog, form, STREAM).await.unwrap();
    for line in &lines {
        delivery.send(1_689_855_300_000_000, line).await.unwrap();
    }
    delivery.flush().await.unwrap();
    let summary = watch
        .wait_for_line(
            |line| line.contains(r#""event":"summary""#),
            Duration::from_secs(30),
        )
        .await
        .unwrap_or_else(|error| panic!("{row}: {error:#}"));
    let summary: Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["lines"], lines.len(), "{row}: {summary}");
    assert_eq!(summary["unreadable"], 0, "{row}: {summary}");
    assert_eq!(summary["requests"], lines.len(), "{row}: {summary}");
    if template == TEMPLATES[0] {
        let written = std::fs::read_to_string(rsyslog.file()).unwrap();
        let (before, json) = written.split_once('{').unwrap();
        let (_, expected) = WRITTEN.iter().find(|(known, _)| *known == name).unwrap();
        // Without an envelope, the time and the host are those of the receiver.
        let (time, rest) = before.split_once(' ').unwrap();
        let before = if name == "blank" {
            format!("T {rest}")
        } else {
            format!("{time} {rest}")
        };
        assert_eq!(before, *expected, "{row}");
        let first = std::str::from_utf8(&lines[0]).unwrap();
        assert!(json.starts_with(&first[1..]), "{row}: {json}");
    }
}

/// Lines of every kind, and one of the greatest length.
fn lines() -> Vec<Vec<u8>> {
    let traffic = Traffic::new(&Settings {
        start: 1_689_855_300_000_000,
        rate: 100.0,
        normal: Duration::from_secs(3),
        broken: Duration::ZERO,
        seed: 1,
        farms: 3,
        share: 10,
    });
    let mut lines: Vec<Vec<u8>> = traffic
        .map(|request| {
            let mut line = Vec::new();
            request.write_line(&mut line);
            line.pop();
            line
        })
        .collect();
    let line = String::from_utf8(lines[0].clone()).unwrap();
    let more = "x".repeat(MAX_LINE - 1 - line.len());
    let long = line.replace(r#""useragent":""#, &format!(r#""useragent":"{more}"#));
    assert_eq!(long.len(), MAX_LINE - 1);
    lines.push(long.into_bytes());
    lines
}
