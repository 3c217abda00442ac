//! The outcome of a probe.

use std::time::Duration;

use crate::smoke::ask::answered::Answered;
use crate::smoke::ask::cached::Cached;
use crate::smoke::ask::heard::at;
use crate::smoke::gather::probes::{Kind, Probe};
use crate::smoke::gather::redirect::Redirect;
use crate::smoke::judge::content;
use crate::smoke::judge::elsewhere::{Asked, Elsewhere};
use crate::smoke::judge::finding::{Finding, Received};
use crate::smoke::judge::mismatch::shown;
use crate::smoke::judge::stage::{Column, Stage};

/// A probe, what was tried, and all that was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) probe: Probe,
    pub(crate) tried: Vec<Column>,
    /// In the order in which they were found.
    pub(crate) findings: Vec<Finding>,
    /// How many of them, the first ones, are the edge's, if the probe asks the edge and a target alike.
    pub(crate) of_edge: usize,
    /// What works, and could be better.
    pub(crate) notices: Vec<String>,
    /// Each answer that named another target than the first of the file, and may.
    pub(crate) elsewhere: Vec<Elsewhere>,
    /// The target that was asked for the file; nothing for a server that is not a target.
    pub(crate) target: Option<String>,
    /// The answer of the location.
    pub(crate) file: Option<Received>,
    pub(crate) followed: bool,
    /// Whether the file is missing, and may be.
    pub(crate) missing: bool,
    /// How long the exchanges took, without waiting for their turns.
    pub(crate) time: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Passed,
    Failed,
    NotTried,
}

impl Verdict {
    /// The verdict before anything was tried.
    pub(crate) fn new(probe: Probe) -> Self {
        Self {
            probe,
            tried: Vec::new(),
            findings: Vec::new(),
            of_edge: 0,
            notices: Vec::new(),
            elsewhere: Vec::new(),
            target: None,
            file: None,
            followed: false,
            missing: false,
            time: Duration::ZERO,
        }
    }

    /// The verdict if all is right, whose file has a few bytes: from it follows what else is asked.
    pub(crate) fn right(probe: Probe) -> Self {
        let target = probe.expected.redirect().map(Redirect::first);
        Self {
            target: target.map(|target| target.name.clone()),
            file: Some(Received {
                status: 200,
                beginning: vec![0; 10],
                ..Received::default()
            }),
            ..Self::new(probe)
        }
    }

    pub(crate) fn failed(&mut self, stage: Stage, message: impl Into<String>) {
        self.findings.push(Finding::new(stage, message));
    }

    pub(crate) fn notice(&mut self, message: impl AsRef<str>) {
        self.notices.push(shown(message.as_ref()));
    }

    /// Notes an answer that names another target than the first.
    pub(crate) fn note_target(&mut self, asked: Asked, expected: &Redirect, answered: &Answered) {
        let elsewhere = expected.elsewhere(answered);
        let elsewhere = elsewhere.map(|(target, when)| Elsewhere {
            asked,
            target: target.name.clone(),
            instead_of: expected.first().name.clone(),
            when,
        });
        self.elsewhere.extend(elsewhere);
    }

    /// Compares a file with its checksum. Without one, judges whether it is a file of its kind.
    pub(crate) fn compare(&mut self, server: &str, received: &Received) {
        if content::is_never_empty(&self.probe.extension) && received.bytes == 0 {
            self.failed(Stage::CdnBody, format!("{server} serves an empty file"));
        }
        let Some(checksum) = &self.probe.checksum else {
            let found = content::check(server, &self.probe.extension, received);
            self.findings.extend(found);
            return;
        };
        self.tried.push(Column::Checksum);
        self.findings.extend(Finding::difference(
            Stage::Checksum,
            format!("{server} serves another file: its SHA-256 differs"),
            Some(checksum.as_str()),
            Some(&received.sha256),
        ));
    }

    /// Judges whether a file that no cache should have came from none.
    pub(crate) fn note_cache(&mut self) {
        let Some(file) = self.file.as_ref().filter(|_| self.probe.kind == Kind::Cold) else {
            return;
        };
        let request = &self.probe.request;
        match file.cached {
            Some(Cached::Miss) => {}
            Some(Cached::Hit) => {
                let words = format!(
                    "{request} came from a cache, so that nothing is known of what no cache has: the CDN does not keep files apart by this query; name another, or a file that no cache has with --files"
                );
                self.failed(Stage::CdnLoop, words);
            }
            None => self.notice(format!(
                "{request} may have come from a cache: no header says so or not"
            )),
        }
    }

    /// Compares the two checksums of a file, if two of the list, the lock file and the index have one.
    pub(crate) fn compare_checksums(&mut self) {
        let Probe {
            checksum: Some(checksum),
            other_checksum: Some(other),
            ..
        } = &self.probe
        else {
            return;
        };
        self.tried.push(Column::Checksum);
        self.findings.extend(Finding::difference(
            Stage::Checksum,
            "two of --files, the lock file and the index have different SHA-256 for this file",
            Some(checksum.as_str()),
            Some(other.as_str()),
        ));
    }

    pub(crate) fn passed(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn is_served(&self) -> bool {
        let file = self.file.as_ref();
        file.is_some_and(|file| file.status == 200)
    }

    /// Whether a file was served, and nothing is wrong with it, whatever is wrong with the way to it.
    pub(crate) fn is_good(&self) -> bool {
        let mut columns = [Column::File, Column::Checksum].into_iter();
        self.is_served() && columns.all(|column| self.cell(column) != Cell::Failed)
    }

    /// What failures call the server that was asked for the file.
    pub(crate) fn server(&self) -> String {
        let redirect = self.probe.expected.redirect();
        let mut targets = redirect.into_iter().flat_map(Redirect::targets);
        let target = targets.find(|at| Some(&at.name) == self.target.as_ref());
        let server = target.map_or_else(|| "the origin".to_owned(), ToString::to_string);
        at(&server, self.file.as_ref().and_then(|file| file.address))
    }

    pub(crate) fn cell(&self, column: Column) -> Cell {
        let mut stages = self.findings.iter().map(|finding| finding.stage);
        if stages.any(|stage| stage.column() == column) {
            Cell::Failed
        } else if self.tried.contains(&column) {
            Cell::Passed
        } else {
            Cell::NotTried
        }
    }
}
