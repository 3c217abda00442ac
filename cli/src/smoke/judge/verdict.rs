//! What became of a probe.

use std::time::Duration;

use serde::Serialize;

use crate::smoke::ask::answered::Answered;
use crate::smoke::gather::probes::Probe;
use crate::smoke::gather::redirect::Redirect;
use crate::smoke::judge::elsewhere::{Asked, Elsewhere};
use crate::smoke::judge::mismatch::{Mismatch, shown};
use crate::smoke::judge::stage::{Column, Stage};

/// A probe, what was tried, and all that was found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) probe: Probe,
    pub(crate) tried: Vec<Column>,
    /// What was found wrong, in the order in which it was tried.
    pub(crate) findings: Vec<Finding>,
    /// Each answer that sent to another target than the first of the file, and may.
    pub(crate) elsewhere: Vec<Elsewhere>,
    /// The name of the target that was asked for the file; nothing for a server that is no target.
    pub(crate) target: Option<String>,
    /// The file at the location, if one was received.
    pub(crate) file: Option<Received>,
    /// Whether a redirect was followed.
    pub(crate) followed: bool,
    /// Whether the file is missing, and may be.
    pub(crate) missing: bool,
    /// How long the exchanges took together, without the wait for their turns.
    pub(crate) time: Duration,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) stage: Stage,
    pub(crate) message: String,
    /// What was expected and what came, where these can be compared.
    #[serde(flatten)]
    pub(crate) mismatch: Option<Mismatch>,
}

/// What was received from a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// How a column of the table reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Passed,
    Failed,
    NotTried,
}

impl Verdict {
    /// The verdict before anything is tried.
    pub(crate) fn new(probe: Probe) -> Self {
        Self {
            probe,
            tried: Vec::new(),
            findings: Vec::new(),
            elsewhere: Vec::new(),
            target: None,
            file: None,
            followed: false,
            missing: false,
            time: Duration::ZERO,
        }
    }

    /// Adds a finding that needs words alone.
    pub(crate) fn failed(&mut self, stage: Stage, message: impl Into<String>) {
        self.findings.push(Finding::new(stage, message));
    }

    /// Notes where an answer sends to, if that is not the first target.
    pub(crate) fn note_target(&mut self, asked: Asked, expected: &Redirect, answered: &Answered) {
        let elsewhere = expected.elsewhere(answered);
        let elsewhere = elsewhere.map(|elsewhere| Elsewhere {
            asked,
            target: elsewhere.target.name.clone(),
            instead_of: expected.first().name.clone(),
            when: elsewhere.when,
        });
        self.elsewhere.extend(elsewhere);
    }

    /// Compares a file with what is known of it.
    pub(crate) fn compare(&mut self, server: &str, received: &Received) {
        if self.probe.is_of_crate && received.bytes == 0 {
            self.failed(Stage::CdnBody, format!("{server} serves an empty file"));
        }
        let Some(checksum) = &self.probe.checksum else {
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

    /// Compares the two checksums of a file, if the lock file and the index each have one.
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
            "two SHA-256 of this file are said, by the lock file and by the index",
            Some(checksum.as_str()),
            Some(other.as_str()),
        ));
    }

    pub(crate) fn passed(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether a file was served, whatever it holds.
    pub(crate) fn is_served(&self) -> bool {
        let file = self.file.as_ref();
        file.is_some_and(|file| file.status == 200)
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

impl Finding {
    /// Something wrong that words alone can tell.
    pub(crate) fn new(stage: Stage, message: impl Into<String>) -> Self {
        Self {
            stage,
            message: shown(&message.into()),
            mismatch: None,
        }
    }

    /// A difference, if there is one.
    pub(crate) fn difference(
        stage: Stage,
        message: impl Into<String>,
        expected: Option<&str>,
        received: Option<&str>,
    ) -> Option<Self> {
        let mismatch = Mismatch::between(expected, received)?;
        Some(Self {
            stage,
            message: shown(&message.into()),
            mismatch: Some(mismatch),
        })
    }
}
