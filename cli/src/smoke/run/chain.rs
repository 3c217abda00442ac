//! Asks for one file of each target in every way that clients do.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use reqwest::Method;
use reqwest::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ETAG, HeaderMap, HeaderName,
    HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, ORIGIN, RANGE,
};
use url::Url;

use super::{Runner, timed};
use crate::smoke::ask::heard::Heard;
use crate::smoke::gather::probes::{Kind, Probe};
use crate::smoke::gather::redirect::{AtTarget, Redirect};
use crate::smoke::judge::chain::{self, PAGE, REDIRECTED_PAGE};
use crate::smoke::judge::finding::{Finding, Received};
use crate::smoke::judge::stage::{Column, Stage};
use crate::smoke::judge::verdict::Verdict;
use crate::smoke::judge::verify;

/// A file that a target served, and the way to it.
struct Chain<'v> {
    /// Nothing if the target was asked directly.
    edge: Option<&'v Redirect>,
    at: &'v AtTarget,
    file: &'v Received,
    part: RangeInclusive<usize>,
}

impl<'v> Chain<'v> {
    fn of(served: &'v Verdict) -> Option<Self> {
        let redirect = served.probe.expected.redirect()?;
        let target = served.target.as_ref()?;
        let file = served.file.as_ref().filter(|_| served.is_good())?;
        Some(Self {
            edge: (served.passed() && !served.probe.kind.is_direct()).then_some(redirect),
            at: redirect.targets().find(|at| at.name == *target)?,
            file,
            part: chain::part(file)?,
        })
    }

    /// The first chain of each target. What is wrong at the edge is found already, so that a chain which
    /// begins there comes first.
    fn of_each_target(verdicts: &'v [Verdict]) -> Vec<(&'v Probe, Self)> {
        let mut seen = BTreeSet::new();
        let (passed, others): (Vec<_>, Vec<_>) =
            verdicts.iter().partition(|verdict| verdict.passed());
        let chains = passed.into_iter().chain(others);
        let chains = chains.filter_map(|served| Some((&served.probe, Self::of(served)?)));
        chains
            .filter(|(_, chain)| seen.insert(&chain.at.name))
            .collect()
    }
}

/// How many requests the chains of these verdicts need.
pub(crate) fn requests(verdicts: &[Verdict], cors: bool) -> usize {
    let preflight = usize::from(cors);
    let chains = Chain::of_each_target(verdicts).into_iter();
    let each = chains.map(|(_, chain)| {
        let at_edge = chain.edge.map_or(0, |_| 2 + preflight);
        at_edge + 3 + preflight
    });
    each.sum()
}

impl Runner<'_> {
    /// A verdict for each target that served a file: on that file by HEAD, in part, on a condition, and
    /// with `cors` as a browser asks for it.
    pub(crate) async fn chains(&self, verdicts: &[Verdict], cors: bool) -> Vec<Verdict> {
        let mut judged = Vec::new();
        for (probe, chain) in Chain::of_each_target(verdicts) {
            judged.push(self.chain(probe, &chain, cors).await);
        }
        judged
    }

    async fn chain(&self, probe: &Probe, chain: &Chain<'_>, cors: bool) -> Verdict {
        let mut verdict = Verdict::new(Probe {
            kind: Kind::Chain,
            ..probe.clone()
        });
        verdict.target = Some(chain.at.name.clone());
        if let Some(redirect) = chain.edge {
            verdict.tried.push(Column::Answer);
            self.at_edge(&mut verdict, redirect, chain, cors).await;
        }
        verdict.of_edge = verdict.findings.len();
        verdict.tried.push(Column::File);
        self.at_target(&mut verdict, chain, cors).await;
        verdict
    }

    /// The edge must redirect these clients as any other.
    async fn at_edge(
        &self,
        verdict: &mut Verdict,
        redirect: &Redirect,
        chain: &Chain<'_>,
        cors: bool,
    ) {
        let known = HeaderValue::from_static("\"signpost\"");
        let rows = [
            (Stage::Range, in_part(&chain.part, cors.then_some(PAGE))),
            (
                Stage::Condition,
                HeaderMap::from_iter([(IF_NONE_MATCH, known)]),
            ),
        ];
        for (stage, headers) in rows {
            self.client.turn().await;
            let path = verdict.probe.request.clone();
            let asked = self.client.ask_with(Method::GET, &path, headers);
            match timed(&mut verdict.time, asked).await {
                Ok(answered) => {
                    let findings = verify::plain(redirect, &answered).into_iter();
                    verdict.findings.extend(findings.map(|finding| Finding {
                        stage,
                        message: format!("the edge: {}", finding.message),
                        ..finding
                    }));
                }
                Err(trouble) => verdict.failed(stage, format!("the edge: {}", trouble.message)),
            }
        }
        if !cors {
            return;
        }
        self.client.turn().await;
        let path = verdict.probe.request.clone();
        let asked = self
            .client
            .hear_edge(Method::OPTIONS, &path, preflight(PAGE));
        match timed(&mut verdict.time, asked).await {
            Ok(heard) if chain::is_allowed(PAGE, &heard) => {}
            Ok(heard) => {
                let words = format!("the edge refuses a browser's preflight: {}", heard.status);
                verdict.failed(Stage::Cors, words);
            }
            Err(trouble) => verdict.failed(Stage::Cors, format!("the edge: {}", trouble.message)),
        }
    }

    /// The target must answer these clients too.
    async fn at_target(&self, verdict: &mut Verdict, chain: &Chain<'_>, cors: bool) {
        let server = &chain.at.to_string();
        let Ok(url) = Url::parse(&chain.at.location) else {
            return;
        };
        let none = HeaderMap::new();
        let head = self.hear(verdict, Stage::Head, server, Method::HEAD, &url, none);
        let head = head.await;
        if let Some(head) = &head {
            chain::head(verdict, chain.file, head);
        }
        let headers = in_part(&chain.part, cors.then_some(REDIRECTED_PAGE));
        let range = self.hear(verdict, Stage::Range, server, Method::GET, &url, headers);
        let range = range.await;
        if let Some(range) = &range {
            chain::range(verdict, chain.file, &chain.part, range);
            // A refused range is found at its own stage.
            if cors && range.status.is_success() {
                chain::cors(verdict, REDIRECTED_PAGE, range);
            }
        }
        match [&head, &range].into_iter().flatten().find_map(condition) {
            Some(headers) => {
                let answer = self.hear(verdict, Stage::Condition, server, Method::GET, &url, headers);
                if let Some(answer) = answer.await {
                    chain::condition(verdict, &answer);
                }
            }
            None => verdict.notice(format!(
                "{server} sends neither `ETag` nor `Last-Modified`, so clients get a file again that they have"
            )),
        }
        if cors {
            let headers = preflight(REDIRECTED_PAGE);
            let answer = self.hear(verdict, Stage::Cors, server, Method::OPTIONS, &url, headers);
            if let Some(answer) = answer.await
                && !chain::is_allowed(REDIRECTED_PAGE, &answer)
            {
                let (server, status) = (&answer.server, answer.status);
                verdict.notice(format!("{server} refuses a browser's preflight: {status}"));
            }
        }
    }

    /// The answer of a target in its turn.
    async fn hear(
        &self,
        verdict: &mut Verdict,
        stage: Stage,
        server: &str,
        method: Method,
        url: &Url,
        headers: HeaderMap,
    ) -> Option<Heard> {
        self.client.turn().await;
        let asked = self.client.hear_target(server, method, url, headers);
        let heard = timed(&mut verdict.time, asked).await;
        let heard = heard.map_err(|trouble| {
            verdict.failed(stage, format!("{server}: {}", trouble.message));
        });
        heard.ok()
    }
}

/// The headers that ask for a part, as a page of this origin does if there is one.
pub(crate) fn in_part(part: &RangeInclusive<usize>, origin: Option<&'static str>) -> HeaderMap {
    let range = format!("bytes={}-{}", part.start(), part.end());
    let range = HeaderValue::try_from(range)
        .ok()
        .map(|range| (RANGE, range));
    let origin = origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin)));
    range.into_iter().chain(origin).collect()
}

fn preflight(origin: &'static str) -> HeaderMap {
    let rows = [
        (ORIGIN, origin),
        (ACCESS_CONTROL_REQUEST_METHOD, "GET"),
        (ACCESS_CONTROL_REQUEST_HEADERS, "range"),
    ];
    rows.map(|(name, value)| (name, HeaderValue::from_static(value)))
        .into_iter()
        .collect()
}

/// The condition of a client that has the file.
fn condition(heard: &Heard) -> Option<HeaderMap> {
    let with = |validator: HeaderName, name: HeaderName| {
        let value = heard.headers.get(validator)?;
        Some(HeaderMap::from_iter([(name, value.clone())]))
    };
    with(ETAG, IF_NONE_MATCH).or_else(|| with(LAST_MODIFIED, IF_MODIFIED_SINCE))
}
