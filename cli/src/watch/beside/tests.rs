use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use signpost_traffic::{Part, Settings as TrafficSettings, Traffic};
use tempfile::NamedTempFile;
use tokio::runtime;

use super::{Beside, Judged};

/// What follows the time in a shortened line of the module, for a request that `next` has no way for.
const NEXT_REFUSED: &str = concat!(
    r#""version":"1","method":"GET","url":"https://crates.io/api/v1/crates/smallvec/1.10.0/download","#,
    r#""status":302,"ip":"198.51.100.17","edge_location":"FRA","http":{"useragent":"cargo/1.95.0"},"#,
    r#""signpost":{"decision":"redirect","route":"download","target":"static","revision":"43435e8491fb","#,
    r#""side":"next","because":"next-refused","switch":"enforce, next 1%"}}"#,
    "\n",
);

/// What the watch of a command waits for, until it has ended.
fn failures(beside: &mut Beside) -> Vec<String> {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let mut failures = Vec::new();
    while failures
        .last()
        .is_none_or(|last: &String| !last.contains("has ended"))
    {
        let failure = runtime.block_on(beside.failure());
        failures.push(failure.to_string());
    }
    failures
}

/// The log of a release, as a file.
fn log(part: Part) -> NamedTempFile {
    let settings = TrafficSettings {
        // 2023-07-20T12:16:50Z
        start: 1_689_855_410_000_000,
        rate: 1_000.0,
        normal: Duration::from_secs(10),
        broken: Duration::from_secs(40),
        seed: 1,
        farms: 20,
        share: 100,
    };
    let mut lines = Vec::new();
    for request in Traffic::new(&settings).breaking(part).releasing(10) {
        request.write_line(&mut lines);
    }
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&lines).unwrap();
    file
}

#[test]
fn an_alarm_is_a_failure_and_so_is_the_end_of_the_log() {
    for (part, is_alarm) in [(Part::Next, true), (Part::Nothing, false)] {
        let log = log(part.clone());
        let command = format!("cat {}", log.path().display());
        let mut beside = Beside::start(&command, false).unwrap();
        let failures = failures(&mut beside);
        let (end, alarms) = failures.split_last().unwrap();
        assert_eq!(
            *end,
            format!("the log of `{command}` has ended (exit status: 0)")
        );
        let is_next = |alarm: &String| alarm.starts_with("side next: ");
        assert_eq!(
            alarms.iter().any(is_next),
            is_alarm,
            "{part:?}: {alarms:#?}"
        );
        let judged = beside.judged();
        assert_eq!(
            (judged.share, judged.is_good),
            (10, !is_alarm),
            "{judged:?}"
        );
        assert!(judged.requests > 1_000, "{judged:?}");
    }
}

#[test]
fn what_the_command_says_when_it_ends_is_told() {
    for (command, expected) in [
        (
            "echo sorry >&2; exit 3",
            "has ended (exit status: 3): sorry",
        ),
        ("kill -9 $$", "has ended (signal: 9 (SIGKILL))"),
        ("printf 'no line\\n'", "has ended (exit status: 0)"),
    ] {
        let mut beside = Beside::start(command, false).unwrap();
        let failures = failures(&mut beside);
        assert_eq!(failures, [format!("the log of `{command}` {expected}")]);
        assert_eq!(beside.judged(), Judged::default(), "{command}");
    }
}

#[test]
fn a_refused_request_is_known_by_its_url() {
    let mut text = String::new();
    for second in 10..40 {
        let time = format!("2023-07-20T12:17:{second}Z");
        write!(text, r#"{{"date_time":"{time}",{NEXT_REFUSED}"#).unwrap();
    }
    let mut beside = Beside::start(&format!("printf '%s' '{text}'"), true).unwrap();
    let failures = failures(&mut beside);
    assert_eq!(failures.len(), 1, "{failures:?}");
    let judged = beside.judged();
    assert_eq!(
        (judged.share, judged.refused, judged.is_good),
        (1, 30, false)
    );
    let url = "https://crates.io/api/v1/crates/smallvec/1.10.0/download";
    assert_eq!(judged.refused_url.as_deref(), Some(url));
}

#[test]
fn dropping_it_ends_the_command_and_all_that_it_has_started() {
    // `cat` reads from a process that never writes, and holds the pipe as long as it lives.
    let beside = Beside::start("sh -c 'sleep 100000' | cat; sleep 100000", false).unwrap();
    let judged = std::sync::Arc::downgrade(&beside.judged);
    drop(beside);
    assert!(judged.upgrade().is_none(), "the thread lives");
}
