//! The report for programs.

use serde::Serialize;

use crate::smoke::gather::package::Checksum;
use crate::smoke::judge::finding::Received;
use crate::smoke::parity::answers::Aspect;
use crate::smoke::parity::certificates::Shown;
use crate::smoke::parity::compare::Compared;
use crate::smoke::parity::copy::Copy;
use crate::smoke::parity::groups::Group;
use crate::smoke::parity::report::Report;

/// The report as JSON. Scripts rely on its fields.
pub(crate) fn json(report: &Report) -> impl Serialize {
    Json {
        edge: &report.edge,
        revision: &report.revision,
        detours: &report.detours,
        user_agent: &report.user_agent,
        notes: &report.notes,
        targets: report.targets().into_iter().collect(),
        differences: report.differences(),
        certificates: &report.certificates,
        files: report.files.iter().map(JsonFile::of).collect(),
    }
}

#[derive(Serialize)]
struct Json<'r> {
    edge: &'r str,
    revision: &'r str,
    detours: &'r [String],
    user_agent: &'r str,
    notes: &'r [String],
    targets: Vec<&'r str>,
    differences: Vec<Group>,
    certificates: &'r [Shown],
    files: Vec<JsonFile<'r>>,
}

#[derive(Serialize)]
struct JsonFile<'r> {
    route: &'r str,
    request: &'r str,
    expected_sha256: Option<&'r str>,
    copies: Vec<JsonCopy<'r>>,
}

/// A target's copy of a file. What was not asked for is `null`.
#[derive(Serialize)]
struct JsonCopy<'r> {
    target: &'r str,
    location: &'r str,
    /// The columns that differ.
    differs: Vec<Aspect>,
    file: Option<&'r Received>,
    cors: Option<&'r str>,
    range: Option<&'r str>,
    head: Option<&'r str>,
}

impl<'r> JsonFile<'r> {
    fn of(file: &'r Compared) -> Self {
        let probe = &file.probe;
        Self {
            route: &probe.route,
            request: &probe.request,
            expected_sha256: probe.checksum.as_ref().map(Checksum::as_str),
            copies: file.copies.iter().map(JsonCopy::of).collect(),
        }
    }
}

impl<'r> JsonCopy<'r> {
    fn of(copy: &'r Copy) -> Self {
        let mut differs: Vec<_> = copy.differences.iter().map(|it| it.aspect).collect();
        differs.sort();
        differs.dedup();
        Self {
            target: &copy.at.name,
            location: &copy.at.location,
            differs,
            file: copy.received.as_ref(),
            cors: copy.value(Aspect::Cors),
            range: copy.value(Aspect::Range),
            head: copy.value(Aspect::Head),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::json;
    use crate::smoke::parity::certificates::Shown;
    use crate::smoke::parity::report::Report;
    use crate::smoke::parity::samples::{FILE, answers, compared, probe, unreached, without};

    /// A file that the first target lacks, and one for which the second cannot be reached.
    fn report() -> Report {
        let missing = vec![without(404), answers(FILE)];
        let unreached = vec![answers(FILE), unreached()];
        Report {
            edge: "https://crates.io".to_owned(),
            revision: "0123456789ab".to_owned(),
            detours: Vec::new(),
            user_agent: "signpost-smoke/0.1.0 (run 3f2a9c41d0e7b586)".to_owned(),
            notes: vec!["two were left out".to_owned()],
            files: vec![
                compared(probe(Some(FILE), false), missing),
                compared(probe(None, false), unreached),
            ],
            certificates: vec![Shown {
                host: "static.example".to_owned(),
                days_left: Some(13),
                finding: Some("the certificate of static.example ends".to_owned()),
            }],
        }
    }

    #[test]
    fn programs_see_every_copy_and_the_differences() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&json(&report())).unwrap());
    }

    #[test]
    fn what_differs_is_red_and_marked() {
        let shown = report().to_string();
        insta::assert_snapshot!(shown.replace('\u{1b}', "ESC"));
    }
}
