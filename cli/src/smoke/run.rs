//! Tries probes: asks, fetches, and collects what was found.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use indicatif::ProgressBar;
use reqwest::{Method, Response, StatusCode};
use url::Url;

use super::client::{Client, Trouble};
use super::expected::{Answered, Expected, JSON, Redirect};
use super::fetch::{fetch, read_whole};
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
    followed: bool,
    missing: bool,
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
            Expected::Origin { decision } if probe.kind == Kind::Negative => {
                self.left_alone(&mut trial, &probe, decision).await;
            }
            Expected::Origin { decision } => self.by_origin(&mut trial, &probe, decision).await,
        }
        if let (Some(checksum), Some(other)) = (&probe.checksum, &probe.other_checksum) {
            trial.tried.push(Column::Checksum);
            trial.findings.extend(Finding::difference(
                Stage::Checksum,
                "two SHA-256 of this file are said, by the lock file and by the index",
                Some(checksum.as_str()),
                Some(other.as_str()),
            ));
        }
        Verdict {
            probe,
            tried: trial.tried,
            findings: trial.findings,
            file: trial.file,
            followed: trial.followed,
            missing: trial.missing,
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

    /// The origin is to answer, whatever that is.
    async fn left_alone(&self, trial: &mut Trial, probe: &Probe, decision: &str) {
        trial.tried.push(Column::Answer);
        match self.ask(trial, Method::GET, probe, None).await {
            Ok(answered) => trial.findings.extend(verify::negative(decision, &answered)),
            Err(trouble) => trial
                .findings
                .push(Finding::new(Stage::Edge, trouble.message)),
        }
    }

    /// The origin is to answer, with the file or with the way to it.
    async fn by_origin(&self, trial: &mut Trial, probe: &Probe, decision: &str) {
        trial.tried.push(Column::Answer);
        self.client.turn().await;
        let started = Instant::now();
        let asked = self.client.ask_for_file(&probe.request).await;
        trial.time += started.elapsed();
        let (head, response) = match asked {
            Ok(answered) => answered,
            Err(trouble) => {
                let finding = Finding::new(Stage::Edge, trouble.message);
                trial.findings.push(finding);
                return;
            }
        };
        trial.findings.extend(verify::decision(decision, &head));
        if !probe.is_at_origin {
            return;
        }
        let url = response.url().clone();
        match (head.status, head.header("location")) {
            (200, _) => self.file_of_origin(trial, probe, response, &url).await,
            (301 | 302 | 303 | 307 | 308, Some(location)) => {
                // An origin may name a path alone, as the standard allows.
                let location = url.join(&location).map_or(location, String::from);
                self.file(trial, probe, "the origin's location", &location)
                    .await;
            }
            (status, _) if probe.may_be_missing && is_missing(status) => trial.missing = true,
            (status, _) => {
                let status = in_full(status);
                trial.findings.push(Finding::new(
                    Stage::Origin,
                    format!(
                        "the origin is to answer with the file or the way to it, and the answer is {status}"
                    ),
                ));
            }
        }
    }

    /// Reads what the origin serves by itself.
    async fn file_of_origin(
        &self,
        trial: &mut Trial,
        probe: &Probe,
        response: Response,
        url: &Url,
    ) {
        trial.tried.push(Column::File);
        let started = Instant::now();
        let received = read_whole(response, url, self.max_bytes).await;
        trial.time += started.elapsed();
        match received {
            Ok(received) => {
                compare(trial, probe, "the origin", &received);
                trial.file = Some(received);
            }
            Err(finding) => trial.findings.push(Finding {
                stage: Stage::Origin,
                ..finding
            }),
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
            self.file(trial, probe, &expected.target, &location).await;
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

    /// Follows a location to its file, which `server` is to have.
    async fn file(&self, trial: &mut Trial, probe: &Probe, server: &str, location: &str) {
        trial.tried.push(Column::File);
        trial.followed = true;
        self.client.turn().await;
        let started = Instant::now();
        let fetched = fetch(self.client, location, self.max_bytes).await;
        trial.time += started.elapsed();
        let (received, details) = match fetched {
            Ok(received) => received,
            Err(mut finding) => {
                finding.message = format!("{server}: {}", finding.message);
                trial.findings.push(finding);
                return;
            }
        };
        if received.status == 200 {
            compare(trial, probe, server, &received);
        } else if probe.may_be_missing && is_missing(received.status) {
            trial.missing = true;
        } else {
            let status = in_full(received.status);
            let details = details.map(|details| format!(" ({details})"));
            let details = details.unwrap_or_default();
            trial.findings.push(Finding::new(
                Stage::CdnStatus,
                format!("{server} answered {status} to {location}{details}"),
            ));
        }
        trial.file = Some(received);
    }
}

/// Compares a file with what is known of it.
fn compare(trial: &mut Trial, probe: &Probe, server: &str, received: &Received) {
    if probe.is_of_crate && received.bytes == 0 {
        let words = format!("{server} serves an empty file");
        trial.findings.push(Finding::new(Stage::CdnBody, words));
    }
    let Some(checksum) = &probe.checksum else {
        return;
    };
    trial.tried.push(Column::Checksum);
    trial.findings.extend(Finding::difference(
        Stage::Checksum,
        format!("{server} serves another file: its SHA-256 differs"),
        Some(checksum.as_str()),
        Some(&received.sha256),
    ));
}

/// How CDNs say that there is no such file; one in front of S3 says 403.
fn is_missing(status: u16) -> bool {
    matches!(status, 403 | 404 | 410)
}

fn in_full(status: u16) -> String {
    StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |status| status.to_string())
}
