//! The report of a smoke test, for people.

pub(crate) mod grid;
pub(crate) mod json;
pub(crate) mod junit;
mod notes;
mod table;
pub(crate) mod targets;

use std::fmt::{self, Write as _};

use serde::Serialize;
use signpost_logs::text::counted;

use self::grid::{GREEN, RED};
use self::table::Table;
use self::targets::{Downloads, RouteTarget};
use crate::smoke::ask::certificates::Certificate;
use crate::smoke::judge::verdict::Verdict;

/// The outcome of all probes, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    pub(crate) edge: String,
    pub(crate) revision: String,
    /// The position for which answers were expected.
    pub(crate) switch: String,
    pub(crate) detours: Vec<String>,
    /// Finds the run in the edge's log.
    pub(crate) user_agent: String,
    /// How many requests were sent, those before the probes among them.
    pub(crate) requests: usize,
    /// What was left out or repeated, and why.
    #[serde(skip)]
    pub(crate) notes: Vec<String>,
    /// The targets of routes with several.
    #[serde(skip)]
    pub(crate) targets: Vec<RouteTarget>,
    #[serde(skip)]
    pub(crate) verdicts: Vec<Verdict>,
    /// The certificate of each host that ends first.
    #[serde(skip)]
    pub(crate) certificates: Vec<(String, Certificate)>,
}

/// How many probes and files there were of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Totals {
    pub(crate) probes: usize,
    passed: usize,
    pub(crate) failed: usize,
    redirects_followed: usize,
    /// Compared with their SHA-256.
    files_compared: usize,
    /// Served, but of unknown SHA-256.
    files_not_compared: usize,
    /// Missing, as they may be.
    files_missing: usize,
}

impl Report {
    pub(crate) fn totals(&self) -> Totals {
        let count = |is_counted: fn(&Verdict) -> bool| {
            let verdicts = self.verdicts.iter();
            verdicts.filter(|verdict| is_counted(verdict)).count()
        };
        Totals {
            probes: self.verdicts.len(),
            passed: count(Verdict::passed),
            failed: count(|verdict| !verdict.passed()),
            redirects_followed: count(|verdict| verdict.followed),
            files_compared: count(|it| it.is_served() && it.probe.checksum.is_some()),
            files_not_compared: count(|it| it.is_served() && it.probe.checksum.is_none()),
            files_missing: count(|verdict| verdict.missing),
        }
    }

    /// The downloads from each target of routes with several.
    pub(crate) fn downloads(&self) -> Vec<Downloads<'_>> {
        let targets = self.targets.iter();
        targets
            .map(|target| target.downloads(&self.verdicts))
            .collect()
    }

    pub(crate) fn all_notes(&self) -> Vec<String> {
        let refused = notes::refused_by_next(&self.verdicts);
        let elsewhere = notes::elsewhere(&self.verdicts);
        let notices = self.verdicts.iter().flat_map(|verdict| &verdict.notices);
        let notes = self.notes.iter().chain(notices).cloned();
        notes.chain(refused).chain(elsewhere).collect()
    }
}

/// The table, every failure in full, and the summary last.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (edge, revision, switch) = (&self.edge, &self.revision, &self.switch);
        writeln!(f, "{edge}, configuration {revision}, switch {switch}")?;
        for detour in &self.detours {
            writeln!(f, "with {detour}")?;
        }
        writeln!(f, "as {}", self.user_agent)?;
        write!(f, "\n{}", Table(&self.verdicts))?;
        for verdict in self.verdicts.iter().filter(|verdict| !verdict.passed()) {
            let probe = &verdict.probe;
            writeln!(
                f,
                "\n{RED}FAILED{RED:#} {} {}: {}",
                probe.kind.name(),
                probe.route,
                probe.shown()
            )?;
            write!(f, "{}", details(verdict))?;
        }
        writeln!(f)?;
        for note in self.all_notes() {
            writeln!(f, "note: {note}")?;
        }
        for downloads in self.downloads() {
            writeln!(f, "{downloads}")?;
        }
        let Totals {
            probes,
            passed,
            failed,
            redirects_followed: followed,
            files_compared: compared,
            files_not_compared,
            files_missing,
        } = self.totals();
        let requests = counted(self.requests as u64, "request");
        write!(
            f,
            "{requests}, {followed} redirects followed, {compared} files compared with their SHA-256"
        )?;
        for (count, words) in [
            (files_not_compared, "not compared, their SHA-256 unknown"),
            (files_missing, "missing, as --missing allows"),
        ] {
            if count > 0 {
                write!(f, ", {count} {words}")?;
            }
        }
        let style = if failed == 0 { GREEN } else { RED };
        writeln!(
            f,
            "\n{style}{probes} probes, {passed} passed, {failed} failed{style:#}"
        )
    }
}

/// The findings of a verdict, with their stages.
pub(crate) fn details(verdict: &Verdict) -> String {
    let mut text = String::new();
    for finding in &verdict.findings {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  [{}] {}", finding.stage.code(), finding.message);
        if let Some(mismatch) = &finding.mismatch {
            for line in mismatch.to_string().lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::Report;
    use crate::smoke::gather::expected::Expected;
    use crate::smoke::gather::probes::{Kind, Probe};
    use crate::smoke::judge::finding::Finding;
    use crate::smoke::judge::stage::{Column, Stage};
    use crate::smoke::judge::verdict::Verdict;

    /// A report of one probe that passed and one that failed twice.
    pub(crate) fn report() -> Report {
        let probe = |request: &str| Probe {
            kind: Kind::Example,
            route: "download".to_owned(),
            request: request.to_owned(),
            expected: Expected::Origin {
                decision: "origin;reason=\"switch-off\"".to_owned(),
            },
            checksum: None,
            other_checksum: None,
            address: None,
            file: String::new(),
            extension: "crate".to_owned(),
            may_be_missing: false,
            is_at_origin: true,
        };
        let passed = Verdict {
            tried: vec![Column::Answer, Column::Head],
            time: Duration::from_millis(12),
            ..Verdict::new(probe("/api/v1/crates/a/0.1.1/download"))
        };
        let difference = Finding::difference(
            Stage::Location,
            "`location` differs",
            Some("https://static.crates.io/crates/a"),
            Some("https://static.crates.iocrates/a"),
        );
        let words = Finding::new(
            Stage::CdnStatus,
            "the target `eu` (https://eu.example) answered 403 Forbidden",
        );
        let path = format!("/api/v1/crates/{}/0.1.1/download", "b".repeat(64));
        let failed = Verdict {
            tried: vec![Column::Answer, Column::File],
            findings: vec![difference.unwrap(), words],
            followed: true,
            time: Duration::from_millis(7),
            ..Verdict::new(probe(&path))
        };
        Report {
            edge: "https://crates.io".to_owned(),
            revision: "0123456789ab".to_owned(),
            switch: "off".to_owned(),
            detours: vec!["crates.io:443 at 127.0.0.1:443".to_owned()],
            user_agent: "signpost-smoke/0.1.0 (run 3f2a9c41d0e7b586)".to_owned(),
            requests: 7,
            notes: vec!["two were left out".to_owned()],
            targets: Vec::new(),
            verdicts: vec![passed, failed],
            certificates: Vec::new(),
        }
    }

    #[test]
    fn people_see_a_table_each_failure_in_full_and_the_summary_last() {
        let shown = anstream::adapter::strip_str(&report().to_string()).to_string();
        insta::assert_snapshot!(shown, @r#"
        https://crates.io, configuration 0123456789ab, switch off
        with crates.io:443 at 127.0.0.1:443
        as signpost-smoke/0.1.0 (run 3f2a9c41d0e7b586)

        result  probe    route     request                                                           answer  head  json  file    sha-256  time
        ok      example  download  /api/v1/crates/a/0.1.1/download                                   ok      ok    -     -       -        12 ms
        FAILED  example  download  /api/v1/crates/bbbbbbbbbbbbbbbbb…bbbbbbbbbbbbbbbb/0.1.1/download  FAILED  -     -     FAILED  -        7 ms

        FAILED example download: /api/v1/crates/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/0.1.1/download
          [location] `location` differs
            expected https://static.crates.io/crates/a
            received https://static.crates.iocrates/a
                                             ^ differs here
          [cdn-status] the target `eu` (https://eu.example) answered 403 Forbidden

        note: two were left out
        7 requests, 1 redirects followed, 0 files compared with their SHA-256
        2 probes, 1 passed, 1 failed
        "#);
    }
}
