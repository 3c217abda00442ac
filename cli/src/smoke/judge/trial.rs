//! What was tried of one probe so far.

use std::time::Duration;

use crate::smoke::ask::answered::Answered;
use crate::smoke::gather::probes::Probe;
use crate::smoke::gather::redirect::Redirect;
use crate::smoke::judge::elsewhere::{Asked, Elsewhere};
use crate::smoke::judge::stage::{Column, Stage};
use crate::smoke::judge::verdict::{Finding, Received, Verdict};

/// A verdict that is not complete yet.
#[derive(Default)]
pub(crate) struct Trial {
    /// What was tried.
    pub(crate) tried: Vec<Column>,
    /// What was found wrong.
    pub(crate) findings: Vec<Finding>,
    /// Where an answer sent to another target than the first.
    pub(crate) elsewhere: Vec<Elsewhere>,
    /// The name of the target that was asked for the file.
    pub(crate) target: Option<String>,
    /// The file, if one was received.
    pub(crate) file: Option<Received>,
    /// Whether a redirect was followed.
    pub(crate) followed: bool,
    /// Whether the file is missing, and may be.
    pub(crate) missing: bool,
    /// How long the exchanges took together.
    pub(crate) time: Duration,
}

impl Trial {
    /// Something is wrong that words alone can tell.
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
    pub(crate) fn compare(&mut self, probe: &Probe, server: &str, received: &Received) {
        if probe.is_of_crate && received.bytes == 0 {
            self.failed(Stage::CdnBody, format!("{server} serves an empty file"));
        }
        let Some(checksum) = &probe.checksum else {
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

    /// The verdict, now that all was tried.
    pub(crate) fn finish(mut self, probe: Probe) -> Verdict {
        if let (Some(checksum), Some(other)) = (&probe.checksum, &probe.other_checksum) {
            self.tried.push(Column::Checksum);
            self.findings.extend(Finding::difference(
                Stage::Checksum,
                "two SHA-256 of this file are said, by the lock file and by the index",
                Some(checksum.as_str()),
                Some(other.as_str()),
            ));
        }
        Verdict {
            probe,
            tried: self.tried,
            findings: self.findings,
            elsewhere: self.elsewhere,
            target: self.target,
            file: self.file,
            followed: self.followed,
            missing: self.missing,
            time: self.time,
        }
    }
}
