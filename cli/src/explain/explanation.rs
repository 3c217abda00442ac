//! The explanation of one request.

use serde::Serialize;
use signpost::config::Config;
use signpost::decision::{Because, Decision, Reason};
use signpost::location::{Location, Point, Verdict};
use signpost::reply::Reply;
use signpost::request::Request;
use signpost::route::{self, RouteMatch};
use signpost::switch::{Share, Switch};
use signpost::target::Target;
use signpost::{Answer, target};

use super::question::Question;
use super::request::{self, Arrived};
use super::routes::{self, Tried};
use super::{facts, words};

/// What happens to one request, and why: a part for each stage. A stage that was not reached is
/// `null`.
///
/// The decision comes from [`signpost::retry::answer`], and the reply from [`Answer::reply`].
///
/// [`Display`](std::fmt::Display) writes it for people; `{:#}` in colours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Explanation {
    /// 1: the request as it arrived.
    pub(crate) request: Arrived,
    /// 2: each route, in order.
    pub(crate) routes: Option<Vec<Tried>>,
    /// 3: the candidate and its parts.
    pub(crate) target: Option<Built>,
    /// 4: every point of the proof.
    pub(crate) proof: Option<Vec<Answered>>,
    /// 5: the decision.
    pub(crate) decision: Decided,
    /// 6: the reply; `null` if the origin answers.
    pub(crate) reply: Option<Sent>,
}

/// A candidate and its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Built {
    pub(crate) name: String,
    pub(crate) base: String,
    /// All targets of the route, in the order of this file.
    pub(crate) order: Vec<String>,
    /// The route's location template.
    pub(crate) template: String,
    pub(crate) candidate: String,
}

/// A point of the proof and its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Answered {
    pub(crate) point: &'static str,
    pub(crate) question: &'static str,
    /// `null` if the point could not be checked.
    pub(crate) holds: Option<bool>,
    pub(crate) refusal: Option<&'static str>,
    pub(crate) compared: String,
}

/// The decision and its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Decided {
    /// `redirect` or `origin`.
    pub(crate) decision: &'static str,
    /// Why the origin answers.
    pub(crate) reason: Option<&'static str>,
    /// Why the proof refused the candidate.
    pub(crate) refusal: Option<&'static str>,
    /// The proven location, whether it is sent or held back.
    pub(crate) location: Option<String>,
    pub(crate) switch: String,
    /// The client's attempt within the window of `[retry]`; `null` if it does not count.
    pub(crate) attempt: Option<u8>,
    /// Why the target is not the first of its file.
    pub(crate) because: Option<&'static str>,
    /// The smallest share, in percent, at which this location is sent.
    pub(crate) sent_from_percent: Option<u8>,
    /// The value of `signpost-decision`.
    pub(crate) header: String,
    pub(crate) meaning: &'static str,
    /// What the operator can do.
    pub(crate) next: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Sent {
    pub(crate) status: u16,
    /// In the order of sending.
    pub(crate) headers: Vec<Header>,
    /// Not sent in answer to HEAD.
    pub(crate) body: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Header {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

impl Explanation {
    /// Explains a request to a configuration at a position of the switch.
    pub(crate) fn of(config: &Config, question: &Question<'_>, switch: Switch) -> Self {
        Self::with(target::build, config, question, switch)
    }

    /// The same with another builder of candidates.
    pub(super) fn with(
        build: impl Fn(&RouteMatch<'_, '_>) -> String,
        config: &Config,
        question: &Question<'_>,
        switch: Switch,
    ) -> Self {
        let received = request::receive(config, question);
        let (request, arrived) = request::read(config, question, &received);
        let answer = question.supposed.answer(&build, config, &request, switch);
        let found = arrived
            .applies
            .then(|| route::find(config.routes(), &request).ok())
            .flatten()
            .and_then(|found| at_target(&found, answer.target()));
        let candidate = found.as_ref().map(build);
        let reached = found.as_ref().zip(candidate.as_deref());
        Self {
            routes: arrived
                .applies
                .then(|| routes::tried(config.routes(), &request))
                .flatten(),
            target: reached.map(|(found, candidate)| Built::of(found, candidate)),
            proof: reached.map(|(found, text)| proof(text, config, &request, found)),
            decision: Decided::of(&answer, found.as_ref(), switch, arrived.applies),
            reply: answer.reply(config, &request).map(|reply| Sent::of(&reply)),
            request: arrived,
        }
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.decision.refusal.is_some()
    }
}

impl Built {
    fn of(found: &RouteMatch<'_, '_>, candidate: &str) -> Self {
        let route = found.route();
        Self {
            name: found.target().name().to_owned(),
            base: found.target().base().to_string(),
            order: found
                .at_every_target()
                .map(|found| found.target().name().to_owned())
                .collect(),
            template: route.location().to_string(),
            candidate: candidate.to_owned(),
        }
    }
}

/// The match at the chosen target.
fn at_target<'c, 'r>(
    found: &RouteMatch<'c, 'r>,
    target: Option<&Target>,
) -> Option<RouteMatch<'c, 'r>> {
    let mut all = found.at_every_target();
    all.find(|found| Some(found.target()) == target)
}

fn proof(
    candidate: &str,
    config: &Config,
    request: &Request<'_>,
    found: &RouteMatch<'_, '_>,
) -> Vec<Answered> {
    let answered = |(point, verdict): (Point, Verdict)| Answered {
        point: point.code(),
        question: point.question(),
        holds: match verdict {
            Verdict::Held => Some(true),
            Verdict::Refused(_) => Some(false),
            Verdict::NotReached => None,
        },
        refusal: match verdict {
            Verdict::Refused(refusal) => Some(refusal.code()),
            Verdict::Held | Verdict::NotReached => None,
        },
        compared: facts::compared((point, verdict), candidate, config, request, found),
    };
    Location::examine(candidate, config, request, found)
        .map(answered)
        .to_vec()
}

impl Decided {
    fn of(
        answer: &Answer<'_>,
        found: Option<&RouteMatch<'_, '_>>,
        switch: Switch,
        applies: bool,
    ) -> Self {
        let decision = answer.decision();
        let reason = decision.reason();
        let sent_from_percent = decision.location().and(found).and_then(smallest_share);
        Self {
            decision: match decision {
                Decision::Redirect(_) => "redirect",
                Decision::Origin(_) => "origin",
            },
            reason: reason.map(Reason::code),
            refusal: reason
                .and_then(Reason::refusal)
                .map(signpost::location::Refusal::code),
            location: decision.location().map(ToString::to_string),
            switch: switch.to_string(),
            attempt: answer.attempt(),
            because: answer.because().map(Because::code),
            sent_from_percent,
            header: match (reason, answer.route()) {
                (Some(reason), _) => reason.decision_header().to_owned(),
                (None, route) => route.map_or_else(String::new, |route| {
                    let header = route.name().decision_header();
                    answer.because().map_or_else(
                        || header.to_owned(),
                        |because| because.in_decision_header(header),
                    )
                }),
            },
            meaning: reason.map_or(
                "The location was proven, and the switch lets it leave.",
                words::meaning,
            ),
            next: reason.map_or_else(
                || "`curl -sI` of the location shows what the CDN answers.".to_owned(),
                |reason| words::next(reason, applies, sent_from_percent),
            ),
        }
    }
}

/// The smallest share, in percent, that includes these captures.
fn smallest_share(found: &RouteMatch<'_, '_>) -> Option<u8> {
    let includes = |share: Share| share.includes(found.captures());
    (0..=100).find(|percent| Share::percent(*percent).is_some_and(includes))
}

impl Sent {
    pub(super) fn of(reply: &Reply<'_>) -> Self {
        let headers = reply.headers.iter();
        Self {
            status: reply.status,
            headers: headers
                .map(|(name, value)| Header {
                    name,
                    value: value.to_string(),
                })
                .collect(),
            body: reply.body.to_string(),
        }
    }
}
