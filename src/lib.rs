//! Signpost answers a package registry's download requests at the edge with redirects to the CDN.
//! A redirect leaves only when its URL is proven; in every other case the request is the origin's.
//!
//! This is the pure library: no I/O, no clock, no platform. The modules stand in the order in which
//! a request goes through them, and [`answer`] is the whole way.
//!
//! ```
//! use signpost::config::Config;
//! use signpost::request::Request;
//! use signpost::switch::Switch;
//!
//! let config = Config::from_toml(include_str!("../config/crates-io.toml")).unwrap();
//! let request = Request::new("GET", "crates.io", "/api/v1/crates/smallvec/1.10.0/download");
//! let answer = signpost::answer(&config, &request, Switch::ENFORCE);
//! assert_eq!(
//!     answer.decision().location().unwrap().as_str(),
//!     "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
//! );
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

pub mod request;
pub mod route;
pub mod target;
pub mod location;
pub mod decision;
pub mod origin_redirect;
pub mod reply;
pub mod log_line;

// What the stages are made of.
pub mod capture;
pub mod config;
pub mod entries;
pub mod host;
pub mod received;
pub mod retry;
pub mod switch;
pub mod template;

use config::Config;
use decision::{Because, Decision, Reason, Released, decide};
use location::Location;
use origin_redirect::{OriginAnswer, OriginRedirect};
use reply::Reply;
use request::Request;
use route::{Route, RouteMatch};
use switch::Switch;
use target::{Step, Target, Turn};

/// What is to be done with one request, and the route that it was on.
///
/// A request that goes to the origin may end in another way than was decided. What comes of the
/// origin is added afterwards, by [`after_origin_failed`](Answer::after_origin_failed) or
/// [`after_origin_answered`](Answer::after_origin_answered).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'c> {
    decision: Decision,
    route: Option<&'c Route>,
    target: Option<&'c Target>,
    step: Step,
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

/// Answers a request: finds its route, builds the candidate, proves it, and decides. It is taken as a
/// first try, and every target as healthy.
pub fn answer<'c>(config: &'c Config, request: &Request<'_>, switch: Switch) -> Answer<'c> {
    answer_with(target::build, config, request, switch)
}

/// Answers a request with another builder of candidates than [`target::build`].
///
/// Nothing is believed of the builder: whatever it returns has to pass the proof.
pub fn answer_with<'c>(
    build: impl FnOnce(&RouteMatch<'_, '_>) -> String,
    config: &'c Config,
    request: &Request<'_>,
    switch: Switch,
) -> Answer<'c> {
    answer_in_turn(build, config, request, switch, &Turn::FIRST)
}

/// Answers a request in its turn: passes over targets that are not healthy, and over those that the
/// client was sent to before.
///
/// Health is asked only where a route has several targets, and only about those that name a backend
/// for it.
pub fn answer_in_turn<'c>(
    build: impl FnOnce(&RouteMatch<'_, '_>) -> String,
    config: &'c Config,
    request: &Request<'_>,
    switch: Switch,
    turn: &Turn<'_>,
) -> Answer<'c> {
    match find(config, request, turn) {
        Ok(found) => Answer::of(&found, build(&found), config, request, switch),
        Err(reason) => Answer::origin(reason),
    }
}

/// Answers a request once for each target of its route, in the order in which its captures choose
/// them; once where no route could be tried.
///
/// This is for whoever tries a configuration: that every target has its proof is to be known before
/// the first of them is unhealthy.
pub fn answers_at_every_target<'c>(
    config: &'c Config,
    request: &Request<'_>,
    switch: Switch,
) -> Vec<Answer<'c>> {
    match find(config, request, &Turn::FIRST) {
        Ok(found) => found
            .at_every_target()
            .map(|found| Answer::of(&found, target::build(&found), config, request, switch))
            .collect(),
        Err(reason) => vec![Answer::origin(reason)],
    }
}

/// Where a request may be sent to: the origin has its own way to choose among the targets.
fn locations_at_every_target(config: &Config, request: &Request<'_>) -> Vec<Location> {
    let answers = answers_at_every_target(config, request, Switch::ENFORCE);
    answers
        .iter()
        .filter_map(|answer| answer.decision.location().cloned())
        .collect()
}

fn find<'c, 'r>(
    config: &'c Config,
    request: &'r Request<'_>,
    turn: &Turn<'_>,
) -> Result<RouteMatch<'c, 'r>, Reason> {
    if !config.applies_to(request.host()) {
        return Err(Reason::NoRoute);
    }
    route::find_in_turn(config.routes(), request, turn)
}

impl<'c> Answer<'c> {
    /// The answer to every request that no route could be tried on, such as while there is no
    /// configuration.
    pub fn origin(reason: Reason) -> Self {
        Self {
            decision: Decision::Origin(reason),
            route: None,
            target: None,
            step: Step::First,
            attempt: None,
            after: After::Nothing,
        }
    }

    fn of(
        found: &RouteMatch<'c, '_>,
        candidate: String,
        config: &Config,
        request: &Request<'_>,
        switch: Switch,
    ) -> Self {
        let decision = match Location::prove(candidate, config, request, found) {
            Ok(location) => match decide(location, switch, found.captures()) {
                Decision::Redirect(location) if found.step() == Step::Origin => {
                    Decision::Origin(Reason::Retried(location))
                }
                decided => decided,
            },
            Err(refusal) => Decision::Origin(Reason::LocationRefused(refusal)),
        };
        Self {
            decision,
            route: Some(found.route()),
            target: Some(found.target()),
            step: found.step(),
            attempt: None,
            after: After::Nothing,
        }
    }

    fn at_attempt(mut self, attempt: u8) -> Self {
        self.attempt = Some(attempt);
        self
    }

    /// The decision.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The route that the request was on.
    pub fn route(&self) -> Option<&'c Route> {
        self.route
    }

    /// The target that its location is at, sent or held back, or was refused at.
    pub fn target(&self) -> Option<&'c Target> {
        self.target
    }

    /// The place of the target that was tried, among those of its route; nothing where the origin was.
    /// One whose location was refused counts as tried.
    fn place_among_targets(&self) -> Option<usize> {
        match self.decision {
            Decision::Origin(Reason::Retried(_)) => None,
            _ => self.route?.targets().place_of(self.target?),
        }
    }

    /// Which try of its client this is within the window, from 1; nothing where tries are not counted.
    /// One more than [`Tries::MOST`](target::Tries::MOST) stands for all that come after.
    pub fn attempt(&self) -> Option<u8> {
        self.attempt
    }

    /// The answer now that no origin backend answered: the proven redirect, where only the switch had
    /// held it back. A refused location stays refused.
    #[must_use]
    pub fn after_origin_failed(mut self) -> Self {
        let released = self.decision.reason().and_then(Released::by);
        self.after = released.map_or(After::Nothing, After::Failed);
        self
    }

    /// The answer now that the origin answered: its own redirect of a request on a route is judged.
    #[must_use]
    pub fn after_origin_answered(
        mut self,
        answer: &OriginAnswer<'_>,
        config: &Config,
        request: &Request<'_>,
    ) -> Self {
        let redirect = self.route.and_then(|route| {
            let others = match route.targets().only() {
                Some(_) => Vec::new(),
                None => locations_at_every_target(config, request),
            };
            OriginRedirect::judge(
                answer,
                self.decision.location(),
                &others,
                config.allowed_hosts(),
                config.origin().check_redirects,
            )
        });
        self.after = redirect.map_or(After::Nothing, After::Redirected);
        self
    }

    /// The origin's own redirect, where it does not lead to the proven location.
    pub fn origin_redirect(&self) -> Option<&OriginRedirect> {
        match &self.after {
            After::Redirected(redirect) => Some(redirect),
            After::Nothing | After::Failed(_) => None,
        }
    }

    /// Why the client is sent elsewhere than the decision or the order of its file's targets says.
    pub fn because(&self) -> Option<Because> {
        match (&self.after, &self.decision, self.step) {
            (After::Failed(_), ..) => Some(Because::OriginDown),
            (After::Redirected(redirect), ..) => redirect.repair().map(|_| Because::OriginRedirect),
            (After::Nothing, Decision::Redirect(_), Step::PastUnhealthy) => {
                Some(Because::TargetUnhealthy)
            }
            (After::Nothing, Decision::Redirect(_), Step::Next) => Some(Because::SecondTry),
            (After::Nothing, ..) => None,
        }
    }

    /// The location that a reply of ours sends the client to, if we reply.
    pub fn redirect(&self) -> Option<&Location> {
        match (&self.decision, &self.after) {
            (Decision::Redirect(location), _) => Some(location),
            (_, After::Failed(released)) => Some(released.location()),
            _ => None,
        }
    }

    /// The reply to send, if we redirect; nothing where the origin is to answer.
    pub fn reply<'a>(&'a self, config: &'a Config, request: &Request<'_>) -> Option<Reply<'a>> {
        Some(reply::to_location(
            config.response(),
            request,
            self.route?,
            self.redirect()?,
            self.because(),
        ))
    }
}
