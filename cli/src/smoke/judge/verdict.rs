//! What became of a probe.

use std::time::Duration;

use crate::smoke::gather::probes::Probe;
use crate::smoke::judge::elsewhere::Elsewhere;
use crate::smoke::judge::mismatch::{Mismatch, shown};
use crate::smoke::judge::stage::{Column, Stage};

/// A probe, what was tried, and all that was found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The probe.
    pub(crate) probe: Probe,
    /// What was tried.
    pub(crate) tried: Vec<Column>,
    /// What was found wrong, in the order in which it was tried.
    pub(crate) findings: Vec<Finding>,
    /// Where an answer sent to another target than the first of the file, and may.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Where.
    pub(crate) stage: Stage,
    /// What, in words.
    pub(crate) message: String,
    /// What was expected and what came, where these can be compared.
    pub(crate) mismatch: Option<Mismatch>,
}

/// What was received from a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// The status.
    pub(crate) status: u16,
    /// How many bytes the body has.
    pub(crate) bytes: u64,
    /// The SHA-256 of the body.
    pub(crate) sha256: String,
}

/// How a column of the table reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Tried, and as expected.
    Passed,
    /// Tried, and wrong.
    Failed,
    /// Not tried.
    NotTried,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub(crate) fn passed(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether a file was served, whatever it holds.
    pub(crate) fn is_served(&self) -> bool {
        let file = self.file.as_ref();
        file.is_some_and(|file| file.status == 200)
    }

    /// What became of a column.
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
