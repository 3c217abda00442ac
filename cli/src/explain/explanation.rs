//! What would happen to one request, as a value.

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

/// What would happen to one request, and why: a part for each stage.
///
/// The decision is the one of [`signpost::retry::answer`], and the reply is that of [`Answer::reply`]. All
/// else shows how they came about. A stage that was not reached is `null`.
///
/// [`Display`](std::fmt::Display) writes it for people; `{:#}` does so in colours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Explanation {
    /// 1: what arrived.
    pub(crate) request: Arrived,
    /// 2: each route, in the order in which they are tried.
    pub(crate) routes: Option<Vec<Tried>>,
    /// 3: the candidate and what it was built from.
    pub(crate) target: Option<Built>,
    /// 4: every point of the proof.
    pub(crate) proof: Option<Vec<Answered>>,
    /// 5: what was decided.
    pub(crate) decision: Decided,
    /// 6: what is sent; `null` where the origin answers.
    pub(crate) reply: Option<Sent>,
}

/// A candidate, and what it was built from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Built {
    /// The name of the target.
    pub(crate) name: String,
    /// Its base.
    pub(crate) base: String,
    /// All targets of the route, in the order in which this file is tried at them.
    pub(crate) order: Vec<String>,
    /// The template of the route's location.
    pub(crate) template: String,
    /// The candidate.
    pub(crate) candidate: String,
}

/// A point of the proof, and what the candidate answered to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Answered {
    /// The code of the point.
    pub(crate) point: &'static str,
    /// The question it asks.
    pub(crate) question: &'static str,
    /// Whether it holds; `null` where it could not be asked.
    pub(crate) holds: Option<bool>,
    /// The code of the refusal, where it does not hold.
    pub(crate) refusal: Option<&'static str>,
    /// What was compared.
    pub(crate) compared: String,
}

/// What was decided, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Decided {
    /// `redirect` or `origin`.
    pub(crate) decision: &'static str,
    /// The reason's code, where the origin answers.
    pub(crate) reason: Option<&'static str>,
    /// The refusal's code, where the proof refused the candidate.
    pub(crate) refusal: Option<&'static str>,
    /// The proven location, sent or held back.
    pub(crate) location: Option<String>,
    /// The position of the switch.
    pub(crate) switch: String,
    /// Which try of its client this is within the window of `[retry]`; `null` where it does not count.
    pub(crate) attempt: Option<u8>,
    /// Why it is sent elsewhere than to the first target of its file.
    pub(crate) because: Option<&'static str>,
    /// The smallest share that sends this location, in percent: from `enforce 37%` on it leaves.
    pub(crate) sent_from_percent: Option<u8>,
    /// The value of `signpost-decision` on the answer.
    pub(crate) header: String,
    /// What the decision means, in a sentence.
    pub(crate) meaning: &'static str,
    /// What can be done next.
    pub(crate) next: String,
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Sent {
    /// The status code.
    pub(crate) status: u16,
    /// The header fields, in the order they are sent.
    pub(crate) headers: Vec<Header>,
    /// The body; none is sent in answer to HEAD.
    pub(crate) body: String,
}

/// A header field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Header {
    /// The name.
    pub(crate) name: &'static str,
    /// The value.
    pub(crate) value: String,
}

impl Explanation {
    /// Explains what a configuration makes of a request while the switch is in a position.
    pub(crate) fn of(config: &Config, question: &Question<'_>, switch: Switch) -> Self {
        Self::with(target::build, config, question, switch)
    }

    /// Explains it with another builder of candidates.
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

    /// Whether the proof refused the candidate.
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

/// The match at the target that was chosen.
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

/// The smallest share that holds these captures, in percent.
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
