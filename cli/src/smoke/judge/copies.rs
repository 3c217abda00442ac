//! Compares what several servers have as one file.

use std::collections::BTreeMap;

use crate::smoke::judge::finding::Finding;
use crate::smoke::judge::stage::Stage;
use crate::smoke::judge::verdict::Verdict;

/// Finds the copies that are not like most of their file, or that a target lacks although there is one. If
/// as many are alike, those like the first are right. Files with a known SHA-256 are compared with it instead.
pub(crate) fn compare(verdicts: &mut [Verdict]) {
    let mut copies: BTreeMap<_, Vec<Copy>> = BTreeMap::new();
    for verdict in verdicts.iter().filter(|verdict| is_compared(verdict)) {
        if let Some(file) = verdict.file.as_ref().filter(|_| verdict.is_good()) {
            let of_file = copies.entry(verdict.probe.file.clone()).or_default();
            of_file.push(Copy {
                server: verdict.server(),
                sha256: file.sha256.clone(),
            });
        }
    }
    for verdict in verdicts.iter_mut().filter(|verdict| is_compared(verdict)) {
        let of_file = copies.get(&verdict.probe.file).map(Vec::as_slice);
        let Some(right) = of_file.and_then(usual) else {
            continue;
        };
        let server = verdict.server();
        if verdict.missing && verdict.target.is_some() {
            verdict.missing = false;
            let words = format!("{server} lacks a file that {} has", right.server);
            verdict.failed(Stage::CdnStatus, words);
        } else if let Some(file) = verdict.file.as_ref().filter(|_| verdict.is_good()) {
            let words = format!("{server} serves another file than {}", right.server);
            let (expected, received) = (Some(&*right.sha256), Some(&*file.sha256));
            let found = Finding::difference(Stage::CdnContent, words, expected, received);
            verdict.findings.extend(found);
        }
    }
}

/// A file as a server has it.
struct Copy {
    server: String,
    sha256: String,
}

/// The first of the copies of which most are alike.
fn usual(copies: &[Copy]) -> Option<&Copy> {
    let alike = |copy: &Copy| copies.iter().filter(|it| it.sha256 == copy.sha256).count();
    // Of equals, `max_by_key` takes the last.
    copies.iter().rev().max_by_key(|copy| alike(copy))
}

/// Where the edge leads to no target, it is the edge that is wrong.
fn is_compared(verdict: &Verdict) -> bool {
    let probe = &verdict.probe;
    let is_astray = probe.expected.redirect().is_some() && verdict.target.is_none();
    !probe.file.is_empty() && probe.checksum.is_none() && !is_astray
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::smoke::judge::finding::Received;
    use crate::smoke::judge::verdict::Verdict;
    use crate::smoke::report::tests::report;

    /// What a server says of a file: its bytes, another status, or that it may be missing and is.
    #[derive(Clone, Copy)]
    enum Says {
        Serves(&'static str),
        Fails,
        Lacks,
    }

    fn verdict(file: &str, says: Says) -> Verdict {
        let mut verdict = report().verdicts.remove(0);
        verdict.probe.file = file.to_owned();
        verdict.target = Some("eu".to_owned());
        let (status, sha256) = match says {
            Says::Serves(sha256) => (200, sha256),
            Says::Fails | Says::Lacks => (404, ""),
        };
        verdict.missing = matches!(says, Says::Lacks);
        verdict.file = Some(Received {
            status,
            sha256: sha256.to_owned(),
            ..Received::default()
        });
        verdict
    }

    #[test]
    fn copies_are_compared_with_what_most_are() {
        use Says::{Fails, Lacks, Serves};

        let rows = [
            ("the same", [Serves("a"), Serves("a"), Serves("a")], [""; 3]),
            (
                "one differs",
                [Serves("a"), Serves("b"), Serves("a")],
                ["", "another file", ""],
            ),
            (
                "the first fails",
                [Fails, Serves("b"), Serves("a")],
                ["", "", "another file"],
            ),
            (
                "the first is missing",
                [Lacks, Serves("a"), Serves("a")],
                ["lacks a file", "", ""],
            ),
            (
                "the first differs",
                [Serves("b"), Serves("a"), Serves("a")],
                ["another file", "", ""],
            ),
            ("all are missing", [Lacks; 3], [""; 3]),
        ];
        for (row, says, words) in rows {
            let mut verdicts = says.map(|says| verdict("https://a.example/x", says));
            compare(&mut verdicts);
            for (verdict, words) in verdicts.iter().zip(words) {
                let found: Vec<_> = verdict.findings.iter().map(|it| &*it.message).collect();
                assert_eq!(
                    found.len(),
                    usize::from(!words.is_empty()),
                    "{row}: {found:?}"
                );
                assert!(found.concat().contains(words), "{row}: {found:?}");
            }
        }
        let mut others = [verdict("", Serves("a")), verdict("", Serves("b"))];
        compare(&mut others);
        assert!(others.iter().all(Verdict::passed));
    }
}
