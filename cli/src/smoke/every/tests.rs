//! A round and its alarms as people, programs and Prometheus get them.

use std::time::Duration;

use signpost_logs::log::Time;
use signpost_testbed::rows;
use time::OffsetDateTime;

use super::alarms::Alarms;
use super::found::{Cause, Found};
use super::measures::Measures;
use super::place::{Place, Places};
use super::round::Round;
use super::text;
use crate::file::Loaded;
use crate::outlets;
use crate::output::Failure;
use crate::small::small;
use crate::smoke::ask::certificates::Certificate;
use crate::smoke::gather::probes::Probe;
use crate::smoke::judge::stage::Stage;
use crate::smoke::judge::verdict::Verdict;
use crate::smoke::report::Report;
use crate::smoke::report::tests::report;

const BEGAN: i64 = 1_795_763_901;

fn places() -> Places {
    let loaded = Loaded::of(&small(&[("eu", 1), ("us", 1)], &[], ""));
    Places::of(&"https://crates.io".parse().unwrap(), loaded.config())
}

fn round(report: Result<Report, Failure>) -> Round {
    Round {
        began: OffsetDateTime::from_unix_timestamp(BEGAN).unwrap(),
        took: Duration::from_millis(2_900),
        report,
    }
}

/// A report in which the target `eu` has failed, and a certificate ends.
fn failed() -> Report {
    let mut report = report();
    report.verdicts[1].target = Some("eu".to_owned());
    let mut certificate = Verdict::new(Probe::of_certificate("eu.example"));
    certificate.failed(Stage::Certificate, "the certificate of eu.example ends");
    report.verdicts.push(certificate);
    let end = OffsetDateTime::from_unix_timestamp(BEGAN + 86_400).unwrap();
    let hosts = ["eu.example", "elsewhere.example"];
    report.certificates = hosts
        .map(|host| {
            let certificate = Certificate {
                end: Some(end),
                address: None,
            };
            (host.to_owned(), certificate)
        })
        .to_vec();
    report
}

fn passed() -> Report {
    let mut report = report();
    report.verdicts.truncate(1);
    report
}

fn failure() -> Failure {
    Failure::new("cannot read https://index.crates.io/se/rd/serde: it answered 503")
}

/// The figures after these rounds.
fn figures(rounds: &[Round]) -> String {
    let names = [Cause::SmokeFailed, Cause::CertificateEnds].map(Cause::name);
    let figures = outlets::Figures::new(&names).unwrap();
    let places = places();
    let started = OffsetDateTime::from_unix_timestamp(BEGAN).unwrap();
    let every = Duration::from_mins(1);
    let measures = Measures::new(figures.registry(), &places, every, started).unwrap();
    for round in rounds {
        let found = Found::of(round.report.as_ref(), &places);
        measures.note(round, &found, &places);
    }
    figures.to_text().unwrap()
}

/// Figures of every kind, as Prometheus gets them.
pub(crate) fn every() -> String {
    figures(&[round(Ok(failed()))])
}

#[test]
fn a_round_is_a_line_and_an_alarm_another() {
    let shown = |report| {
        let round = round(report);
        let time = Time::from(round.began);
        let found = Found::of(round.report.as_ref(), &places());
        let mut lines = text::round(time, &round, &found);
        let mut alarms = Alarms::new(1.try_into().unwrap());
        for alarm in alarms.note(time, &found) {
            lines += &text::alarm(&alarm);
        }
        let later = Time::from(round.began + Duration::from_mins(2));
        let fine = Found::of(Ok(&passed()), &places());
        for alarm in alarms.note(later, &fine) {
            lines += &text::alarm(&alarm);
        }
        anstream::adapter::strip_str(&lines).to_string()
    };
    insta::assert_snapshot!(shown(Ok(passed())), @"2026-11-27T07:18:21Z  ok 1 probe in 2.9 s");
    insta::assert_snapshot!(shown(Ok(failed())), @r"
    2026-11-27T07:18:21Z  FAILED 2 of 3 probes in 2.9 s: edge location (1), target eu cdn-status (1), target eu certificate (1)
    2026-11-27T07:18:21Z  ALARM 1: edge: location (1), first: /api/v1/crates/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/0.1.1/download: `location` differs: expected https://static.crates.io/crates/a, received https://static.crates.iocrates/a
    2026-11-27T07:18:21Z  ALARM 2: target eu: cdn-status (1), first: the target `eu` (https://eu.example) answered 403 Forbidden
    2026-11-27T07:18:21Z  ALARM 3: target eu: certificate (1), first: the certificate of eu.example ends
    2026-11-27T07:20:21Z  alarm 1 has ended after 2m: edge
    2026-11-27T07:20:21Z  alarm 2 has ended after 2m: target eu
    2026-11-27T07:20:21Z  alarm 3 has ended after 2m: target eu
    ");
    insta::assert_snapshot!(shown(Err(failure())), @r"
    2026-11-27T07:18:21Z  FAILED in 2.9 s: cannot read https://index.crates.io/se/rd/serde: it answered 503
    2026-11-27T07:18:21Z  ALARM 1: all: cannot read https://index.crates.io/se/rd/serde: it answered 503
    2026-11-27T07:20:21Z  alarm 1 has ended after 2m: all
    ");
}

#[test]
fn what_was_not_asked_is_fine_only_if_nothing_kept_the_test_from_asking() {
    let places = places();
    let mut edge = failed();
    edge.verdicts.truncate(2);
    edge.verdicts[1].target = None;
    let eu = || Place::Target("eu".to_owned());
    let (passed, failed) = (passed(), failed());
    for (row, report, is_eu_fine, is_certificate_fine, is_edge_fine) in [
        ("passed", Ok(&passed), true, true, true),
        ("target failed", Ok(&failed), false, false, false),
        ("edge failed", Ok(&edge), false, false, false),
        ("did not run", Err(&failure()), false, false, false),
    ] {
        let found = Found::of(report, &places);
        let is_fine = |cause: Cause, place| found.is_fine(&cause.at(place));
        assert_eq!(is_fine(Cause::SmokeFailed, eu()), is_eu_fine, "{row}");
        assert_eq!(
            is_fine(Cause::CertificateEnds, eu()),
            is_certificate_fine,
            "{row}"
        );
        assert_eq!(
            is_fine(Cause::SmokeFailed, Place::Edge),
            is_edge_fine,
            "{row}"
        );
    }
}

#[test]
fn figures_are_those_of_the_last_round_and_there_from_the_start() {
    let ok = || round(Ok(passed()));
    let bad = || round(Ok(failed()));
    let broken = || round(Err(failure()));
    let rows = rows::<2>(
        r#"
        signpost_smoke_rounds_total{result="ok"}                                 | 0 1 0 1 1
        signpost_smoke_rounds_total{result="failed"}                             | 0 0 1 1 1
        signpost_smoke_probes                                                    | 0 1 3 1 1
        signpost_smoke_failed_probes                                             | 0 0 2 0 0
        signpost_smoke_failures{scope="target",stage="cdn-status",target="eu"}   | 0 0 1 0 0
        signpost_smoke_failures{scope="target",stage="certificate",target="eu"}  | 0 0 1 0 0
        signpost_smoke_failures{scope="target",stage="cdn-status",target="us"}   | 0 0 0 0 0
        signpost_smoke_failures{scope="edge",stage="location",target=""}         | 0 0 1 0 0
        signpost_smoke_failures{scope="all",stage="",target=""}                  | 0 0 0 0 1
        signpost_smoke_interval_seconds                                          | 60 60 60 60 60
        signpost_smoke_round_duration_seconds                                    | 0 2.9 2.9 2.9 2.9
        signpost_smoke_last_round_timestamp_seconds                              | 1795763901 1795763903.9 1795763903.9 1795763903.9 1795763903.9
        signpost_smoke_certificate_end_timestamp_seconds{host="eu.example"}      | - - 1795850301 1795850301 -
        signpost_smoke_certificate_end_timestamp_seconds{host="elsewhere.example"} | - - - - -
        "#,
    );
    let texts = [
        figures(&[]),
        figures(&[ok()]),
        figures(&[bad()]),
        figures(&[bad(), ok()]),
        figures(&[ok(), broken()]),
    ];
    for [series, expected] in rows {
        for (text, expected) in texts.iter().zip(expected.split(' ')) {
            let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
            let found = lines.find(|(name, _)| *name == series);
            assert_eq!(found.map_or("-", |(_, value)| value), expected, "{series}");
        }
    }
}
