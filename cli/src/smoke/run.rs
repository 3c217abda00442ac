//! Runs probes: asks, fetches, and judges.

pub(crate) mod chain;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use indicatif::ProgressBar;
use reqwest::{Method, Response, StatusCode};
use url::Url;

use crate::smoke::ask::answered::{Answered, JSON};
use crate::smoke::ask::client::Client;
use crate::smoke::ask::fetch::{fetch, read_whole};
use crate::smoke::ask::heard::at;
use crate::smoke::ask::trouble::Trouble;
use crate::smoke::ask::ways::host_of;
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::probes::{Kind, Probe};
use crate::smoke::gather::redirect::Redirect;
use crate::smoke::judge::elsewhere::Asked;
use crate::smoke::judge::finding::Finding;
use crate::smoke::judge::stage::{Column, Stage};
use crate::smoke::judge::verdict::Verdict;
use crate::smoke::judge::verify;

pub(crate) struct Runner<'a> {
    pub(crate) client: &'a Client,
    pub(crate) max_bytes: u64,
    /// How many probes run at once.
    pub(crate) at_once: NonZeroUsize,
    /// The hosts of the edge and of all targets.
    pub(crate) hosts: &'a BTreeSet<String>,
}

impl Runner<'_> {
    /// Runs every probe, whatever happens to the others.
    pub(crate) async fn run(&self, probes: Vec<Probe>) -> Vec<Verdict> {
        // Drawn on standard error if that is a terminal.
        let bar = ProgressBar::new(probes.len() as u64);
        let running = probes
            .into_iter()
            .enumerate()
            .map(|(index, probe)| async move { (index, self.verdict(probe).await) });
        let mut running = futures_util::stream::iter(running).buffer_unordered(self.at_once.get());
        let mut verdicts = Vec::new();
        while let Some(verdict) = running.next().await {
            bar.inc(1);
            verdicts.push(verdict);
        }
        bar.finish_and_clear();
        verdicts.sort_by_key(|(index, _)| *index);
        verdicts.into_iter().map(|(_, verdict)| verdict).collect()
    }

    async fn verdict(&self, probe: Probe) -> Verdict {
        let expected = probe.expected.clone();
        let kind = probe.kind;
        let mut verdict = Verdict::new(probe);
        match &expected {
            // The location must answer, although the edge did not send there.
            Expected::Redirect(redirect) if kind.is_direct() => {
                let target = redirect.first();
                verdict.target = Some(target.name.clone());
                self.file(&mut verdict, &target.to_string(), &target.location)
                    .await;
                verdict.note_cache();
            }
            Expected::Redirect(redirect) => self.redirected(&mut verdict, redirect).await,
            Expected::Origin { decision } if kind == Kind::Negative => {
                self.left_alone(&mut verdict, decision).await;
            }
            Expected::Origin { decision } => self.by_origin(&mut verdict, decision).await,
            // Judged from the answers to the other probes.
            Expected::Certificate => {}
        }
        verdict.compare_checksums();
        verdict
    }

    /// Asks the edge in its turn.
    async fn ask(
        &self,
        verdict: &mut Verdict,
        method: Method,
        accept: Option<&str>,
    ) -> Result<Answered, Trouble> {
        self.client.turn().await;
        let asked = self.client.ask(method, &verdict.probe.request, accept);
        timed(&mut verdict.time, asked).await
    }

    /// The origin must answer, with anything.
    async fn left_alone(&self, verdict: &mut Verdict, decision: &str) {
        verdict.tried.push(Column::Answer);
        match self.ask(verdict, Method::GET, None).await {
            Ok(answered) => verdict
                .findings
                .extend(verify::negative(decision, &answered)),
            Err(trouble) => verdict.failed(Stage::Edge, trouble.message),
        }
    }

    /// The origin must answer with the file or with the way to it.
    async fn by_origin(&self, verdict: &mut Verdict, decision: &str) {
        verdict.tried.push(Column::Answer);
        self.client.turn().await;
        let asked = self.client.ask_for_file(&verdict.probe.request);
        let (head, response) = match timed(&mut verdict.time, asked).await {
            Ok(answered) => answered,
            Err(trouble) => return verdict.failed(Stage::Edge, trouble.message),
        };
        verdict.findings.extend(verify::decision(decision, &head));
        if !verdict.probe.is_at_origin {
            return;
        }
        let may_be_missing = verdict.probe.may_be_missing;
        let url = response.url().clone();
        match (head.status, head.header("location")) {
            (200, _) => self.file_of_origin(verdict, response, &url).await,
            (301 | 302 | 303 | 307 | 308, Some(location)) => {
                // An origin may send a path alone, as the standard allows.
                let location = url.join(&location).map_or(location, String::from);
                verdict.followed = true;
                self.file(verdict, "the origin's location", &location).await;
            }
            (status, _) if may_be_missing && is_missing(status) => verdict.missing = true,
            (status, _) => {
                let status = in_full(status);
                verdict.failed(
                    Stage::Origin,
                    format!(
                        "the origin must answer with the file or a redirect to it, but answers {status}"
                    ),
                );
            }
        }
    }

    /// Reads the file that the origin serves by itself.
    async fn file_of_origin(&self, verdict: &mut Verdict, response: Response, url: &Url) {
        verdict.tried.push(Column::File);
        let read = read_whole(response, url, self.max_bytes);
        match timed(&mut verdict.time, read).await {
            Ok(received) => {
                verdict.compare("the origin", &received);
                verdict.file = Some(received);
            }
            Err(finding) => verdict.findings.push(Finding {
                stage: Stage::Origin,
                ..finding
            }),
        }
    }

    /// The edge must redirect, and the location must answer.
    async fn redirected(&self, verdict: &mut Verdict, expected: &Redirect) {
        let plain = |get: &Answered| verify::plain(expected, get);
        let Some(get) = self.compare(verdict, Asked::Get, expected, plain).await else {
            return;
        };
        let head = |head: &Answered| verify::head(expected, &get, head);
        self.compare(verdict, Asked::Head, expected, head).await;
        let json = |json: &Answered| verify::json(expected, json);
        self.compare(verdict, Asked::Json, expected, json).await;
        // Follows the received location: clients have no other.
        if let Some(location) = get.header("location") {
            let target = expected.matching(&get);
            verdict.target = (target.location == location).then(|| target.name.clone());
            verdict.followed = true;
            self.file(verdict, &target.to_string(), &location).await;
        }
    }

    /// Asks the edge, and compares the answer with the expected redirect.
    async fn compare(
        &self,
        verdict: &mut Verdict,
        asked: Asked,
        expected: &Redirect,
        findings: impl FnOnce(&Answered) -> Vec<Finding>,
    ) -> Option<Answered> {
        let (column, stage, method, accept) = match asked {
            Asked::Get => (Column::Answer, Stage::Edge, Method::GET, None),
            Asked::Head => (Column::Head, Stage::Head, Method::HEAD, None),
            Asked::Json => (Column::Json, Stage::Json, Method::GET, Some(JSON)),
        };
        verdict.tried.push(column);
        let answered = self.ask(verdict, method, accept).await;
        let answered = answered.map_err(|trouble| verdict.failed(stage, trouble.message));
        let answered = answered.ok()?;
        verdict.findings.extend(findings(&answered));
        verdict.note_target(asked, expected, &answered);
        Some(answered)
    }

    /// Gets the file at a location, which `server` must have.
    async fn file(&self, verdict: &mut Verdict, server: &str, location: &str) {
        verdict.tried.push(Column::File);
        self.client.turn().await;
        let address = verdict.probe.address;
        let fetched = fetch(self.client, location, address, self.max_bytes);
        let (received, details) = match timed(&mut verdict.time, fetched).await {
            Ok(received) => received,
            Err(mut finding) => {
                finding.message = format!("{}: {}", at(server, address), finding.message);
                verdict.findings.push(finding);
                return;
            }
        };
        let server = &at(server, received.address);
        if received.status == 200 {
            verdict.compare(server, &received);
        } else if verdict.probe.may_be_missing && is_missing(received.status) {
            verdict.missing = true;
        } else {
            let status = in_full(received.status);
            let details = details.map(|details| format!(" ({details})"));
            let details = details.unwrap_or_default();
            let (stage, leads) = self.led(location, received.redirect.as_deref());
            let words = format!("{server} answered {status} to {location}{leads}{details}");
            verdict.failed(stage, words);
        }
        verdict.file = Some(received);
    }

    /// The stage at which a location's answer fails, and where it redirects. A CDN that fetches what its
    /// caches lack from the registry gets the edge's redirect to a target, and may pass it on.
    fn led(&self, location: &str, redirect: Option<&str>) -> (Stage, String) {
        let Some(redirect) = redirect else {
            return (Stage::CdnStatus, String::new());
        };
        let is_back = Url::parse(location).is_ok_and(|from| {
            let to = from.join(redirect);
            // A redirect to another place of its own host is its own affair.
            let is_own = |to: &Url| host_of(to) == host_of(&from) && to.path() != from.path();
            to.is_ok_and(|to| self.hosts.contains(&host_of(&to)) && !is_own(&to))
        });
        let (stage, why) = if is_back {
            let why = "as the edge does, from where it fetches what its caches lack: let it fetch elsewhere, or write its name as `loop` in its target";
            (Stage::CdnLoop, why)
        } else {
            (Stage::CdnStatus, "and has to serve the file itself")
        };
        (stage, format!(": it redirects to {redirect}, {why}"))
    }
}

/// Adds the time of an exchange, without the wait for its turn.
async fn timed<T>(time: &mut Duration, exchange: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let done = exchange.await;
    *time += started.elapsed();
    done
}

/// How CDNs say that a file is missing; one in front of S3 says 403.
pub(crate) fn is_missing(status: u16) -> bool {
    matches!(status, 403 | 404 | 410)
}

pub(crate) fn in_full(status: u16) -> String {
    StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |status| status.to_string())
}
