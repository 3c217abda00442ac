//! Stage 2: which route a request is on, and what it captured.

mod attempt;
mod pattern;

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

use crate::capture::{Capture, CaptureType};
use crate::decision::Reason;
use crate::request::{Method, Request};
use crate::target::{Choice, Step, Target, Targets, Turn};
use crate::template::LocationTemplate;

pub use attempt::{Attempt, Outcome, Stop, attempts};
#[cfg(feature = "toml")]
pub(crate) use pattern::PatternSegment;
pub use pattern::{CaptureSlot, PathPattern, PatternError};

/// A named path pattern, and where its matches are to be sent.
///
/// Routes are made by [`Config`](crate::config::Config), which has checked that every capture of
/// the path is in the location and the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    name: RouteName,
    pattern: PathPattern,
    targets: Targets,
    location: LocationTemplate,
    options: RouteOptions,
}

/// The name of a route: a lower-case ASCII letter, then lower-case letters, digits, `-` and `_`;
/// at most 64 bytes. It stands in headers and logs, so it never needs escaping.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteName {
    name: String,
    decision_header: String,
}

/// How a route's answers look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteOptions {
    /// The status of its redirects.
    pub status: RedirectStatus,
    /// Whether clients that accept JSON get the URL as JSON.
    pub json: bool,
    /// The value of `Cache-Control` on its answers, if any.
    pub cache_control: Option<crate::config::HeaderText>,
}

/// The statuses that send a client on to a `Location`: RFC 9110, section 15.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectStatus {
    /// 301 Moved Permanently.
    MovedPermanently = 301,
    /// 302 Found, the default.
    Found = 302,
    /// 303 See Other.
    SeeOther = 303,
    /// 307 Temporary Redirect.
    TemporaryRedirect = 307,
    /// 308 Permanent Redirect.
    PermanentRedirect = 308,
}

/// A name that is not fit for a route.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not a route name: a lower-case letter, then lower-case letters, digits, `-` and `_`, at most 64 bytes"
)]
pub struct RouteNameError(String);

/// A status that does not redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0} is not one of the redirect statuses 301, 302, 303, 307 and 308")]
pub struct StatusError(u16);

/// A request that is on a route, with the values that its path holds, and the one of the route's
/// targets that it is to be sent to.
///
/// Builder and proof ask the match and never the route for the target, so they cannot mean two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteMatch<'c, 'r> {
    route: &'c Route,
    captures: Vec<Capture<'r>>,
    choice: Choice<'c>,
}

/// Finds the first route, in configured order, whose captures all hold in the request's path.
///
/// # Errors
///
/// The [`Reason`] for which the request is the origin's: its path is malformed or was rewritten, no
/// route has its shape, its method is not GET or HEAD, or a captured value is not of its type. Where several
/// routes have the path's shape, the first one's failed capture is named.
pub fn find<'c, 'r>(
    routes: &'c [Route],
    request: &'r Request<'_>,
) -> Result<RouteMatch<'c, 'r>, Reason> {
    find_in_turn(routes, request, &Turn::FIRST)
}

/// Finds the route as [`find`] does, for a request of which more is known: which targets are healthy,
/// and how often its client was sent for this file before.
///
/// # Errors
///
/// Those of [`find`].
pub fn find_in_turn<'c, 'r>(
    routes: &'c [Route],
    request: &'r Request<'_>,
    turn: &Turn<'_>,
) -> Result<RouteMatch<'c, 'r>, Reason> {
    let segments = request.segments().map_err(|_| Reason::PathMalformed)?;
    let mut of_this_shape = routes
        .iter()
        .filter(|route| route.pattern.stop_by_shape(segments).is_none())
        .peekable();
    if of_this_shape.peek().is_none() {
        return Err(Reason::NoRoute);
    }
    if !request.is_as_received() {
        return Err(Reason::PathMalformed);
    }
    if request.method() == Method::Other {
        return Err(Reason::MethodNotRedirectable);
    }
    let mut reason = Reason::NoRoute;
    for route in of_this_shape {
        match route.pattern.captures_in(segments) {
            Ok(captures) => return Ok(RouteMatch::new(route, captures, turn)),
            Err((_, slot)) if reason == Reason::NoRoute => reason = reason_for(slot.kind()),
            Err(_) => {}
        }
    }
    Err(reason)
}

fn reason_for(kind: CaptureType) -> Reason {
    match kind {
        CaptureType::Crate => Reason::NameInvalid,
        CaptureType::Semver => Reason::VersionInvalid,
        CaptureType::Segment | CaptureType::Sha256 | CaptureType::Path => Reason::CaptureInvalid,
    }
}

impl Route {
    /// Puts together parts that were each checked; [`Config`](crate::config::Config) is the only
    /// caller.
    pub(crate) fn new(
        name: RouteName,
        pattern: PathPattern,
        targets: Targets,
        location: LocationTemplate,
        options: RouteOptions,
    ) -> Self {
        Self {
            name,
            pattern,
            targets,
            location,
            options,
        }
    }

    /// The name, as it stands in headers and logs.
    pub fn name(&self) -> &RouteName {
        &self.name
    }

    /// The pattern that paths are matched against.
    pub fn pattern(&self) -> &PathPattern {
        &self.pattern
    }

    /// The CDNs that matches are sent to; each match to one of them.
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// The template of the location's path below the target's base.
    pub fn location(&self) -> &LocationTemplate {
        &self.location
    }

    /// How answers on this route look.
    pub fn options(&self) -> &RouteOptions {
        &self.options
    }

    /// The match of a path, or where it stops.
    fn take<'c, 'r>(
        &'c self,
        path: &'r [Cow<'_, str>],
    ) -> Result<RouteMatch<'c, 'r>, Stop<'c, 'r>> {
        if let Some(stop) = self.pattern.stop_by_shape(path) {
            return Err(stop);
        }
        let captures = self
            .pattern
            .captures_in(path)
            .map_err(|(segment, slot)| Stop::Capture {
                segment,
                slot,
                found: slot.text_at(segment, path),
            })?;
        Ok(RouteMatch::new(self, captures, &Turn::FIRST))
    }
}

impl<'c, 'r> RouteMatch<'c, 'r> {
    fn new(route: &'c Route, captures: Vec<Capture<'r>>, turn: &Turn<'_>) -> Self {
        Self {
            route,
            choice: route.targets.choose(&captures, turn),
            captures,
        }
    }

    /// The route that matched.
    pub fn route(&self) -> &'c Route {
        self.route
    }

    /// The captured values, in the order in which the pattern declares them.
    pub fn captures(&self) -> &[Capture<'r>] {
        &self.captures
    }

    /// The target that it is to be sent to, one of its route's.
    pub fn target(&self) -> &'c Target {
        self.choice.target()
    }

    /// How the turn of the request came to that target.
    pub fn step(&self) -> Step {
        self.choice.step()
    }

    /// The same match, once for each target of its route, in the order in which its captures choose
    /// them.
    pub fn at_every_target(&self) -> impl Iterator<Item = Self> {
        let targets = self.route.targets.in_order(&self.captures);
        targets.into_iter().map(|target| Self {
            route: self.route,
            captures: self.captures.clone(),
            choice: Choice::first(target),
        })
    }
}

impl RouteName {
    /// Reads a route name.
    ///
    /// # Errors
    ///
    /// [`RouteNameError`], holding the text that is no name.
    pub fn parse(text: &str) -> Result<Self, RouteNameError> {
        let fits = text.len() <= 64
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        if !fits {
            return Err(RouteNameError(text.to_owned()));
        }
        Ok(Self {
            name: text.to_owned(),
            decision_header: format!(r#"redirect;route="{text}""#),
        })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The value of `signpost-decision` on this route's redirects, made once for all of them.
    pub fn decision_header(&self) -> &str {
        &self.decision_header
    }
}

impl fmt::Display for RouteName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

impl RedirectStatus {
    /// The number that goes on the wire.
    pub fn as_u16(self) -> u16 {
        self as u16
    }
}

impl TryFrom<u16> for RedirectStatus {
    type Error = StatusError;

    fn try_from(status: u16) -> Result<Self, StatusError> {
        match status {
            301 => Ok(Self::MovedPermanently),
            302 => Ok(Self::Found),
            303 => Ok(Self::SeeOther),
            307 => Ok(Self::TemporaryRedirect),
            308 => Ok(Self::PermanentRedirect),
            other => Err(StatusError(other)),
        }
    }
}
