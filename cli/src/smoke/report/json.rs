//! The report for programs.

use std::net::SocketAddr;

use serde::Serialize;

use crate::smoke::gather::package::Checksum;
use crate::smoke::gather::probes::Kind;
use crate::smoke::judge::elsewhere::Elsewhere;
use crate::smoke::judge::finding::{Finding, Received};
use crate::smoke::judge::verdict::Verdict;
use crate::smoke::report::targets::Downloads;
use crate::smoke::report::{Report, Totals};

/// The report as JSON. Scripts rely on its fields.
pub(crate) fn json(report: &Report) -> impl Serialize {
    Json {
        report,
        notes: report.all_notes(),
        totals: report.totals(),
        targets: report.downloads(),
        verdicts: report.verdicts.iter().map(JsonVerdict::of).collect(),
    }
}

/// The verdicts that failed, as the report has them.
pub(crate) fn failed(report: &Report) -> Vec<JsonVerdict<'_>> {
    let failed = report.verdicts.iter().filter(|verdict| !verdict.passed());
    failed.map(JsonVerdict::of).collect()
}

#[derive(Serialize)]
struct Json<'r> {
    #[serde(flatten)]
    report: &'r Report,
    notes: Vec<String>,
    #[serde(flatten)]
    totals: Totals,
    targets: Vec<Downloads<'r>>,
    verdicts: Vec<JsonVerdict<'r>>,
}

/// A probe: the answer expected of a first attempt, the target that was asked for the file, answers
/// that named another target, the file, and all findings.
#[derive(Serialize)]
pub(crate) struct JsonVerdict<'r> {
    kind: Kind,
    route: &'r str,
    request: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<SocketAddr>,
    passed: bool,
    milliseconds: u128,
    missing: bool,
    decision: Option<String>,
    location: Option<&'r str>,
    target: Option<&'r str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    elsewhere: &'r [Elsewhere],
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<JsonFile<'r>>,
    findings: &'r [Finding],
}

/// The answer of the location.
#[derive(Serialize)]
struct JsonFile<'r> {
    #[serde(flatten)]
    received: &'r Received,
    expected_sha256: Option<&'r str>,
}

impl<'r> JsonVerdict<'r> {
    fn of(verdict: &'r Verdict) -> Self {
        let probe = &verdict.probe;
        let file = verdict.file.as_ref().map(|file| JsonFile {
            received: file,
            expected_sha256: probe.checksum.as_ref().map(Checksum::as_str),
        });
        Self {
            kind: probe.kind,
            route: &probe.route,
            request: &probe.request,
            address: probe.address,
            passed: verdict.passed(),
            milliseconds: verdict.time.as_millis(),
            missing: verdict.missing,
            decision: probe.expected.decision(),
            location: probe.expected.location(),
            target: verdict.target.as_deref(),
            elsewhere: &verdict.elsewhere,
            file,
            findings: &verdict.findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::json;
    use crate::smoke::report::tests::report;

    #[test]
    fn programs_see_the_same() {
        insta::assert_json_snapshot!(json(&report()), @r#"
        {
          "edge": "https://crates.io",
          "revision": "0123456789ab",
          "switch": "off",
          "detours": [
            "crates.io:443 at 127.0.0.1:443"
          ],
          "user_agent": "signpost-smoke/0.1.0 (run 3f2a9c41d0e7b586)",
          "requests": 7,
          "notes": [
            "two were left out"
          ],
          "probes": 2,
          "passed": 1,
          "failed": 1,
          "redirects_followed": 1,
          "files_compared": 0,
          "files_not_compared": 0,
          "files_missing": 0,
          "targets": [],
          "verdicts": [
            {
              "kind": "example",
              "route": "download",
              "request": "/api/v1/crates/a/0.1.1/download",
              "passed": true,
              "milliseconds": 12,
              "missing": false,
              "decision": "origin;reason=\"switch-off\"",
              "location": null,
              "target": null,
              "findings": []
            },
            {
              "kind": "example",
              "route": "download",
              "request": "/api/v1/crates/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/0.1.1/download",
              "passed": false,
              "milliseconds": 7,
              "missing": false,
              "decision": "origin;reason=\"switch-off\"",
              "location": null,
              "target": null,
              "findings": [
                {
                  "stage": "location",
                  "message": "`location` differs",
                  "expected": "https://static.crates.io/crates/a",
                  "received": "https://static.crates.iocrates/a",
                  "differs_at": 24
                },
                {
                  "stage": "cdn-status",
                  "message": "the target `eu` (https://eu.example) answered 403 Forbidden"
                }
              ]
            }
          ]
        }
        "#);
    }
}
