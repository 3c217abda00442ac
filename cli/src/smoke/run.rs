//! Tries probes: asks, fetches, and collects what was found.

use std::num::NonZeroUsize;
use std::time::Instant;

use futures_util::StreamExt as _;
use indicatif::ProgressBar;
use reqwest::{Method, Response, StatusCode};
use url::Url;

use crate::smoke::ask::answered::{Answered, JSON};
use crate::smoke::ask::client::Client;
use crate::smoke::ask::fetch::{fetch, read_whole};
use crate::smoke::ask::trouble::Trouble;
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::probes::{Kind, Probe};
use crate::smoke::gather::redirect::{AtTarget, Redirect};
use crate::smoke::judge::elsewhere::Asked;
use crate::smoke::judge::stage::{Column, Stage};
use crate::smoke::judge::trial::Trial;
use crate::smoke::judge::verdict::{Finding, Verdict};
use crate::smoke::judge::verify;

/// What every probe is tried with.
pub(crate) struct Runner<'a> {
    /// Who asks.
    pub(crate) client: &'a Client,
    /// The most bytes that a file may have.
    pub(crate) max_bytes: u64,
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
            Expected::Redirect(redirect) if probe.kind == Kind::Target => {
                self.at_target(&mut trial, &probe, redirect.first()).await;
            }
            Expected::Redirect(redirect) => self.redirected(&mut trial, &probe, redirect).await,
            Expected::Origin { decision } if probe.kind == Kind::Negative => {
                self.left_alone(&mut trial, &probe, decision).await;
            }
            Expected::Origin { decision } => self.by_origin(&mut trial, &probe, decision).await,
        }
        trial.finish(probe)
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
            Err(trouble) => trial.failed(Stage::Edge, trouble.message),
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
            Err(trouble) => return trial.failed(Stage::Edge, trouble.message),
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
                trial.followed = true;
                self.file(trial, probe, "the origin's location", &location)
                    .await;
            }
            (status, _) if probe.may_be_missing && is_missing(status) => trial.missing = true,
            (status, _) => {
                let status = in_full(status);
                trial.failed(
                    Stage::Origin,
                    format!(
                        "the origin is to answer with the file or the way to it, and the answer is {status}"
                    ),
                );
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
                trial.compare(probe, "the origin", &received);
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
            Err(trouble) => return trial.failed(Stage::Edge, trouble.message),
        };
        trial.findings.extend(verify::plain(expected, &get));
        trial.note_target(Asked::Get, expected, &get);
        self.head(trial, probe, expected, &get).await;
        self.json(trial, probe, expected).await;
        // The location that was received: whoever asks the edge has no other.
        if let Some(location) = get.header("location") {
            let target = expected.meant_by(&get);
            trial.target = (target.location == location).then(|| target.name.clone());
            trial.followed = true;
            self.file(trial, probe, &target.to_string(), &location)
                .await;
        }
    }

    /// The location is to answer, which the edge did not send to.
    async fn at_target(&self, trial: &mut Trial, probe: &Probe, target: &AtTarget) {
        trial.target = Some(target.name.clone());
        self.file(trial, probe, &target.to_string(), &target.location)
            .await;
    }

    async fn head(&self, trial: &mut Trial, probe: &Probe, expected: &Redirect, get: &Answered) {
        trial.tried.push(Column::Head);
        match self.ask(trial, Method::HEAD, probe, None).await {
            Ok(head) => {
                trial.findings.extend(verify::head(expected, get, &head));
                trial.note_target(Asked::Head, expected, &head);
            }
            Err(trouble) => trial.failed(Stage::Head, trouble.message),
        }
    }

    async fn json(&self, trial: &mut Trial, probe: &Probe, expected: &Redirect) {
        trial.tried.push(Column::Json);
        match self.ask(trial, Method::GET, probe, Some(JSON)).await {
            Ok(answered) => {
                trial.findings.extend(verify::json(expected, &answered));
                trial.note_target(Asked::Json, expected, &answered);
            }
            Err(trouble) => trial.failed(Stage::Json, trouble.message),
        }
    }

    /// Gets the file at a location, which `server` is to have.
    async fn file(&self, trial: &mut Trial, probe: &Probe, server: &str, location: &str) {
        trial.tried.push(Column::File);
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
            trial.compare(probe, server, &received);
        } else if probe.may_be_missing && is_missing(received.status) {
            trial.missing = true;
        } else {
            let status = in_full(received.status);
            let details = details.map(|details| format!(" ({details})"));
            let details = details.unwrap_or_default();
            trial.failed(
                Stage::CdnStatus,
                format!("{server} answered {status} to {location}{details}"),
            );
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
