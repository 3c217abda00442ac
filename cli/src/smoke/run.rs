//! Tries probes: asks, fetches, and collects what was found.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use indicatif::ProgressBar;
use reqwest::{Method, StatusCode};

use super::client::{Client, Trouble};
use super::expected::{Answered, Expected, JSON, Redirect};
use super::fetch::fetch;
use super::probes::{Kind, Probe};
use super::stage::{Column, Stage};
use super::verdict::{Finding, Received, Verdict};
use super::verify;

/// What every probe is tried with.
pub(crate) struct Runner<'a> {
    /// Who asks.
    pub(crate) client: &'a Client,
    /// The most bytes that a file may have.
    pub(crate) max_bytes: u64,
}

/// What was tried of one probe so far.
#[derive(Default)]
struct Trial {
    tried: Vec<Column>,
    findings: Vec<Finding>,
    file: Option<Received>,
    time: Duration,
}

impl Runner<'_> {
    /// Tries every probe, `at_once` at a time, whatever becomes of the others.
    pub(crate) async fn run(&self, probes: Vec<Probe>, at_once: NonZeroUsize) -> Vec<Verdict> {
        // Drawn on standard error, and only where that is a terminal.
        let bar = ProgressBar::new(probes.len() as u64);
        let tries = probes
            .into_iter()
            .enumerate()
            .map(|(index, probe)| async move { (index, self.verdict(probe).await) });
        let mut tries = futures_util::stream::iter(tries).buffer_unordered(at_once.get());
        let mut verdicts = Vec::new();
        while let Some(verdict) = tries.next().await {
            bar.inc(1);
            verdicts.push(verdict);
        }
        bar.finish_and_clear();
        verdicts.sort_by_key(|(index, _)| *index);
        verdicts.into_iter().map(|(_, verdict)| verdict).collect()
    }

    async fn verdict(&self, probe: Probe) -> Verdict {
        let mut trial = Trial::default();
        match &probe.expected {
            Expected::Redirect(redirect) => self.redirected(&mut trial, &probe, redirect).await,
            Expected::Origin { decision } => self.left_alone(&mut trial, &probe, decision).await,
        }
        Verdict {
            probe,
            tried: trial.tried,
            findings: trial.findings,
            file: trial.file,
            time: trial.time,
        }
    }

    /// Asks the edge in its turn. Waiting for the turn is no part of the time.
    async fn ask(
        &self,
        trial: &mut Trial,
        method: Method,
        probe: &Probe,
        accept: Option<&str>,
    ) -> Result<Answered, Trouble> {
        self.client.turn().await;
        let started = Instant::now();
        let answered = self.client.ask(method, &probe.request, accept).await;
        trial.time += started.elapsed();
        answered
    }

    /// The origin is to answer.
    async fn left_alone(&self, trial: &mut Trial, probe: &Probe, decision: &str) {
        trial.tried.push(Column::Answer);
        match self.ask(trial, Method::GET, probe, None).await {
            Ok(answered) if probe.kind == Kind::Negative => {
                trial.findings.extend(verify::negative(decision, &answered));
            }
            Ok(answered) => trial.findings.extend(verify::origin(decision, &answered)),
            Err(trouble) => trial
                .findings
                .push(Finding::new(Stage::Edge, trouble.message)),
        }
    }

    /// The edge is to redirect, and the location to answer.
    async fn redirected(&self, trial: &mut Trial, probe: &Probe, expected: &Redirect) {
        trial.tried.push(Column::Answer);
        let get = match self.ask(trial, Method::GET, probe, None).await {
            Ok(answered) => answered,
            Err(trouble) => {
                trial
                    .findings
                    .push(Finding::new(Stage::Edge, trouble.message));
                return;
            }
        };
        trial.findings.extend(verify::plain(&expected.plain, &get));
        self.head(trial, probe, expected, &get).await;
        self.json(trial, probe, expected).await;
        // The location that was received: whoever asks the edge has no other.
        if let Some(location) = get.header("location") {
            self.file(trial, probe, expected, &location).await;
        }
    }

    async fn head(&self, trial: &mut Trial, probe: &Probe, expected: &Redirect, get: &Answered) {
        trial.tried.push(Column::Head);
        match self.ask(trial, Method::HEAD, probe, None).await {
            Ok(head) => trial
                .findings
                .extend(verify::head(&expected.plain, get, &head)),
            Err(trouble) => trial
                .findings
                .push(Finding::new(Stage::Head, trouble.message)),
        }
    }

    async fn json(&self, trial: &mut Trial, probe: &Probe, expected: &Redirect) {
        trial.tried.push(Column::Json);
        match self.ask(trial, Method::GET, probe, Some(JSON)).await {
            Ok(answered) => trial
                .findings
                .extend(verify::json(&expected.json, &answered)),
            Err(trouble) => trial
                .findings
                .push(Finding::new(Stage::Json, trouble.message)),
        }
    }

    async fn file(&self, trial: &mut Trial, probe: &Probe, expected: &Redirect, location: &str) {
        trial.tried.push(Column::File);
        self.client.turn().await;
        let started = Instant::now();
        let fetched = fetch(self.client, location, self.max_bytes).await;
        trial.time += started.elapsed();
        let (received, details) = match fetched {
            Ok(received) => received,
            Err(mut finding) => {
                finding.message = format!("{}: {}", expected.target, finding.message);
                trial.findings.push(finding);
                return;
            }
        };
        if received.status == 200 {
            if let Some(checksum) = &probe.checksum {
                trial.tried.push(Column::Checksum);
                trial.findings.extend(Finding::difference(
                    Stage::Checksum,
                    format!(
                        "{} serves another file: its SHA-256 differs",
                        expected.target
                    ),
                    Some(checksum.as_str()),
                    Some(&received.sha256),
                ));
            }
        } else if !(probe.may_be_missing && is_missing(received.status)) {
            let status = in_full(received.status);
            let details = details.map(|details| format!(" ({details})"));
            let details = details.unwrap_or_default();
            trial.findings.push(Finding::new(
                Stage::CdnStatus,
                format!(
                    "{} answered {status} to {location}{details}",
                    expected.target
                ),
            ));
        }
        trial.file = Some(received);
    }
}

/// How CDNs say that there is no such file; one in front of S3 says 403.
fn is_missing(status: u16) -> bool {
    matches!(status, 403 | 404 | 410)
}

fn in_full(status: u16) -> String {
    StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |status| status.to_string())
}
