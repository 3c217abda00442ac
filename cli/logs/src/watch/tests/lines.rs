//! Lines as text, and what a watch says of them.

use signpost_traffic::{Request, Settings as TrafficSettings, Traffic};

use super::{defaults, line as line_of, traffic};
use crate::watch::alarm::Alarm;
use crate::watch::event::Event;
use crate::watch::line::Line;
use crate::watch::line::tests::{SIGNPOST, by_origin};
use crate::watch::watcher::Watcher;

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
        Event::Window(_) | Event::Notice(_) | Event::NextRefused(_) | Event::Unreadable { .. } => {
            None
        }
        Event::Change(change) => Some(("change", change.time)),
        Event::AlarmBegan(alarm) => Some(("began", alarm.began)),
        Event::AlarmEnded(alarm) => alarm.ended.map(|ended| ("ended", ended)),
    });
    words
        .map(|(word, time)| format!("{word} {}", time.time_of_day()))
        .collect()
}

/// A redirect of one of forty clients.
fn redirects(clients: std::ops::Range<u32>, seconds: &[u32]) -> Vec<String> {
    let of = |client: u32| {
        let address = format!("203.0.113.{client}");
        seconds
            .iter()
            .map(move |second| redirect(*second).replace("198.51.100.17", &address))
    };
    let mut lines: Vec<_> = clients.flat_map(of).collect();
    // The time comes first in a line.
    lines.sort();
    lines
}

#[test]
fn an_alarm_begins_once_and_ends_after_three_calm_windows() {
    let refusals =
        |seconds: &[u32]| -> Vec<String> { seconds.iter().copied().map(refusal).collect() };
    let calm = redirects(0..1, &[85, 95, 105, 115]);
    let refused = [
        refusals(&[3, 4]),
        redirects(0..1, &[65]),
        refusals(&[75]),
        calm,
    ]
    .concat();
    let mut revisions = redirects(0..1, &[1, 100, 101]);
    for line in &mut revisions[1..] {
        *line = line.replace("43435e8491fb", "b");
    }
    // Forty clients ask four times each, and then forty others ask once a minute.
    let broken = redirects(0..40, &[1, 2, 5, 11, 12, 13, 14, 15]);
    let later = redirects(100..140, &[25, 31]);
    let calm = [35, 45, 55, 65].map(|second| redirects(second + 5..second + 13, &[second]));
    let repeats = [broken, later, calm.concat()].concat();
    let rows: [(&str, Vec<String>, &[&str]); 5] = [
        ("nothing", vec![], &[]),
        ("no repeats", redirects(0..40, &[0, 70, 140]), &[]),
        (
            "a refusal at once, and its end",
            refused,
            &["began 12:00:03", "ended 12:01:50"],
        ),
        (
            "repeats at the end of a window",
            repeats,
            &["began 12:00:10", "ended 12:01:10"],
        ),
        ("another revision", revisions, &["change 12:01:40"]),
    ];
    for (name, lines, expected) in rows {
        let mut watcher = Watcher::new(defaults());
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
        summary.counts.figures.requests,
        summary.late,
        summary.too_late,
        summary.too_early,
    );
    assert_eq!(found, (10, 3, 1, 1, 1));
    assert_eq!((summary.unreadable, summary.samples.len()), (5, 5));
    // The blank line is counted here.
    assert_eq!(summary.samples[0].line, 3);
    assert_eq!((summary.windows, summary.not_judged), (1, 1));
    assert_eq!(
        (
            summary.counts.figures.redirects,
            summary.counts.figures.other
        ),
        (2, 1)
    );
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
    let text = crate::watch::text::summary(watcher.summary());
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
    let settings = TrafficSettings {
        farms: 3,
        ..traffic(7, 120, 30)
    };
    let (mut by_line, mut by_request) = (Watcher::new(defaults()), Watcher::new(defaults()));
    let (mut from_lines, mut from_requests) = (Vec::new(), Vec::new());
    for request in Traffic::new(&settings) {
        let mut text = Vec::new();
        request.write_line(&mut text);
        from_lines.extend(alarms(by_line.line(text.trim_ascii_end())));
        from_requests.extend(alarms(by_request.request(&in_one_target(&request))));
    }
    assert_eq!(by_line.summary().unreadable, 0);
    let alarm = from_lines.first().expect("an alarm");
    let by_request = from_requests.first().expect("an alarm");
    assert_eq!(
        (alarm.began, &alarm.scope),
        (by_request.began, &by_request.scope)
    );
    let change = alarm.change.as_ref().expect("a change");
    assert_eq!(change.time.to_string(), "2023-07-20T12:17:00Z");
    assert!(alarm.to_string().contains("s after revision"), "{alarm}");
}

fn alarms(events: Vec<Event>) -> impl Iterator<Item = Alarm> {
    events.into_iter().filter_map(|event| match event {
        Event::AlarmBegan(alarm) => Some(alarm),
        _ => None,
    })
}

/// The line of a request, as it is written.
fn in_one_target(request: &Request) -> Line<'static> {
    let mut line = line_of(request);
    line.target = line.target.map(|_| "static".into());
    line.route = line.route.map(|_| "download".into());
    line
}

#[test]
fn each_route_has_its_own_alarm_for_refused_proofs() {
    let of = |route: &str, seconds| {
        let route = format!(r#""route":"{route}""#);
        refusal(seconds).replace(r#""route":"download""#, &route)
    };
    let mut lines: Vec<_> = (0..8).map(|window| of("a", window * 10 + 1)).collect();
    lines.push(of("b", 15));
    lines.extend(redirects(0..1, &[85, 95, 105, 115, 125]));
    lines.sort();
    let mut watcher = Watcher::new(defaults());
    let expected = [
        "began 12:00:01",
        "began 12:00:15",
        "ended 12:00:50",
        "ended 12:01:50",
    ];
    assert_eq!(notable(&mut watcher, &lines), expected);
}

#[test]
fn a_window_counts_even_if_no_line_of_it_has_a_client_or_a_reason() {
    let mut watcher = Watcher::new(defaults());
    let line = redirect(1).replace(r#""ip":"198.51.100.17""#, r#""ip":null"#);
    let lines = vec![line; 5];
    assert_eq!(notable(&mut watcher, &lines), [""; 0]);
    let summary = watcher.summary();
    assert_eq!((summary.windows, summary.counts.figures.requests), (1, 5));
}
