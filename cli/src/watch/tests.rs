//! The watch as a whole: lines in, events out.

use std::time::Duration;

use signpost_testbed::traffic::{Request, Settings as TrafficSettings, Traffic};

use super::alarm::{Alarm, Cause};
use super::band::BandSettings;
use super::line::{Answer, Download, InForce, Line};
use super::time::Time;
use super::watcher::{Event, Settings, Watcher};

/// 2023-07-20T12:17:00Z
const BREAK: u64 = 1_689_855_420_000_000;

const DEFAULTS: Settings = Settings {
    window: Duration::from_secs(10),
    repeat_within: Duration::from_mins(1),
    band: BandSettings {
        floor: 0.4,
        first_floor: 0.5,
        ceiling: 0.65,
        deviations: 4.0,
        half_life: Duration::from_mins(10),
    },
    minimum_requests: 100,
};

fn traffic(seed: u64, rate: f64, farms: u32, break_at: u64) -> Traffic {
    Traffic::new(&TrafficSettings {
        start: break_at - 3_600_000_000,
        rate,
        normal: Duration::from_hours(1),
        broken: Duration::from_mins(1),
        seed,
        farms,
    })
}

fn alarms(events: Vec<Event>) -> impl Iterator<Item = Alarm> {
    events.into_iter().filter_map(|event| match event {
        Event::AlarmBegan(alarm) => Some(alarm),
        _ => None,
    })
}

/// The first alarm of some traffic. The requests are not made into text and read again, which
/// would take most of the time.
fn first_alarm(traffic: Traffic) -> Option<Alarm> {
    let mut watcher = Watcher::new(DEFAULTS);
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
        answer: Answer::Redirect,
        refusal: None,
        in_force: Some(InForce {
            revision: if request.time() < BREAK { "a" } else { "b" }.into(),
            switch: "enforce".into(),
        }),
    }
}

fn check(name: &str, seed: u64, farms: u32, offset: u64) {
    let break_at = BREAK + offset;
    let alarm = first_alarm(traffic(seed, 150.0, farms, break_at));
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

/// A redirect so many seconds after 12:00:00.
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

/// The events that are no windows, each as a word and a time of day.
fn notable(watcher: &mut Watcher, lines: &[String]) -> Vec<String> {
    let mut events = Vec::new();
    for line in lines {
        events.extend(watcher.line(line.as_bytes()));
    }
    events.extend(watcher.finish());
    let words = events.iter().filter_map(|event| match event {
        Event::Window(_) => None,
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
        ..DEFAULTS
    };
    let rows: [(&str, Vec<String>, &[&str]); 5] = [
        ("nothing", vec![], &[]),
        (
            "no repeats",
            vec![redirect(0), redirect(70), redirect(140)],
            &[],
        ),
        (
            "a refusal is told at once, and its end",
            vec![
                refusal(3),
                refusal(4),
                redirect(65),
                refusal(75),
                redirect(85),
                redirect(95),
                redirect(105),
                redirect(115),
            ],
            &["began 12:00:03", "ended 12:01:50"],
        ),
        (
            "repeats are told when their window ends",
            vec![
                redirect(1),
                redirect(2),
                redirect(3),
                redirect(11),
                redirect(12),
                redirect(13),
            ],
            &["began 12:00:10"],
        ),
        (
            "another revision",
            vec![
                redirect(1),
                redirect(100).replace("\"a\"", "\"b\""),
                redirect(101).replace("\"a\"", "\"b\""),
            ],
            &["change 12:01:40"],
        ),
    ];
    for (name, lines, expected) in rows {
        let mut watcher = Watcher::new(small);
        assert_eq!(notable(&mut watcher, &lines), expected, "{name}");
    }
}

#[test]
fn broken_late_and_misplaced_lines_are_counted() {
    let mut watcher = Watcher::new(DEFAULTS);
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
        summary.misplaced,
    );
    assert_eq!(found, (11, 3, 1, 2));
    assert_eq!((summary.unreadable, summary.samples.len()), (6, 5));
    assert_eq!(summary.samples[0].line, 2);
    assert_eq!((summary.counts.redirects, summary.counts.other), (2, 1));
    assert_eq!(summary.counts.downloads, 2);
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
        })
    };
    let mut by_line = Watcher::new(DEFAULTS);
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

#[test]
fn what_a_log_says_cannot_take_over_a_terminal() {
    for (text, expected) in [
        ("plain-text", "plain-text"),
        ("\u{1b}[2Jx", "\\u{1b}[2Jx"),
        ("a\nb", "a\\u{a}b"),
        ("\u{202e}abc", "\\u{202e}abc"),
        ("ümläut", "ümläut"),
        ("0123456789abcdefX", "0123456789abcdef…"),
    ] {
        assert_eq!(super::shown(text, 16), expected, "{text:?}");
    }
}
