use signpost_logs::watch::Side;
use time::OffsetDateTime;

use super::{Figures, Measures, Scope};
use crate::outlets;
use crate::watch::outlets::NAMES;

/// Figures of every kind, as Prometheus gets them.
pub(crate) fn every() -> String {
    let (figures, measures) = measures();
    let of_each = Figures {
        redirects: 90,
        preflights: 1,
        origin: 8,
        other: 1,
        not_redirected: 2,
        compared: 80,
        repeats: 4,
        ..Figures::default()
    };
    for scope in [
        Scope::All,
        Scope::EdgeLocation("FRA".to_owned()),
        Scope::Route("download".to_owned()),
        Scope::Target("cdn".to_owned()),
    ] {
        measures.add(&scope, &of_each);
    }
    measures.add(&Scope::Side(Side::Next), &of_each);
    measures.add_reason("switch-off", 8);
    measures.add_refusals(1);
    measures.add_left(3, 2);
    measures.note_limit(0.5);
    measures.note_lines(102, 2);
    measures.note_time(OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap());
    figures.to_text().unwrap()
}

fn measures() -> (outlets::Figures, Measures) {
    let figures = outlets::Figures::new(&NAMES).unwrap();
    let measures = Measures::new(figures.registry()).unwrap();
    (figures, measures)
}

/// The value of a series.
#[track_caller]
fn value(text: &str, series: &str) -> f64 {
    let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
    let found = lines.find(|(name, _)| *name == series);
    let (_, value) = found.unwrap_or_else(|| panic!("{series} is not in {text}"));
    value.parse().unwrap()
}

/// Each series has this value.
#[track_caller]
fn check(text: &str, rows: &[(&str, f64)]) {
    for (series, expected) in rows {
        let found = value(text, series);
        assert!((found - expected).abs() < 1e-9, "{series} is {found}");
    }
}

#[test]
fn figures_are_what_was_added() {
    let text = every();
    let rows = [
        (r#"signpost_requests_total{decision="redirect"}"#, 90.0),
        (r#"signpost_requests_total{decision="other"}"#, 1.0),
        (
            r#"signpost_edge_location_requests_total{decision="origin",edge_location="FRA"}"#,
            8.0,
        ),
        (
            r#"signpost_route_requests_total{decision="preflight",route="download"}"#,
            1.0,
        ),
        (
            r#"signpost_target_compared_requests_total{target="cdn"}"#,
            80.0,
        ),
        (r#"signpost_target_repeats_total{target="cdn"}"#, 4.0),
        ("signpost_repeats_total", 4.0),
        (
            r#"signpost_route_not_redirected_total{route="download"}"#,
            2.0,
        ),
        (
            r#"signpost_origin_requests_total{reason="switch-off"}"#,
            8.0,
        ),
        (r#"signpost_side_repeats_total{side="next"}"#, 4.0),
        ("signpost_refusals_total", 1.0),
        ("signpost_next_refused_total", 3.0),
        ("signpost_next_retried_total", 2.0),
        ("signpost_repeat_ratio_limit", 0.5),
        ("signpost_log_lines_total", 102.0),
        ("signpost_log_unreadable_lines_total", 2.0),
        ("signpost_log_last_line_timestamp_seconds", 1.7e9),
        // There from the start, so that Prometheus sees it grow.
        (
            r#"signpost_alarms_total{alarm="SignpostProofRefused",scope="all"}"#,
            0.0,
        ),
    ];
    check(&text, &rows);
}

#[test]
fn counters_never_go_down() {
    let (figures, measures) = measures();
    measures.note_lines(102, 2);
    measures.note_lines(50, 1);
    let text = figures.to_text().unwrap();
    let rows = [
        ("signpost_log_lines_total", 102.0),
        ("signpost_log_unreadable_lines_total", 2.0),
    ];
    check(&text, &rows);
}

#[test]
fn the_delay_is_since_the_latest_line_and_since_the_start_before_the_first() {
    let (figures, measures) = measures();
    for (name, seconds, expected) in [
        ("no line", None, 0.0..=60.0),
        ("a line of now", Some(0), 0.0..=60.0),
        ("a line of an hour ago", Some(-3_600), 3_600.0..=3_660.0),
        ("a line of later", Some(3_600), 0.0..=0.0),
    ] {
        let now = OffsetDateTime::now_utc();
        if let Some(seconds) = seconds {
            measures.note_time(now + time::Duration::seconds(seconds));
        }
        let delay = value(&figures.to_text().unwrap(), "signpost_log_delay_seconds");
        assert!(expected.contains(&delay), "{name}: {delay}");
    }
}

#[test]
fn names_without_end_make_series_with_an_end() {
    let (figures, measures) = measures();
    let one = Figures {
        redirects: 1,
        ..Figures::default()
    };
    for number in 0..1_000 {
        let name = format!("{number}{}", "x".repeat(1_000));
        for scope in [
            Scope::EdgeLocation(name.clone()),
            Scope::Route(name.clone()),
            Scope::Target(name.clone()),
        ] {
            measures.add(&scope, &one);
        }
        measures.add_reason(&name, 1);
    }
    let text = figures.to_text().unwrap();
    for (family, label, most, per_name) in [
        (
            "signpost_edge_location_requests_total",
            "edge_location",
            512,
            4,
        ),
        ("signpost_route_requests_total", "route", 128, 4),
        ("signpost_target_requests_total", "target", 64, 4),
        ("signpost_target_repeats_total", "target", 64, 1),
        ("signpost_origin_requests_total", "reason", 64, 1),
    ] {
        let series = text
            .lines()
            .filter(|line| line.starts_with(&format!("{family}{{")));
        let series: Vec<_> = series.collect();
        // The first ones, and all others together.
        assert_eq!(series.len(), (most + 1) * per_name, "{family}");
        assert!(series.iter().all(|line| line.len() < 200), "{family}");
        let others = format!("{label}=\"other\"");
        let others = series.iter().filter(|line| line.contains(&others));
        let others: f64 = others
            .map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap())
            .sum();
        let expected = if family.contains("repeats") {
            0
        } else {
            1_000 - most
        };
        let expected = f64::from(u16::try_from(expected).unwrap());
        assert!((others - expected).abs() < 1e-9, "{family}: {others}");
    }
}
