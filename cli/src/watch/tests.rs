//! The watch as a whole: lines in, events out.

use std::ops::RangeInclusive;
use std::time::Duration;

use clap::{Args as _, Command, FromArgMatches as _};
use signpost_testbed::traffic::{Request, Settings as TrafficSettings, Traffic};

use super::alarm::{Alarm, Cause, Of};
use super::line::{Answer, Download, InForce, Line};
use super::settings::Settings;
use super::time::Time;
use super::watcher::{Event, Summary, Watcher};

/// 2023-07-20T12:17:00Z
const BREAK: u64 = 1_689_855_420_000_000;

/// When the times of a log jump.
const JUMP: u64 = BREAK - 300_000_000;

/// The defaults of the command line.
fn defaults() -> Settings {
    let command = Settings::augment_args(Command::new("watch"));
    let matches = command.get_matches_from(["watch"]);
    Settings::from_arg_matches(&matches).unwrap()
}

fn hour(seed: u64, rate: f64, farms: u32, break_at: u64) -> Traffic {
    Traffic::new(&TrafficSettings {
        start: break_at - 3_600_000_000,
        rate,
        normal: Duration::from_hours(1),
        broken: Duration::from_mins(1),
        seed,
        farms,
        share: 100,
    })
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
            user_agent: request.user_agent().into(),
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
    let alarm = first_alarm(hour(seed, 150.0, farms, break_at));
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

const LINE: &str = concat!(
    r#"{"version":"1","date_time":"TIME","method":"GET","#,
    r#""url":"https://crates.io/api/v1/crates/smallvec/1.10.0/download","status":302,"#,
    r#""ip":"198.51.100.17","http":{"useragent":"cargo/1.95.0"},"#,
    r#""signpost":{"decision":"redirect","reason":null,"refusal":null,"revision":"a","switch":"enforce"}}"#,
);

/// A redirect this many seconds after 12:00:00.
fn redirect(seconds: u32) -> String {
    let time = format!("2023-07-20T12:{:02}:{:02}Z", seconds / 60, seconds % 60);
    LINE.replace("TIME", &time)
}

fn refusal(seconds: u32) -> String {
    redirect(seconds).replace(
        r#""decision":"redirect","reason":null,"refusal":null"#,
        r#""decision":"origin","reason":"location-refused","refusal":"not-the-base""#,
    )
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
        *line = line.replace("\"a\"", "\"b\"");
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
    assert_eq!(found, (11, 3, 1, 1, 1));
    assert_eq!((summary.unreadable, summary.samples.len()), (6, 5));
    assert_eq!(summary.samples[0].line, 2);
    assert_eq!((summary.windows, summary.not_judged), (1, 1));
    assert_eq!((summary.counts.redirects, summary.counts.other), (2, 1));
    assert_eq!(summary.counts.downloads, 2);
}

#[test]
fn a_long_line_cannot_make_the_report_long() {
    let mut watcher = Watcher::new(defaults());
    let line = redirect(1).replace("302", &format!("\"{}\"", "x".repeat(60_000)));
    watcher.line(line.as_bytes());
    let sample = &watcher.summary().samples[0];
    assert!(sample.why.starts_with("it is not a log line: invalid type"));
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
    let make = || {
        Traffic::new(&TrafficSettings {
            start: BREAK - 120_000_000,
            rate: 150.0,
            normal: Duration::from_mins(2),
            broken: Duration::from_secs(30),
            seed: 7,
            farms: 3,
            share: 100,
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

/// What a watch of an incident found.
#[derive(Debug)]
struct Found {
    /// Seconds from the break to each alarm.
    alarms: Vec<i64>,
    /// How often a window began before the one before it.
    backwards: u32,
    causes: Vec<Cause>,
    summary: Summary,
}

/// Ten minutes before the break and three after it.
fn incident(seed: u64, rate: f64, share: u8) -> Traffic {
    Traffic::new(&TrafficSettings {
        start: BREAK - 600_000_000,
        rate,
        normal: Duration::from_mins(10),
        broken: Duration::from_mins(3),
        seed,
        farms: 20,
        share,
    })
}

/// Watches traffic with changed lines.
fn watch(traffic: Traffic, mut change: impl FnMut(u64, &Request, &mut Line<'_>)) -> Found {
    let mut watcher = Watcher::new(defaults());
    let mut events = Vec::new();
    for (number, request) in (0..).zip(traffic) {
        let path = request.path();
        let mut line = line(&request, &path);
        change(number, &request, &mut line);
        events.extend(watcher.request(&line));
    }
    events.extend(watcher.finish());
    let mut found = Found {
        alarms: Vec::new(),
        backwards: 0,
        causes: Vec::new(),
        summary: watcher.summary().clone(),
    };
    let mut last = None;
    for event in events {
        match event {
            Event::AlarmBegan(alarm) => {
                found.alarms.push(seconds_after_break(alarm.began));
                found.causes.push(alarm.cause);
            }
            Event::Window(window) => {
                found.backwards += u32::from(last > Some(window.start));
                last = Some(window.start);
            }
            _ => {}
        }
    }
    found
}

fn seconds_after_break(time: Time) -> i64 {
    let broke = Time::from_millis(i64::try_from(BREAK / 1_000).unwrap());
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap();
    seconds(time.since(broke)) - seconds(broke.since(time))
}

fn shifted(time: Time, seconds: i64) -> Time {
    let millis = seconds_after_break(time.window(Duration::from_secs(1))) + seconds;
    Time::from_millis(i64::try_from(BREAK / 1_000).unwrap() + millis * 1_000)
}

#[test]
fn clocks_that_are_wrong_neither_hide_the_incident_nor_raise_an_alarm() {
    type Shift = Box<dyn Fn(u64, &Request) -> i64 + Send>;
    type Row = (&'static str, Shift, i64, u32, RangeInclusive<u64>);
    let one = |which: u64, by: i64| -> Shift {
        Box::new(move |number, _| if number == which { by } else { 0 })
    };
    let all = |by: i64| -> Shift {
        Box::new(move |_, request| if request.time() > JUMP { by } else { 0 })
    };
    let some: Shift = Box::new(|number, _| if number % 1_000 == 999 { 120 } else { 0 });
    let one_eighth: Shift = Box::new(|_, request| {
        let is_late = request.address().octets()[1] % 8 == 3;
        if is_late { -90 } else { 0 }
    });
    // How wrong each line's time is, and that of all lines at the break; then how often windows go
    // back, and how many lines are in no window.
    let rows: [Row; 9] = [
        ("no line", all(0), 0, 0, 0..=0),
        ("one line two minutes ahead", one(20_000, 120), 0, 0, 1..=1),
        ("one line an hour ahead", one(20_000, 3_540), 0, 0, 1..=1),
        ("the first an hour ahead", one(0, 3_540), 0, 1, 0..=0),
        ("some two minutes ahead", some, 0, 0, 150..=250),
        ("one eighth late", one_eighth, 0, 0, 10_000..=50_000),
        ("all two hours ahead", all(7_200), 7_200, 0, 0..=0),
        ("all two hours back", all(-7_200), -7_200, 1, 0..=0),
        ("all two minutes back", all(-120), -120, 1, 0..=0),
    ];
    std::thread::scope(|scope| {
        for (name, shift, then, backwards, in_none) in rows {
            scope.spawn(move || {
                let found = watch(incident(1, 150.0, 100), |number, request, line| {
                    line.time = shifted(line.time, shift(number, request));
                });
                let [alarm] = found.alarms[..] else {
                    panic!("{name}: {found:?}");
                };
                let after = alarm - then;
                assert!(
                    (1..=30).contains(&after),
                    "{name}: after {after} s: {found:?}"
                );
                assert_eq!(found.backwards, backwards, "{name}: {found:?}");
                let lines = found.summary.too_late + found.summary.too_early;
                assert!(in_none.contains(&lines), "{name}: {lines}");
            });
        }
    });
}

#[test]
fn a_share_that_is_broken_raises_one_alarm_whatever_the_share() {
    // The rate, the share in percent, a seed, and the most seconds until the alarm.
    let rows = [
        (300.0, 1, 1, 20),
        (300.0, 1, 2, 20),
        (300.0, 1, 3, 20),
        (300.0, 10, 1, 10),
        (300.0, 30, 1, 10),
        (300.0, 100, 1, 10),
        (150.0, 10, 2, 10),
        (150.0, 1, 1, 30),
        // In some windows, build farms send half of the requests for redirects.
        (1_000.0, 1, 7, 10),
    ];
    std::thread::scope(|scope| {
        for (rate, share, seed, within) in rows {
            scope.spawn(move || {
                let found = watch(incident(seed, rate, share), |_, _, _| {});
                let [after] = found.alarms[..] else {
                    panic!("{share} %, seed {seed}: {found:?}");
                };
                assert!(
                    (1..=within).contains(&after),
                    "{share} %, seed {seed}: {found:?}"
                );
                let of = if share == 100 {
                    Of::Requests
                } else {
                    Of::Redirects
                };
                let Cause::RepeatRatio { of: found_of, .. } = found.causes[0] else {
                    panic!("{share} %, seed {seed}: {found:?}");
                };
                assert_eq!(found_of, of, "{share} %, seed {seed}");
            });
        }
    });
}

#[test]
fn at_the_rate_of_the_incident_the_alarm_comes_as_soon() {
    for (share, within) in [(100, 10), (1, 10)] {
        let traffic = Traffic::new(&TrafficSettings {
            start: BREAK - 120_000_000,
            rate: 4_710.0,
            normal: Duration::from_mins(2),
            broken: Duration::from_secs(20),
            seed: 1,
            farms: 20,
            share,
        });
        let found = watch(traffic, |_, _, _| {});
        assert!(
            matches!(found.alarms[..], [after] if (1..=within).contains(&after)),
            "{share} %: {found:?}"
        );
    }
}

#[test]
fn truncated_addresses_have_a_higher_ratio_that_is_learnt() {
    // So few networks that up to half of their requests repeat within a minute.
    for (networks, usual) in [(20, 0.3..0.4), (7, 0.48..0.56)] {
        let found = watch(incident(1, 300.0, 100), |_, request, line| {
            let network = u32::from(request.address()) % networks;
            line.download.as_mut().unwrap().address = format!("198.51.{network}.0").into();
            // The lines do not show that something has changed.
            line.in_force = None;
        });
        let [after] = found.alarms[..] else {
            panic!("{networks} networks: {found:?}");
        };
        assert!((1..=30).contains(&after), "{networks} networks: {found:?}");
        let Cause::RepeatRatio {
            usual: Some(learnt),
            ..
        } = found.causes[0]
        else {
            panic!("{networks} networks: {found:?}");
        };
        assert!(usual.contains(&learnt), "{networks} networks: {learnt}");
    }
}
