//! `signpost watch` as the process that operators and scripts run.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use signpost_traffic::{Settings, Traffic};

/// Two minutes before the break and so long after it.
fn log(broken: Duration) -> Vec<u8> {
    let traffic = Traffic::new(&Settings {
        start: 1_689_855_300_000_000,
        rate: 100.0,
        normal: Duration::from_mins(2),
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

fn broken() -> Vec<u8> {
    log(Duration::from_secs(30))
}

fn watch(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = process(arguments);
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
    assert!(out.contains("; 1 alarm\n"), "{out}");
    assert!(
        !out.contains('\u{1b}'),
        "colours go to terminals only: {out}"
    );
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn windows_that_cannot_be_judged_are_told_at_the_end() {
    // A build of one client.
    let lines = broken();
    let first = lines.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let output = watch(&[], &first.repeat(100));
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{out}");
    let note = "1 of 1 windows had too few clients to judge by their repeat ratio";
    assert!(out.contains(note), "{out}");
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
fn a_report_is_one_page() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("incident.html");
    let output = watch(&["--report", file.to_str().unwrap()], &broken());
    assert_eq!(output.status.code(), Some(1));
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    assert!(
        page.contains("Alarm 1 was raised for target static at 12:17:"),
        "{page}"
    );
    let files = fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(files, 1, "something else was left beside the report");
}

#[test]
fn a_report_of_before_is_there_until_the_new_one_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("incident.html");
    fs::write(&file, "before").unwrap();
    let mut child = process(&["--report", file.to_str().unwrap()]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&broken()).unwrap();
    // It has read most of the log when it says this, and writes the page only at its end.
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let alarm = out.find(|line| line.as_ref().is_ok_and(|line| line.contains("ALARM 1")));
    let before = fs::read_to_string(&file).unwrap();
    drop(stdin);
    let rest = out.count();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(alarm.is_some() && rest > 0);
    assert_eq!(before, "before");
    assert!(fs::read_to_string(&file).unwrap().starts_with("<!DOCTYPE"));
}

#[test]
fn an_alarm_is_exit_code_1_even_if_something_else_fails() {
    let directory = tempfile::tempdir().unwrap();
    let cut = directory.path().join("cut.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&broken()).unwrap();
    let gzip = gzip.finish().unwrap();
    fs::write(&cut, &gzip[..gzip.len() - 100]).unwrap();
    let output = watch(&[cut.to_str().unwrap()], b"");
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("breaks off"), "{errors}");
}

#[test]
fn a_log_that_cannot_be_read_is_told_while_it_runs_and_by_exit_code_2() {
    for (name, input, words) in [
        ("an empty one", String::new(), "it holds no request"),
        (
            "a blank one",
            "\n# nothing\n".to_owned(),
            "it holds no request",
        ),
        (
            "another kind",
            "GET / HTTP/1.1\n".repeat(3),
            "no line of it could be read; line 1: neither a path, a URL, a JSON log line",
        ),
        (
            "much of another kind",
            "GET / HTTP/1.1\n".repeat(100),
            "100 of the last 100 lines could not be read",
        ),
    ] {
        for format in ["text", "json"] {
            let output = watch(&["--format", format], input.as_bytes());
            let (out, errors) = (text(&output.stdout), text(&output.stderr));
            assert_eq!(output.status.code(), Some(2), "{name}: {errors}");
            assert!(errors.contains(words), "{name}: {errors}");
            let is_event = out.contains(r#"{"event":"unreadable","unreadable":100,"of":100,"#);
            let is_expected = format == "json" && input.len() > 1_000;
            assert_eq!(is_event, is_expected, "{name}: {out}");
        }
    }
}

/// A command that tells that it runs and then waits for ever, without holding the watch's output.
const HANGS: &str = "echo runs >&2; exec tail -f /dev/null >/dev/null 2>&1";

/// A watch that has raised an alarm whose command hangs.
struct Hanging {
    child: Child,
    errors: Lines<BufReader<ChildStderr>>,
    pid: PathBuf,
    directory: tempfile::TempDir,
}

impl Hanging {
    fn new(wait: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let pid = directory.path().join("pid");
        let command = format!("echo $$ > '{}'; {HANGS}", pid.display());
        let mut child = process(&["--exec", &command, "--exec-wait", wait]);
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&broken()).unwrap();
        drop(stdin);
        let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
        assert_eq!(errors.next().unwrap().unwrap(), "runs");
        Self {
            child,
            errors,
            pid,
            directory,
        }
    }

    /// How the watch ends, and what it says.
    fn end(mut self) -> (Option<i32>, String) {
        let errors: Result<Vec<_>, _> = self.errors.by_ref().collect();
        (
            self.child.wait().unwrap().code(),
            errors.unwrap().join("\n"),
        )
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let pid = fs::read_to_string(&self.pid).unwrap();
        let _ = kill(Pid::from_raw(pid.trim().parse().unwrap()), Signal::SIGKILL);
        assert!(self.directory.path().exists());
    }
}

#[test]
fn a_command_that_hangs_is_not_waited_for_for_ever() {
    let (code, errors) = Hanging::new("100ms").end();
    assert_eq!(code, Some(1), "{errors}");
    assert!(
        errors.contains("1 still running; gave up waiting after 100ms"),
        "{errors}"
    );
}

#[test]
fn an_interrupt_while_a_command_is_waited_for_ends_the_watch_at_once() {
    let mut hanging = Hanging::new("1h");
    // The summary is the last that is said before the command is waited for.
    let mut out = BufReader::new(hanging.child.stdout.take().unwrap()).lines();
    assert!(out.any(|line| line.unwrap().contains("; 1 alarm")));
    let pid = Pid::from_raw(hanging.child.id().try_into().unwrap());
    kill(pid, Signal::SIGINT).unwrap();
    let (code, errors) = hanging.end();
    assert_eq!(code, Some(2), "{errors}");
    assert!(
        errors.contains("interrupted before everything was printed and written"),
        "{errors}"
    );
}

#[test]
fn an_interrupt_ends_the_watch_with_what_it_found() {
    let mut child = process(&[]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&broken()).unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(out.any(|line| line.unwrap().contains("ALARM 1")));
    kill(
        Pid::from_raw(child.id().try_into().unwrap()),
        Signal::SIGINT,
    )
    .unwrap();
    let said_last = out.any(|line| line.unwrap().contains("; 1 alarm"));
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(said_last);
    drop(stdin);
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
        (&[cut], "breaks off: its gzip data has no end"),
        (
            &["--report", "/no/such/directory/a.html"],
            "cannot write /no/such/directory/a.html",
        ),
        (
            &["--report", "/dev/null"],
            "it is not a regular file; name a regular file",
        ),
        (&["--window", "1ms"], "write a duration from 1s to 1h"),
        (&["--above", "40"], "write a share from 0 to 1"),
        (&["--minimum-clients", "0"], "write a number from 1 to 100"),
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

/// A watch of its standard input.
fn process(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_signpost"))
        .arg("watch")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn start(file: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_signpost"))
        .arg("watch")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}
