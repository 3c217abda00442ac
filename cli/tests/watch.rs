//! `signpost watch` as the process that operators and scripts run.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use signpost_testbed::traffic::{Settings, Traffic};

/// Two minutes before the break and so long after it.
fn log(broken: Duration) -> Vec<u8> {
    let traffic = Traffic::new(&Settings {
        start: 1_689_855_300_000_000,
        rate: 100.0,
        normal: Duration::from_mins(2),
        broken,
        seed: 1,
        farms: 3,
    });
    let mut lines = Vec::new();
    for request in traffic {
        request.write_line(&mut lines);
    }
    lines
}

fn broken() -> Vec<u8> {
    log(Duration::from_secs(30))
}

fn watch(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_signpost"))
        .arg("watch")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // It may end before it has read everything.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn an_alarm_is_a_line_with_its_time_after_the_change_and_exit_code_1() {
    let output = watch(&[], &broken());
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{out}");
    let alarm = out.lines().find(|line| line.contains("ALARM 1: "));
    let alarm = alarm.unwrap_or_else(|| panic!("no alarm in {out}"));
    assert!(
        alarm.contains("s after revision e09f3377ac15 came into force (2023-07-20T12:17:00Z)"),
        "{alarm}"
    );
    assert!(out.trim_end().ends_with("1 alarm"), "{out}");
    assert!(
        !out.contains('\u{1b}'),
        "colours go to terminals only: {out}"
    );
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn normal_traffic_is_exit_code_0() {
    let output = watch(&["-"], &log(Duration::ZERO));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn json_is_one_event_a_line() {
    let output = watch(&["--format", "json"], &broken());
    let events: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let count = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!(count("window"), 15);
    assert_eq!(
        (count("change"), count("alarm-began"), count("summary")),
        (1, 1, 1)
    );
    let alarm = events
        .iter()
        .find(|event| event["event"] == "alarm-began")
        .unwrap();
    assert_eq!(alarm["cause"], "repeat-ratio");
    assert_eq!(alarm["change"]["to"]["revision"], "e09f3377ac15");
    let summary = events.last().unwrap();
    assert_eq!(summary["alarms"], 1);
    assert_eq!(summary["requests"], summary["lines"]);
}

#[test]
fn a_compressed_file_says_the_same_as_its_lines() {
    let directory = tempfile::tempdir().unwrap();
    let lines = broken();
    let plain = watch(&[], &lines).stdout;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&lines).unwrap();
    for (name, bytes) in [
        ("log.gz", gzip.finish().unwrap()),
        ("log.zst", zstd::encode_all(&lines[..], 1).unwrap()),
    ] {
        let file = directory.path().join(name);
        fs::write(&file, bytes).unwrap();
        let output = watch(&[file.to_str().unwrap()], b"");
        assert_eq!(text(&output.stdout), text(&plain), "{name}");
    }
}

#[test]
fn the_command_runs_once_an_alarm_with_the_event_on_its_standard_input() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("events");
    let command = format!("cat >> '{}'; echo called", file.display());
    let output = watch(&["--exec", &command], &broken());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "called\n");
    let events = fs::read_to_string(&file).unwrap();
    let event: Value = serde_json::from_str(&events).unwrap();
    assert_eq!(event["event"], "alarm-began");

    let output = watch(&["--exec", "exit 3"], &broken());
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(
        errors.contains("--exec `exit 3`: it failed (exit status: 3)"),
        "{errors}"
    );
}

#[test]
fn a_report_is_one_page() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("incident.html");
    let output = watch(&["--report", file.to_str().unwrap()], &broken());
    assert_eq!(output.status.code(), Some(1));
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    assert!(page.contains("Alarm 1 was raised at 12:17:"), "{page}");
}

#[test]
fn what_cannot_be_done_is_exit_code_2() {
    let directory = tempfile::tempdir().unwrap();
    let cut = directory.path().join("cut.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&broken()).unwrap();
    let gzip = gzip.finish().unwrap();
    fs::write(&cut, &gzip[..gzip.len() / 2]).unwrap();
    let missing = directory.path().join("missing");
    let [cut, missing] = [&cut, &missing].map(|path: &std::path::PathBuf| path.to_str().unwrap());
    for (arguments, words) in [
        (&[missing][..], "there is no such file"),
        (&[cut], "cannot read"),
        (
            &["--report", "/no/such/directory/a.html"],
            "cannot write /no/such/directory/a.html",
        ),
        (&["--window", "1ms"], "write a duration from 1s to 1h"),
        (&["--floor", "40"], "write a share from 0 to 1"),
        (&["--half-life", "0s"], "write a duration of 1s or more"),
        (&["--deviations", "-1"], "error"),
    ] {
        let output = watch(arguments, b"");
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(words), "{arguments:?}: {errors}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("log");
    fs::write(&file, log(Duration::ZERO)).unwrap();
    let mut child = start(&file);
    drop(child.stdout.take());
    let mut errors = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut errors)
        .unwrap();
    let code = child.wait().unwrap().code();
    assert_eq!((code, errors.as_str()), (Some(0), ""));
}

fn start(file: &Path) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_signpost"))
        .arg("watch")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}
