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

/// What is to be done with one request, and the route that it was on.
///
/// A request that goes to the origin may end in another way than was decided. What comes of the
/// origin is added afterwards, by [`after_origin_failed`](Answer::after_origin_failed) or
/// [`after_origin_answered`](Answer::after_origin_answered).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'c> {
    decision: Decision,
    route: Option<&'c Route>,
    after: After,
}

/// What came of the origin, as far as it changes what is sent or said.
#[derive(Clone, Debug, PartialEq, Eq)]
enum After {
    Nothing,
    Failed(Released),
    Redirected(OriginRedirect),
}

/// Answers a request: finds its route, builds the candidate, proves it, and decides.
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
    if !config.applies_to(request.host()) {
        return Answer::origin(Reason::NoRoute);
    }
    let found = match route::find(config.routes(), request) {
        Ok(found) => found,
        Err(reason) => return Answer::origin(reason),
    };
    let candidate = build(&found);
    let decision = match Location::prove(candidate, config, request, &found) {
        Ok(location) => decide(location, switch, found.captures()),
        Err(refusal) => Decision::Origin(Reason::LocationRefused(refusal)),
    };
    Answer {
        decision,
        route: Some(found.route()),
        after: After::Nothing,
    }
}

impl<'c> Answer<'c> {
    /// The answer to every request that no route could be tried on, such as while there is no
    /// configuration.
    pub fn origin(reason: Reason) -> Self {
        Self {
            decision: Decision::Origin(reason),
            route: None,
            after: After::Nothing,
        }
    }

    /// The decision.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The route that the request was on.
    pub fn route(&self) -> Option<&'c Route> {
        self.route
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
    pub fn after_origin_answered(mut self, answer: &OriginAnswer<'_>, config: &Config) -> Self {
        let redirect = self.route.and_then(|_| {
            OriginRedirect::judge(
                answer,
                self.decision.location(),
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

    /// Why the client is sent to the proven location although the decision was for the origin.
    pub fn because(&self) -> Option<Because> {
        match &self.after {
            After::Nothing => None,
            After::Failed(_) => Some(Because::OriginDown),
            After::Redirected(redirect) => redirect.repair().map(|_| Because::OriginRedirect),
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
