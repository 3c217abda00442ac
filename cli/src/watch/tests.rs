//! The watch as a whole: lines in, events out.

mod incident;

use std::time::Duration;

use clap::{Args as _, Command, FromArgMatches as _};
use signpost_testbed::traffic::{Request, Settings as TrafficSettings, Traffic};

use super::alarm::{Alarm, Cause};
use super::event::Event;
use super::line::tests::{SIGNPOST, by_origin};
use super::line::{Answer, Download, InForce, Line};
use super::settings::Settings;
use super::watcher::Watcher;
use crate::log::Time;

/// 2023-07-20T12:17:00Z
const BREAK: u64 = 1_689_855_420_000_000;

/// The defaults of the command line.
fn defaults() -> Settings {
    let command = Settings::augment_args(Command::new("watch"));
    let matches = command.get_matches_from(["watch"]);
    Settings::from_arg_matches(&matches).unwrap()
}

/// Traffic of every file that is well for some seconds, and then broken, before and after `BREAK`.
fn traffic(seed: u64, normal: u64, broken: u64) -> TrafficSettings {
    TrafficSettings {
        start: BREAK - normal * 1_000_000,
        rate: 150.0,
        normal: Duration::from_secs(normal),
        broken: Duration::from_secs(broken),
        seed,
        farms: 20,
        share: 100,
    }
}

fn alarms(events: Vec<Event>) -> impl Iterator<Item = Alarm> {
    events.into_iter().filter_map(|event| match event {
        Event::AlarmBegan(alarm) => Some(alarm),
        _ => None,
    })
}

/// The first alarm of some traffic. Requests are not written as text and read again, which would
/// take most of the time.
fn first_alarm(traffic: Traffic) -> Option<Alarm> {
    let mut watcher = Watcher::new(defaults());
    for request in traffic {
        let path = request.path();
        let line = line(&request, &path);
        if let Some(alarm) = alarms(watcher.request(&line)).next() {
            return Some(alarm);
        }
    }
    alarms(watcher.finish()).next()
}

fn line<'a>(request: &Request, path: &'a str) -> Line<'a> {
    let millis = i64::try_from(request.time() / 1_000).unwrap();
    Line {
        time: Time::from_millis(millis),
        download: Some(Download {
            address: request.address().to_string().into(),
            user_agent: request.user_agent().as_bytes().to_vec().into(),
            path: path.into(),
        }),
        url: path.into(),
        answer: if request.is_redirected() {
            Answer::Redirect
        } else {
            Answer::Origin("other".into())
        },
        refusal: None,
        in_force: Some(InForce {
            revision: if request.time() < BREAK { "a" } else { "b" }.into(),
            switch: "enforce".into(),
        }),
    }
}

fn check(name: &str, seed: u64, farms: u32, offset: u64) {
    let break_at = BREAK + offset;
    let hour = traffic(seed, 3_600, 60);
    let start = hour.start + offset;
    let alarm = first_alarm(Traffic::new(&TrafficSettings {
        farms,
        start,
        ..hour
    }));
    let alarm = alarm.unwrap_or_else(|| panic!("{name}: no alarm"));
    let broke = Time::from_millis(i64::try_from(break_at / 1_000).unwrap());
    assert!(
        matches!(alarm.cause, Cause::RepeatRatio { .. }),
        "{name}: {alarm}"
    );
    assert!(
        alarm.began > broke,
        "{name}: raised before the break: {} {alarm}",
        alarm.began
    );
    let after = alarm.began.since(broke);
    assert!(after <= Duration::from_secs(30), "{name}: {after:?}");
}

#[test]
fn the_incident_raises_an_alarm_within_30_seconds_and_the_hour_before_none() {
    let rows = [
        ("no build farms", 1, 0, 0),
        ("one build farm", 2, 1, 2_500_000),
        ("three build farms", 3, 3, 4_900_000),
        ("twenty build farms", 4, 20, 5_100_000),
        ("twenty build farms and another seed", 5, 20, 9_999_000),
        ("a hundred build farms", 6, 100, 7_500_000),
    ];
    std::thread::scope(|scope| {
        for (name, seed, farms, offset) in rows {
            scope.spawn(move || check(name, seed, farms, offset));
        }
    });
}

/// A line, this many seconds after 12:00:00.
fn at(seconds: u32, line: &str) -> String {
    let time = format!("2023-07-20T12:{:02}:{:02}Z", seconds / 60, seconds % 60);
    line.replace("2023-07-20T12:17:00.123456Z", &time)
}

fn redirect(seconds: u32) -> String {
    at(seconds, SIGNPOST)
}

fn refusal(seconds: u32) -> String {
    at(seconds, &by_origin("location-refused", "\"not-the-base\""))
}

/// The events other than windows, each as a word and a time of day.
fn notable(watcher: &mut Watcher, lines: &[String]) -> Vec<String> {
    let mut events = Vec::new();
    for line in lines {
        events.extend(watcher.line(line.as_bytes()));
    }
    events.extend(watcher.finish());
    let words = events.iter().filter_map(|event| match event {
        Event::Window(_) | Event::Unreadable { .. } => None,
        Event::Change(change) => Some(("change", change.time)),
        Event::AlarmBegan(alarm) => Some(("began", alarm.began)),
        Event::AlarmEnded(alarm) => alarm.ended.map(|ended| ("ended", ended)),
    });
    words
        .map(|(word, time)| format!("{word} {}", time.time_of_day()))
        .collect()
}

#[test]
fn an_alarm_begins_once_and_ends_after_three_calm_windows() {
    let small = Settings {
        minimum_requests: 2,
        ..defaults()
    };
    let redirects = |seconds: &[u32]| seconds.iter().copied().map(redirect).collect::<Vec<_>>();
    let refusals = |seconds: &[u32]| seconds.iter().copied().map(refusal).collect();
    let calm = redirects(&[85, 95, 105, 115]);
    let refused = [refusals(&[3, 4]), redirects(&[65]), refusals(&[75]), calm].concat();
    let mut revisions = redirects(&[1, 100, 101]);
    for line in &mut revisions[1..] {
        *line = line.replace("43435e8491fb", "b");
    }
    let rows: [(&str, Vec<String>, &[&str]); 5] = [
        ("nothing", vec![], &[]),
        ("no repeats", redirects(&[0, 70, 140]), &[]),
        (
            "a refusal at once, and its end",
            refused,
            &["began 12:00:03", "ended 12:01:50"],
        ),
        (
            "repeats at the end of a window",
            redirects(&[1, 2, 3, 11, 12, 13]),
            &["began 12:00:10"],
        ),
        ("another revision", revisions, &["change 12:01:40"]),
    ];
    for (name, lines, expected) in rows {
        let mut watcher = Watcher::new(small);
        assert_eq!(notable(&mut watcher, &lines), expected, "{name}");
    }
}

#[test]
fn broken_late_and_early_lines_are_counted() {
    let mut watcher = Watcher::new(defaults());
    let lines = [
        redirect(100),
        String::new(),
        "{\"version\":\"1\"".to_owned(),
        "<134>1 - - some text".to_owned(),
        redirect(95),
        redirect(100).replace("2023", "2099"),
        redirect(100).replace("2023", "1023"),
        // crates.io's own line.
        r#"{"version":"1","date_time":"2023-07-20T12:01:41.5Z","method":"GET","url":"https://static.crates.io/a","status":200,"bytes":1,"ip":null,"http":{"protocol":null,"referer":null,"useragent":null},"tls":{"cipher":null,"protocol":null}}"#.to_owned(),
        "x".repeat(10),
        "y".to_owned(),
        "z".to_owned(),
    ];
    assert_eq!(notable(&mut watcher, &lines), [""; 0]);
    let summary = watcher.summary();
    let found = (
        summary.lines,
        summary.counts.requests,
        summary.late,
        summary.too_late,
        summary.too_early,
    );
    assert_eq!(found, (10, 3, 1, 1, 1));
    assert_eq!((summary.unreadable, summary.samples.len()), (5, 5));
    // The blank line is counted here.
    assert_eq!(summary.samples[0].line, 3);
    assert_eq!((summary.windows, summary.not_judged), (1, 1));
    assert_eq!((summary.counts.redirects, summary.counts.other), (2, 1));
    assert_eq!(summary.counts.downloads, 2);
}

#[test]
fn a_preflight_is_counted_apart() {
    let mut watcher = Watcher::new(defaults());
    let preflight = SIGNPOST.replace(r#""decision":"redirect""#, r#""decision":"preflight""#);
    for line in [SIGNPOST, &preflight] {
        watcher.line(line.as_bytes());
    }
    watcher.finish();
    let text = super::text::summary(watcher.summary());
    let expected = "2 requests, redirect 50.0 %, origin 0.0 %, preflight 50.0 %, refusals 0;";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_long_line_cannot_make_the_report_long() {
    let mut watcher = Watcher::new(defaults());
    let line = redirect(1).replace("302", &format!("\"{}\"", "x".repeat(60_000)));
    watcher.line(line.as_bytes());
    let sample = &watcher.summary().samples[0];
    let begin = "read as a JSON line; at byte 60141: invalid type";
    assert!(sample.why.starts_with(begin), "{}", sample.why);
    assert_eq!(sample.why.chars().count(), 201, "{}", sample.why);
}

#[test]
fn one_warning_tells_that_most_lines_are_unreadable() {
    let mut watcher = Watcher::new(defaults());
    let mut told = Vec::new();
    for number in 1..=1_000 {
        // This many of each hundred.
        let bad = match number {
            301..=500 => 51,
            701..=800 => 100,
            _ => 50,
        };
        let line = if number % 100 < bad {
            "no line".to_owned()
        } else {
            redirect(1)
        };
        for event in watcher.line(line.as_bytes()) {
            if let Event::Unreadable { unreadable, of, .. } = event {
                told.push((number, unreadable, of));
            }
        }
    }
    assert_eq!(told, [(400, 51, 100), (800, 100, 100)]);
}

#[test]
fn the_lines_of_the_incident_say_the_same_as_its_requests() {
    let farms = 3;
    let make = || {
        Traffic::new(&TrafficSettings {
            farms,
            ..traffic(7, 120, 30)
        })
    };
    let mut by_line = Watcher::new(defaults());
    let mut from_lines = Vec::new();
    for request in make() {
        let mut text = Vec::new();
        request.write_line(&mut text);
        from_lines.extend(alarms(by_line.line(text.trim_ascii_end())));
    }
    assert_eq!(by_line.summary().unreadable, 0);
    let alarm = from_lines.first().expect("an alarm");
    let by_request = first_alarm(make()).expect("an alarm");
    assert_eq!(alarm.began, by_request.began);
    let change = alarm.change.as_ref().expect("a change");
    assert_eq!(change.time.to_string(), "2023-07-20T12:17:00Z");
    assert!(alarm.to_string().contains("s after revision"), "{alarm}");
}
