//! What was decided for a request, what came of the origin, and what is sent in the end.

mod remembered;

use std::borrow::Cow;

use super::instead_of_next::InsteadOfNext;
use crate::config::{Config, Route, RouteName, RoutePattern, Target};
use crate::decision::{Because, Decision, Reason, Released, decide};
use crate::location::Location;
use crate::log_line::{self, Answered, Exchange, InForce};
use crate::origin_redirect::{OriginAnswer, OriginRedirect};
use crate::reply::{self, Reply};
use crate::request::Method;
use crate::route::{NoMatch, RouteMatch};
use crate::sides::{Entry, Side};
use crate::target::{self, Candidate, Chosen, Step};
use crate::values::Effect;

/// What to do with one request, and the route and target that it came to.
///
/// A request that goes to the origin may end in another way than was decided. What comes of the
/// origin is added afterwards, by [`after_origin_failed`](Answer::after_origin_failed) or
/// [`after_origin_answered`](Answer::after_origin_answered).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'c, 'r> {
    /// Who answers; `None` while there is no configuration.
    by: Option<Entry<'c>>,
    /// Why `config` answers on the side of `next`.
    instead_of_next: Option<InsteadOfNext>,
    decision: Decision,
    chosen: Option<Chosen<'c, 'r>>,
    no_match: Option<NoMatch<'c>>,
    attempt: Option<u8>,
    after: After,
}

/// What came of the origin, as far as it changes what is sent or said.
#[derive(Clone, Debug, PartialEq, Eq)]
enum After {
    Nothing,
    Failed(Released),
    Redirected(OriginRedirect),
}

/// What is sent in the end.
enum Sent<'a> {
    /// A redirect to this location, or a JSON answer that names it.
    Redirect(&'a Location),
    /// The answer to a preflight.
    Preflight,
    /// A redirect to this location instead of the origin's, which was asked for this reason.
    Repaired(&'a Location, &'a Reason),
    /// The origin's answer.
    Origin,
}

impl<'c, 'r> Answer<'c, 'r> {
    /// The answer to a request that no route could be tried on, such as while there is no
    /// configuration.
    pub fn origin(reason: Reason) -> Self {
        Self {
            by: None,
            instead_of_next: None,
            decision: Decision::Origin(reason),
            chosen: None,
            no_match: None,
            attempt: None,
            after: After::Nothing,
        }
    }

    /// The answer to a request that is on no route, or on one that leaves it to the origin.
    pub(super) fn unmatched(by: Entry<'c>, no_match: NoMatch<'c>) -> Self {
        Self {
            by: Some(by),
            no_match: Some(no_match),
            ..Self::origin(no_match.into())
        }
    }

    /// The answer of `config` to a request on the side of `next`.
    pub(super) fn instead_of_next(self, why: InsteadOfNext) -> Self {
        Self {
            instead_of_next: Some(why),
            ..self
        }
    }

    /// The origin's answer in the place of this one, which cannot be sent.
    #[must_use]
    pub fn unsendable(self, reason: Reason) -> Self {
        Self {
            by: self.by,
            instead_of_next: self.instead_of_next,
            ..Self::origin(reason)
        }
    }

    /// Why the configuration has no way for the request, if another may have one.
    pub(super) fn no_way(&self) -> Option<&Reason> {
        let reason = self.decision.reason();
        reason.filter(|reason| reason.may_be_another_way())
    }

    /// Builds the candidate for a target, proves it, and decides.
    pub(super) fn at(
        by: Entry<'c>,
        chosen: Chosen<'c, 'r>,
        build: &dyn Fn(&Chosen<'_, '_>) -> String,
        effect: Effect,
        may_go_to_origin: impl FnOnce() -> bool,
    ) -> Self {
        let proof = Location::prove(Candidate::new(&chosen, build(&chosen)));
        let goes_to_origin = || chosen.is_origin_next() && may_go_to_origin();
        Self {
            by: Some(by),
            instead_of_next: None,
            decision: decide(proof, effect, goes_to_origin),
            chosen: Some(chosen),
            no_match: None,
            attempt: None,
            after: After::Nothing,
        }
    }

    /// The configuration that answers, whose backends and headers are used; `None` while there is none.
    pub fn config(&self) -> Option<&'c Config> {
        self.by.map(Entry::config)
    }

    /// The entry whose configuration answers; `None` while there is none.
    pub fn answered_by(&self) -> Option<Side> {
        self.by.map(Entry::side)
    }

    /// The side of the file, whoever answers.
    pub fn side(&self) -> Side {
        match (&self.instead_of_next, self.by) {
            (Some(_), _) => Side::Next,
            (None, by) => by.map_or(Side::Config, Entry::side),
        }
    }

    /// Why `next` has no way for the request, if `config` answers for that reason.
    pub fn next_reason(&self) -> Option<&Reason> {
        self.instead_of_next.as_ref()?.reason()
    }

    /// The decision.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The match and the target that the location is at, sent or held back, or was refused at.
    pub fn chosen(&self) -> Option<&Chosen<'c, 'r>> {
        self.chosen.as_ref()
    }

    /// The name of the route that the request was on, also if that leaves it to the origin.
    pub fn route_name(&self) -> Option<&'c RouteName> {
        let pattern = match self.no_match {
            Some(NoMatch::OriginRoute(route) | NoMatch::CameFromTarget(route)) => Some(route),
            _ => self.route().map(Route::pattern),
        };
        pattern.map(RoutePattern::name)
    }

    /// Why no route could be tried, if that is the reason.
    pub fn no_match(&self) -> Option<NoMatch<'c>> {
        self.no_match
    }

    /// The route that the request was on, if it redirects.
    pub fn route(&self) -> Option<&'c Route> {
        self.chosen.as_ref().map(|chosen| chosen.found().route())
    }

    /// The target that the location is at, sent or held back, or was refused at.
    pub fn target(&self) -> Option<&'c Target> {
        self.chosen.as_ref().map(Chosen::target)
    }

    /// Which attempt of its client this is within the window, from 1; `None` if attempts are not
    /// counted. One more than [`Attempts::MOST`](crate::attempts::Attempts::MOST) stands for all later ones.
    pub fn attempt(&self) -> Option<u8> {
        self.attempt
    }

    /// The answer now that no origin backend answered: the proven redirect, if only `shadow`, a share or a
    /// repeated attempt held it back. A refused location stays refused, and `off` stays off.
    #[must_use]
    pub fn after_origin_failed(mut self) -> Self {
        self.after = self.released().map_or(After::Nothing, After::Failed);
        self
    }

    /// The location that may be sent in the origin's place.
    fn released(&self) -> Option<Released> {
        self.decision.reason().and_then(Released::by)
    }

    /// The answer now that the origin answered: its own redirect of a request on a route is compared
    /// with the proven location.
    #[must_use]
    pub fn after_origin_answered(mut self, answer: &OriginAnswer<'_>) -> Self {
        let redirect = self.chosen.as_ref().and_then(|chosen| {
            let found = chosen.found();
            if self.is_preflight() {
                return None;
            }
            // The origin has its own way to choose among several targets.
            let by = found.config().into();
            let others: Vec<_> = match found.route().targets().only() {
                Some(_) => Vec::new(),
                None => at_every_target(by, found, Effect::Send).collect(),
            };
            let others = others.iter().filter_map(|it| it.decision.location());
            let proven: Vec<_> = self.decision.location().into_iter().chain(others).collect();
            OriginRedirect::judge(answer, &proven, self.released(), found.config())
        });
        self.after = redirect.map_or(After::Nothing, After::Redirected);
        self
    }

    /// The origin's own redirect, if it does not lead to the proven location.
    pub fn origin_redirect(&self) -> Option<&OriginRedirect> {
        match &self.after {
            After::Redirected(redirect) => Some(redirect),
            After::Nothing | After::Failed(_) => None,
        }
    }

    /// Why the client is sent elsewhere than the side, the decision or the order of its file's targets says.
    pub fn because(&self) -> Option<Because> {
        let step = self.chosen.as_ref().map(Chosen::step);
        match (&self.after, &self.decision, step) {
            (After::Failed(_), ..) => Some(Because::OriginDown),
            (After::Redirected(redirect), ..) if redirect.repair().is_some() => {
                Some(Because::OriginRedirect)
            }
            _ if self.instead_of_next.is_some() => self.because_of_side(),
            (_, Decision::Redirect(_), Some(Step::PastUnhealthy)) => Some(Because::TargetUnhealthy),
            (_, Decision::Redirect(_), Some(Step::Next)) => Some(Because::SecondTry),
            _ => None,
        }
    }

    /// Why the client is not answered by the side of its file.
    fn because_of_side(&self) -> Option<Because> {
        self.instead_of_next.as_ref().map(InsteadOfNext::because)
    }

    /// The location that a redirect or a JSON answer of the edge names, unless it repairs the origin's.
    pub fn redirect(&self) -> Option<&Location> {
        match self.sent() {
            Sent::Redirect(location) => Some(location),
            _ => None,
        }
    }

    /// The reply to send; `None` if the origin's answer is passed on.
    pub fn reply(&self) -> Option<Reply<'_>> {
        let found = self.chosen.as_ref()?.found();
        let (because, by) = (self.because(), self.answered_by());
        match self.sent() {
            Sent::Redirect(location) => Some(reply::to_location(found, location, because, by)),
            Sent::Preflight => Some(reply::to_preflight(found, because, by)),
            Sent::Repaired(location, reason) => Some(reply::repaired(found, location, reason, by)),
            Sent::Origin => None,
        }
    }

    /// The value of `signpost-decision` in an answer of the origin's, which was asked for this reason.
    pub fn decision_header(&self, reason: &Reason) -> Cow<'static, str> {
        let decision = Cow::Borrowed(reason.decision_header());
        reply::decided(decision, self.because_of_side(), self.answered_by())
    }

    /// What is answered: `redirect`, `preflight` or `origin`.
    pub fn decided(&self) -> &'static str {
        match self.sent() {
            Sent::Redirect(_) => "redirect",
            Sent::Preflight => "preflight",
            Sent::Repaired(..) | Sent::Origin => "origin",
        }
    }

    fn sent(&self) -> Sent<'_> {
        let location = match (&self.decision, &self.after) {
            (Decision::Redirect(location), _) => location,
            (Decision::Origin(_), After::Failed(released)) => released.location(),
            (Decision::Origin(reason), After::Redirected(redirect)) => {
                let repair = redirect.repair();
                return repair.map_or(Sent::Origin, |location| Sent::Repaired(location, reason));
            }
            (Decision::Origin(_), After::Nothing) => return Sent::Origin,
        };
        if self.is_preflight() {
            Sent::Preflight
        } else {
            Sent::Redirect(location)
        }
    }

    fn is_preflight(&self) -> bool {
        let request = self.chosen.as_ref().map(|chosen| chosen.found().request());
        request.is_some_and(|request| request.method() == Method::Preflight)
    }

    /// The log line of the exchange, without a line end.
    pub fn log_line(&self, exchange: &Exchange<'_>, in_force: &InForce<'_>) -> String {
        let answered = Answered {
            side: self.side(),
            decision: &self.decision,
            decided: self.decided(),
            route: self.route_name(),
            target: self.target(),
            attempt: self.attempt,
            because: self.because(),
            next_reason: self.next_reason(),
            origin_redirect: self.origin_redirect(),
        };
        log_line::write(exchange, &answered, in_force)
    }
}

/// The answer at each target of a route, in the order in which the captures choose them.
pub(super) fn at_every_target<'c, 'r>(
    by: Entry<'c>,
    found: &RouteMatch<'c, 'r>,
    effect: Effect,
) -> impl Iterator<Item = Answer<'c, 'r>> {
    let targets = target::in_order(found.route().targets(), found.captures());
    let chosen = |target| Chosen::at(found.clone(), target);
    targets
        .into_iter()
        .filter_map(chosen)
        .map(move |chosen| Answer::at(by, chosen, &target::build, effect, || false))
}
