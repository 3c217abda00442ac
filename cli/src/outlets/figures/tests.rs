mod deployed;
mod promql;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use signpost_testbed::{assert_table, is_installed};
use time::OffsetDateTime;

use super::{Figures, Part, Tally};
use crate::outlets::notification::tests::{alarm, end};

/// A metric as Prometheus gets it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Exposed {
    kind: String,
    labels: BTreeSet<String>,
    help: String,
}

/// Figures of every kind.
fn every() -> Figures {
    let figures = Figures::new(&["SignpostProofRefused"]).unwrap();
    let tally = Tally {
        redirects: 90,
        preflights: 1,
        origin: 8,
        other: 1,
        not_redirected: 2,
        compared: 80,
        repeats: 4,
    };
    for part in [
        Part::All,
        Part::EdgeLocation("FRA"),
        Part::Route("download"),
        Part::Target("cdn"),
    ] {
        figures.add(part, &tally);
    }
    figures.add_reason("switch-off", 8);
    figures.add_refusals(1);
    figures.note_limit(0.5);
    figures.note_lines(102, 2);
    figures.note_time(OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap());
    figures.note(&alarm(1, None));
    figures.alertmanager_failed();
    figures
}

/// Every metric that the exporter has.
pub(super) fn exposed() -> BTreeMap<String, Exposed> {
    let mut metrics: BTreeMap<String, Exposed> = BTreeMap::new();
    for line in every().to_text().unwrap().lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap();
            metrics.entry(name.to_owned()).or_default().help = help.to_owned();
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            metrics.entry(name.to_owned()).or_default().kind = kind.to_owned();
        } else if !line.starts_with('#') {
            let used = promql::read(line.rsplit_once(' ').unwrap().0);
            for (name, labels) in used.metrics {
                let metric = metrics.get_mut(&name).unwrap_or_else(|| panic!("{line}"));
                metric.labels.extend(labels);
            }
        }
    }
    metrics
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
    let text = every().to_text().unwrap();
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
        ("signpost_refusals_total", 1.0),
        ("signpost_repeat_ratio_limit", 0.5),
        ("signpost_log_lines_total", 102.0),
        ("signpost_log_unreadable_lines_total", 2.0),
        ("signpost_log_last_line_timestamp_seconds", 1.7e9),
        // There from the start, so that Prometheus sees it grow.
        (
            r#"signpost_alarms_total{alarm="SignpostProofRefused",scope="all"}"#,
            0.0,
        ),
        (
            r#"signpost_open_alarms{alarm="SignpostDownloadsRepeat",scope="all"}"#,
            1.0,
        ),
    ];
    check(&text, &rows);
}

#[test]
fn counters_never_go_down_and_open_alarms_do() {
    let figures = every();
    figures.note_lines(50, 1);
    figures.note(&end(&alarm(1, None)));
    let text = figures.to_text().unwrap();
    let rows = [
        ("signpost_log_lines_total", 102.0),
        (
            r#"signpost_alarms_total{alarm="SignpostDownloadsRepeat",scope="all"}"#,
            1.0,
        ),
        (
            r#"signpost_open_alarms{alarm="SignpostDownloadsRepeat",scope="all"}"#,
            0.0,
        ),
    ];
    check(&text, &rows);
}

#[test]
fn the_delay_is_since_the_latest_line_and_since_the_start_before_the_first() {
    let figures = Figures::new(&[]).unwrap();
    for (name, seconds, expected) in [
        ("no line", None, 0.0..=60.0),
        ("a line of now", Some(0), 0.0..=60.0),
        ("a line of an hour ago", Some(-3_600), 3_600.0..=3_660.0),
        ("a line of later", Some(3_600), 0.0..=0.0),
    ] {
        let now = OffsetDateTime::now_utc();
        if let Some(seconds) = seconds {
            figures.note_time(now + time::Duration::seconds(seconds));
        }
        let delay = value(&figures.to_text().unwrap(), "signpost_log_delay_seconds");
        assert!(expected.contains(&delay), "{name}: {delay}");
    }
}

#[test]
fn names_without_end_make_series_with_an_end() {
    let figures = Figures::new(&[]).unwrap();
    let tally = Tally {
        redirects: 1,
        ..Tally::default()
    };
    for number in 0..1_000 {
        let name = format!("{number}{}", "x".repeat(1_000));
        for part in [
            Part::EdgeLocation(&name),
            Part::Route(&name),
            Part::Target(&name),
        ] {
            figures.add(part, &tally);
        }
        figures.add_reason(&name, 1);
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

#[test]
fn promtool_finds_nothing_wrong_with_the_metrics() {
    if !is_installed("promtool") {
        return;
    }
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = promtool.stdin.take().unwrap();
    input
        .write_all(every().to_text().unwrap().as_bytes())
        .unwrap();
    drop(input);
    let output = promtool.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && errors.is_empty(), "{errors}");
}

#[test]
fn the_page_for_operators_lists_every_metric() {
    let rows = exposed().into_iter().map(|(name, exposed)| {
        let labels: Vec<_> = exposed
            .labels
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        [
            format!("`{name}`"),
            exposed.kind,
            labels.join(", "),
            exposed.help,
        ]
    });
    let rows: Vec<_> = rows.collect();
    let titles = ["metric", "type", "labels", "meaning"];
    assert_table("docs/operating.md", "### Metrics", titles, &rows);
}
