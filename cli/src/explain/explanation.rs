//! The explanation of one request.

use serde::Serialize;
use signpost::Answer;
use signpost::config::Config;
use signpost::decision::{Because, Reason};
use signpost::location::{Location, Point, Refusal, Verdict};
use signpost::reply::Reply;
use signpost::request::Request;
use signpost::route::{NoMatch, RouteMatch};
use signpost::sides::{Side, Sides};
use signpost::target::{self, Candidate, Chosen};
use signpost::values::{Share, Switch};

use super::request::{self, Arrived, Question};
use super::routes::{self, Tried};
use super::{facts, words};

/// What happens to one request, and why: a part for each stage. A stage that was not reached is
/// `null`.
///
/// The decision comes from [`signpost::answer()`], and the reply from [`Answer::reply`].
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
    /// Who answers; `null` if there is one configuration alone.
    pub(crate) side: Option<OnSide>,
    /// 6: the reply; `null` if the origin answers.
    pub(crate) reply: Option<Sent>,
}

/// The side of a file, and who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OnSide {
    /// `config` or `next`.
    pub(crate) side: &'static str,
    /// The smallest share of `next`, in percent, at which the file is on its side; `null` if it never is.
    pub(crate) next_from_percent: Option<u8>,
    /// The configuration that answers: `config` or `next`.
    pub(crate) answered_by: &'static str,
    /// Its revision.
    pub(crate) revision: String,
    /// Why `next` has no way for the request, if `config` answers for that reason.
    pub(crate) next_reason: Option<&'static str>,
    /// Why the proof of `next` refused its candidate.
    pub(crate) next_refusal: Option<&'static str>,
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
    /// `redirect`, `preflight` or `origin`.
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
    /// Why `config` answers on the side of `next`, or the target is not the first of its file.
    pub(crate) because: Option<&'static str>,
    /// The smallest share, in percent, at which this location is sent.
    pub(crate) sent_from_percent: Option<u8>,
    /// The value of `signpost-decision`.
    pub(crate) header: String,
    pub(crate) meaning: &'static str,
    /// What the operator can do.
    pub(crate) next: String,
    /// Whether the path is on a route, and its location would be too long.
    #[serde(skip)]
    pub(crate) is_too_long: bool,
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
    /// Explains a request to the configurations in force at a position of the switch.
    pub(crate) fn of<'c>(
        sides: impl Into<Sides<'c>>,
        question: &Question<'_>,
        switch: Switch,
    ) -> Self {
        Self::with(&target::build, sides, question, switch)
    }

    /// The same with another builder of candidates.
    pub(super) fn with<'c>(
        build: &dyn Fn(&Chosen<'_, '_>) -> String,
        sides: impl Into<Sides<'c>>,
        question: &Question<'_>,
        switch: Switch,
    ) -> Self {
        let sides = sides.into();
        let received = request::receive(sides.config(), question);
        let request = request::as_received(question, &received);
        let answer = question.supposed.answer(build, sides, &request, switch);
        let config = answer.config().unwrap_or(sides.config());
        let arrived = Arrived::of(config, question, &received, &request);
        let candidate = answer
            .chosen()
            .map(|chosen| Candidate::new(chosen, build(chosen)));
        Self {
            routes: arrived
                .applies
                .then(|| routes::tried(config, &request))
                .flatten(),
            target: candidate.as_ref().map(Built::of),
            proof: candidate.as_ref().map(proof),
            decision: Decided::of(&answer, switch, arrived.applies),
            side: OnSide::of(&sides, config, &answer, &request, switch),
            reply: answer.reply().map(|reply| Sent::of(&reply)),
            request: arrived,
        }
    }

    pub(crate) fn is_refused(&self) -> bool {
        let of_next = self.side.as_ref().and_then(|on| on.next_refusal);
        self.decision.refusal.or(of_next).is_some()
    }
}

impl OnSide {
    fn of(
        sides: &Sides<'_>,
        answers: &Config,
        answer: &Answer<'_, '_>,
        request: &Request<'_>,
        switch: Switch,
    ) -> Option<Self> {
        let is_on_next = |percent: &u8| {
            let share = Share::percent(*percent).unwrap_or(Share::ALL);
            sides.next_for(request, switch.with_next(share)).is_some()
        };
        let next_from_percent = (1..=100).find(is_on_next);
        let has_next = switch.next() != Share::NONE || next_from_percent.is_some();
        let next_reason = answer.next_reason();
        has_next.then(|| Self {
            side: answer.side().code(),
            next_from_percent,
            answered_by: answer.answered_by().unwrap_or(Side::Config).code(),
            revision: answers.revision().to_owned(),
            next_reason: next_reason.map(Reason::code),
            next_refusal: next_reason.and_then(Reason::refusal).map(Refusal::code),
        })
    }
}

impl Built {
    fn of(candidate: &Candidate<'_>) -> Self {
        let chosen = candidate.chosen();
        let (route, captures) = (chosen.found().route(), chosen.found().captures());
        let order = target::in_order(route.targets(), captures).into_iter();
        Self {
            name: chosen.target().name().to_owned(),
            base: chosen.target().base().to_string(),
            order: order.map(|target| target.name().to_owned()).collect(),
            template: route.location().to_string(),
            candidate: candidate.as_str().to_owned(),
        }
    }
}

fn proof(candidate: &Candidate<'_>) -> Vec<Answered> {
    let answered = |(point, verdict): (Point, Verdict)| {
        let (holds, refusal) = match verdict {
            Verdict::Held => (Some(true), None),
            Verdict::Refused(refusal) => (Some(false), Some(refusal.code())),
            Verdict::NotReached => (None, None),
        };
        Answered {
            point: point.code(),
            question: point.question(),
            holds,
            refusal,
            compared: facts::compared((point, verdict), candidate),
        }
    };
    let examined = Location::examine(candidate).into_iter();
    examined.map(answered).collect()
}

impl Decided {
    fn of(answer: &Answer<'_, '_>, switch: Switch, applies: bool) -> Self {
        let decision = answer.decision();
        let reason = decision.reason();
        let reply = answer.reply();
        let of_origin = || reason.map(|reason| answer.decision_header(reason).into_owned());
        let header = match &reply {
            Some(reply) => reply.decision().to_owned(),
            None => of_origin().unwrap_or_default(),
        };
        let found = answer.chosen().map(Chosen::found);
        let is_too_long = matches!(answer.no_match(), Some(NoMatch::LocationTooLong(_)));
        let sent_from_percent = decision.location().and(found).and_then(smallest_share);
        Self {
            decision: answer.decided(),
            reason: reason.map(Reason::code),
            refusal: reason.and_then(Reason::refusal).map(Refusal::code),
            location: decision.location().map(ToString::to_string),
            switch: switch.to_string(),
            attempt: answer.attempt(),
            because: answer.because().map(Because::code),
            sent_from_percent,
            header,
            meaning: reason.map_or(
                "The location was proven, and the switch allows it.",
                words::meaning,
            ),
            next: match reason {
                None => "`curl -sI` of the location shows what the CDN answers.".to_owned(),
                Some(_) if is_too_long => words::NEXT_IF_TOO_LONG.to_owned(),
                Some(reason) => words::next(reason, applies, sent_from_percent),
            },
            is_too_long,
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
