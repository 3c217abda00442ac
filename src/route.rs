//! Stage 2: which route a request is on, and what it captured.

use crate::config::{Config, Route, RoutePattern};
use crate::request::{MalformedPath, Method, Request};
use crate::values::{Capture, CaptureSlot, CaptureType, Mismatch};

/// A request that is on a route, with the values that its path holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteMatch<'c, 'r> {
    config: &'c Config,
    request: &'r Request<'r>,
    route: &'c Route,
    captures: Vec<Capture<'r>>,
}

/// Why a request is on no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMatch<'c> {
    /// No route has this host and the shape of this path.
    NoRoute,
    /// The path cannot be decoded without doubt, or was rewritten on its way.
    PathMalformed,
    /// The path has a route's shape, and the method is neither GET nor HEAD.
    MethodNotRedirectable,
    /// The path has a route's shape, and this capture does not fit.
    CaptureInvalid(&'c CaptureSlot),
    /// The path is on a route, and this capture is too short for a part that the location takes of it.
    CaptureTooShort(&'c CaptureSlot),
    /// The path is on a route whose requests all go to the origin.
    OriginRoute(&'c RoutePattern),
}

/// A route, and what became of a request's path on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace<'c, 'r> {
    /// The route.
    pub route: &'c RoutePattern,
    /// What became of the path.
    pub outcome: Outcome<'c, 'r>,
}

/// What became of a path on a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'c, 'r> {
    /// The path is on the route, with these captures.
    Matched(Vec<Capture<'r>>),
    /// The path is not on the route.
    Stopped(Mismatch<'c, 'r>),
    /// The route does not apply to the request's host.
    OtherHost,
    /// The route was not looked at, because the path is on an earlier one.
    NotReached,
}

/// Finds the first route whose captures are all valid in the request's path; those of the origin come
/// first, and then the others in configured order.
///
/// # Errors
///
/// [`NoMatch`]. If several routes have the path's shape, the first one's invalid capture is named.
pub fn find<'c, 'r>(
    config: &'c Config,
    request: &'r Request<'_>,
) -> Result<RouteMatch<'c, 'r>, NoMatch<'c>> {
    if !config.applies_to(request.host()) {
        return Err(NoMatch::NoRoute);
    }
    let path = request.segments().map_err(|_| NoMatch::PathMalformed)?;
    let mut no_match = NoMatch::NoRoute;
    let (of_origin, redirecting) = (config.origin_routes(), config.routes());
    for place in config.index().candidates(path) {
        if let Some(route) = of_origin.get(place) {
            if route.applies_to(request.host()) && route.path().read(path).is_ok() {
                return Err(NoMatch::OriginRoute(route));
            }
            continue;
        }
        let route = redirecting.get(place - of_origin.len());
        let applies = |route: &&Route| route.pattern().applies_to(request.host());
        let Some(route) = route.filter(applies) else {
            continue;
        };
        let read = match route.path().read(path) {
            Err(Mismatch::SegmentCount { .. } | Mismatch::Literal { .. }) => continue,
            Err(Mismatch::Capture { slot, .. }) => Err(slot),
            Ok(captures) => Ok(route.held(captures)),
        };
        // The path has the shape of a route, so what keeps it from any route is told now.
        if !request.is_as_received() {
            return Err(NoMatch::PathMalformed);
        }
        if request.method() == Method::Other {
            return Err(NoMatch::MethodNotRedirectable);
        }
        let invalid = match read {
            Ok(captures) => match route.location().too_short(&captures) {
                None => {
                    return Ok(RouteMatch {
                        config,
                        request,
                        route,
                        captures,
                    });
                }
                Some(slot) => NoMatch::CaptureTooShort(slot),
            },
            Err(slot) => NoMatch::CaptureInvalid(slot),
        };
        if no_match == NoMatch::NoRoute {
            no_match = invalid;
        }
    }
    Err(no_match)
}

/// Follows a request's path through every route, in the order in which they are tried, up to the one
/// that it is on.
///
/// It looks at the path and the routes' own hosts. The first match here is the one of [`find`], unless the
/// configuration's hosts, the method or a rewritten target keeps the request from it, or the location is
/// to take a part of a capture that is too short.
///
/// # Errors
///
/// [`MalformedPath`] if the path cannot be decoded without doubt, so that it can be on no route.
pub fn trace<'c, 'r>(
    config: &'c Config,
    request: &'r Request<'_>,
) -> Result<Vec<Trace<'c, 'r>>, MalformedPath> {
    let path = request.segments()?;
    let mut matched = false;
    let trace = |route: &'c RoutePattern| {
        let outcome = if !route.applies_to(request.host()) {
            Outcome::OtherHost
        } else if matched {
            Outcome::NotReached
        } else {
            let read = route.path().read(path);
            read.map_or_else(Outcome::Stopped, Outcome::Matched)
        };
        matched |= matches!(outcome, Outcome::Matched(_));
        Trace { route, outcome }
    };
    Ok(config.patterns().map(trace).collect())
}

impl<'c, 'r> RouteMatch<'c, 'r> {
    /// The configuration that the route is from.
    pub fn config(&self) -> &'c Config {
        self.config
    }

    /// The request.
    pub fn request(&self) -> &'r Request<'r> {
        self.request
    }

    /// The route that matched.
    pub fn route(&self) -> &'c Route {
        self.route
    }

    /// The first captured value of this type that the location holds.
    pub fn value_of(&self, kind: &CaptureType) -> Option<&str> {
        let slots = self.route.location().captures().iter();
        let mut values = slots.zip(&self.captures);
        let (_, value) = values.find(|(slot, _)| slot.kind() == kind)?;
        Some(value.as_str())
    }

    /// The captured values that the location holds, in the order in which the path declares them.
    pub fn captures(&self) -> &[Capture<'r>] {
        &self.captures
    }
}
