//! Round after round: a target that breaks and is mended is told of, wherever people look.

use std::fs;
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use signpost_testbed::{Alertmanager, Spoil, Validity, client, is_installed, refused_address};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use tokio::time::timeout;

use crate::bed::{DOWNLOAD, FILE, Files, contents};
use crate::two_targets::{HARDLY_THE_SECOND, TwoCdns};
use crate::wrong_at_the_edge::edge;

/// More than anything here takes.
const LIMIT: Duration = Duration::from_mins(1);

/// A smoke test that runs, and its lines.
struct Rounds {
    child: Child,
    /// Nothing once the reader is gone.
    output: Option<Lines<BufReader<ChildStdout>>>,
}

impl Rounds {
    fn of(mut child: Child) -> Self {
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let output = Some(output);
        Self { child, output }
    }

    /// The lines up to the first that has these words.
    async fn until(&mut self, words: &str) -> Vec<String> {
        until(self.output.as_mut().unwrap(), words).await
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        kill(Pid::from_raw(id), signal).unwrap();
    }

    async fn ended(&mut self) -> ExitStatus {
        let ended = timeout(LIMIT, self.child.wait()).await;
        ended.expect("it does not end").unwrap()
    }
}

async fn until(lines: &mut Lines<impl AsyncBufRead + Unpin>, words: &str) -> Vec<String> {
    let mut seen = Vec::new();
    while seen
        .last()
        .is_none_or(|line: &String| !line.contains(words))
    {
        let next = timeout(LIMIT, lines.next_line()).await;
        let next = next.unwrap_or_else(|_| panic!("no `{words}` after {seen:#?}"));
        let next = next.unwrap();
        seen.push(next.unwrap_or_else(|| panic!("it ended without `{words}`: {seen:#?}")));
    }
    seen
}

#[tokio::test]
async fn a_target_in_reserve_that_breaks_and_is_mended_is_told_of_everywhere() {
    let module = HARDLY_THE_SECOND.module("enforce").await;
    let cdns = TwoCdns::start().await;
    let told = cdns.files.directory.path().join("told");
    let exec = format!("cat >> '{}'", told.display());
    let mut arguments = vec!["--every", "1s", "--metrics", "127.0.0.1:0", "--exec", &exec];
    let alertmanager = if is_installed(Alertmanager::PROGRAM) {
        Some(Alertmanager::start().await.unwrap())
    } else {
        None
    };
    let url = alertmanager.as_ref().map(Alertmanager::base);
    arguments.extend(url.iter().flat_map(|url| ["--alertmanager", url]));
    let command = cdns.command(HARDLY_THE_SECOND, &module.viceroy.url(), &arguments);
    let mut child = start(command);
    let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut rounds = Rounds::of(child);
    let line = until(&mut errors, "metrics are at ").await.pop().unwrap();
    let (_, address) = line.split_once("http://").unwrap();
    let address = address.strip_suffix("/metrics").unwrap().parse().unwrap();

    let seen = rounds.until("Z  ").await;
    assert!(
        seen[0].contains("Z  ok ") && seen[0].contains(" probes in "),
        "{seen:#?}"
    );

    for path in contents().into_keys() {
        cdns.other.spoil(path, Spoil::Missing);
    }
    let seen = rounds.until("ALARM 1: ").await;
    let [.., first, second, alarm] = seen.as_slice() else {
        panic!("{seen:#?}")
    };
    for line in [first, second] {
        assert!(line.contains("Z  FAILED "), "{seen:#?}");
        assert!(
            line.contains(": target cloudfront cdn-status ("),
            "{seen:#?}"
        );
    }
    let words = format!(
        "first: the target `cloudfront` (https://cloudfront.example) at {} answered 404 Not Found to",
        cdns.other.address()
    );
    assert!(alarm.contains(&words), "{alarm}");

    has_figures_of_the_fault(address).await;

    cdns.other.mend();
    let seen = rounds.until("  alarm 1 has ended after ").await;
    assert!(
        seen.last().unwrap().ends_with(": target cloudfront"),
        "{seen:#?}"
    );
    rounds.signal(Signal::SIGTERM);
    assert_eq!(rounds.ended().await.code(), Some(1));

    let told = fs::read_to_string(told).unwrap();
    let told: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let events: Vec<_> = told.iter().map(|event| &event["event"]).collect();
    assert_eq!(events, ["alarm-began", "alarm-ended"], "{told:#?}");
    for event in &told {
        let scope = json!({"kind": "target", "name": "cloudfront"});
        assert_eq!(event["scope"], scope, "{told:#?}");
        assert_eq!(event["cause"], "smoke-failed", "{told:#?}");
        assert_eq!(event["number"], 1, "{told:#?}");
    }
    if let Some(alertmanager) = alertmanager {
        let labels = json!({
            "alertname": "SignpostSmokeFailed", "scope": "target", "target": "cloudfront",
            "severity": "critical",
        });
        for status in ["firing", "resolved"] {
            let told = alertmanager.notice(|alert| alert["status"] == status, LIMIT);
            assert_eq!(told.await.unwrap().alert["labels"], labels, "{status}");
        }
    }
}

async fn has_figures_of_the_fault(address: SocketAddr) {
    let request = Request::get("/metrics").body(Bytes::new()).unwrap();
    let answer = client::send(address, request).await.unwrap();
    let text = std::str::from_utf8(answer.body()).unwrap();
    for line in [
        r#"signpost_open_alarms{alarm="SignpostSmokeFailed",scope="target"} 1"#,
        r#"signpost_alarms_total{alarm="SignpostSmokeFailed",scope="target"} 1"#,
        r#"signpost_alarms_total{alarm="SignpostCertificateEnds",scope="all"} 0"#,
        r#"signpost_smoke_failures{scope="target",stage="cdn-status",target="static"} 0"#,
        r#"signpost_smoke_failures{scope="edge",stage="location",target=""} 0"#,
        "signpost_smoke_interval_seconds 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    for (series, least) in [
        ("signpost_smoke_failed_probes", 1.0),
        ("signpost_smoke_probes", 50.0),
        (r#"signpost_smoke_rounds_total{result="failed"}"#, 2.0),
        (r#"signpost_smoke_rounds_total{result="ok"}"#, 1.0),
        (
            r#"signpost_smoke_failures{scope="target",stage="cdn-status",target="cloudfront"}"#,
            1.0,
        ),
        (
            r#"signpost_smoke_certificate_end_timestamp_seconds{host="cloudfront.example"}"#,
            1.7e9,
        ),
    ] {
        let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
        let found = lines.find(|(name, _)| *name == series);
        let value = found.map(|(_, value)| value.parse::<f64>().unwrap());
        assert!(
            value.is_some_and(|value| value >= least),
            "{series}: {text}"
        );
    }
}

#[tokio::test]
async fn if_nothing_is_wrong_there_are_so_many_lines_and_no_alarm() {
    let module = HARDLY_THE_SECOND.module("enforce").await;
    let cdns = TwoCdns::start().await;
    let arguments = ["--every", "1s", "--count", "2"];
    let smoke = cdns
        .smoke(HARDLY_THE_SECOND, &module.viceroy.url(), &arguments)
        .await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    let lines: Vec<_> = smoke.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", smoke.stdout);
    assert!(
        lines.iter().all(|line| line.contains("Z  ok ")),
        "{lines:?}"
    );
    // Each as another client.
    let arguments = [&arguments[..], &["--format", "json"]].concat();
    let smoke = cdns
        .smoke(HARDLY_THE_SECOND, &module.viceroy.url(), &arguments)
        .await;
    let rounds = smoke.stdout.lines();
    let rounds: Vec<Value> = rounds
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [one, two] = rounds.as_slice() else {
        panic!("{rounds:#?}")
    };
    for round in [one, two] {
        assert_eq!(round["event"], "round", "{round:#}");
        assert_eq!(round["passed"], true, "{round:#}");
        assert_eq!(round["verdicts"], json!([]), "{round:#}");
    }
    assert_ne!(one["user_agent"], two["user_agent"]);
}

#[tokio::test]
async fn a_target_in_reserve_is_watched_without_the_edge() {
    let nobody = refused_address().unwrap();
    let edge = nobody.url();
    let cdns = TwoCdns::start().await;
    let only = [
        "--targets",
        "only",
        "--every",
        "1s",
        "--rounds",
        "1",
        "--count",
        "1",
    ];
    for (row, code) in [("right", 0), ("broken", 1)] {
        if code == 1 {
            cdns.other.spoil(FILE, Spoil::Missing);
        }
        let smoke = cdns.smoke(HARDLY_THE_SECOND, &edge, &only).await;
        assert_eq!(
            smoke.code,
            Some(code),
            "{row}: {}{}",
            smoke.stdout,
            smoke.stderr
        );
        let is_told = smoke
            .stdout
            .contains("ALARM 1: target cloudfront: cdn-status (1)");
        assert_eq!(is_told, code == 1, "{row}: {}", smoke.stdout);
    }
}

#[tokio::test]
async fn a_test_that_cannot_run_is_a_failed_round_and_not_the_end() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    let index = refused_address().unwrap();
    let index = index.url();
    let arguments = ["--every", "1s", "--latest", "1", "--index", &index];
    for (rounds, count, alarms, code) in [("2", "3", 1, 1), ("3", "3", 1, 1), ("1", "1", 1, 1)] {
        let more = ["--rounds", rounds, "--count", count, "--format", "json"];
        let arguments = [&arguments[..], &more].concat();
        let smoke = files.smoke_without_lock_file(&edge.url(), &arguments).await;
        let row = format!("{rounds} of {count}: {}{}", smoke.stdout, smoke.stderr);
        assert_eq!(smoke.code, Some(code), "{row}");
        let events: Vec<Value> = smoke
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let of = |name: &str| {
            let events = events.iter().filter(|event| event["event"] == name);
            events.cloned().collect::<Vec<_>>()
        };
        assert_eq!(of("round").len().to_string(), count, "{row}");
        for round in of("round") {
            assert_eq!(round["passed"], false, "{row}");
            let error = round["error"].as_str().unwrap();
            assert!(error.contains(&index) && error.contains("refused"), "{row}");
        }
        assert_eq!(of("alarm-began").len(), alarms, "{row}");
        for alarm in of("alarm-began") {
            assert_eq!(alarm["scope"], json!({"kind": "all"}), "{row}");
        }
    }
}

#[tokio::test]
async fn it_ends_quietly_with_its_reader_and_with_a_signal() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    for signal in [None, Some(Signal::SIGINT), Some(Signal::SIGTERM)] {
        let child = files.command(&files.production, &edge.url(), &["--every", "1s"]);
        let mut rounds = Rounds::of(start(child));
        rounds.until("Z  ok ").await;
        if let Some(signal) = signal {
            rounds.signal(signal);
        } else {
            rounds.output = None;
        }
        let mut errors = rounds.child.stderr.take().unwrap();
        assert_eq!(rounds.ended().await.code(), Some(0), "{signal:?}");
        let mut text = String::new();
        tokio::io::AsyncReadExt::read_to_string(&mut errors, &mut text)
            .await
            .unwrap();
        assert!(!text.contains("error"), "{signal:?}: {text}");
    }
}

fn start(mut command: tokio::process::Command) -> Child {
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}
