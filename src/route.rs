//! Stage 2: which route a request is on, and what it captured.

use crate::config::{Config, Route};
use crate::request::{MalformedPath, Method, Request};
use crate::values::{Capture, CaptureType, Mismatch};

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
pub enum NoMatch {
    /// No route has this host and the shape of this path.
    NoRoute,
    /// The path cannot be decoded without doubt, or was rewritten on its way.
    PathMalformed,
    /// The path has a route's shape, and the method is neither GET nor HEAD.
    MethodNotRedirectable,
    /// The path has a route's shape, and a captured value is not of this type.
    CaptureInvalid(CaptureType),
}

/// A route, and what became of a request's path on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace<'c, 'r> {
    /// The route.
    pub route: &'c Route,
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
    /// The route was not looked at, because the path is on an earlier one.
    NotReached,
}

/// Finds the first route, in configured order, whose captures are all valid in the request's path.
///
/// # Errors
///
/// [`NoMatch`]. If several routes have the path's shape, the first one's invalid capture is named.
pub fn find<'c, 'r>(
    config: &'c Config,
    request: &'r Request<'_>,
) -> Result<RouteMatch<'c, 'r>, NoMatch> {
    if !config.applies_to(request.host()) {
        return Err(NoMatch::NoRoute);
    }
    let path = request.segments().map_err(|_| NoMatch::PathMalformed)?;
    let mut no_match = NoMatch::NoRoute;
    for route in config.routes() {
        let read = route.path().read(path);
        if let Err(Mismatch::SegmentCount { .. } | Mismatch::Literal { .. }) = read {
            continue;
        }
        // The path has the shape of a route, so what keeps it from any route is told now.
        if !request.is_as_received() {
            return Err(NoMatch::PathMalformed);
        }
        if request.method() == Method::Other {
            return Err(NoMatch::MethodNotRedirectable);
        }
        match read {
            Ok(captures) => {
                return Ok(RouteMatch {
                    config,
                    request,
                    route,
                    captures,
                });
            }
            Err(Mismatch::Capture { slot, .. }) if no_match == NoMatch::NoRoute => {
                no_match = NoMatch::CaptureInvalid(slot.kind());
            }
            Err(_) => {}
        }
    }
    Err(no_match)
}

/// Follows a request's path through every route, in configured order, up to the one that it is on.
///
/// It looks at the path alone. The first match here is the one of [`find`], unless the host, the
/// method or a rewritten target keeps the request from it.
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
    let trace = |route: &'c Route| {
        let outcome = if matched {
            Outcome::NotReached
        } else {
            let read = route.path().read(path);
            read.map_or_else(Outcome::Stopped, Outcome::Matched)
        };
        matched |= matches!(outcome, Outcome::Matched(_));
        Trace { route, outcome }
    };
    Ok(config.routes().iter().map(trace).collect())
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

    /// The captured values, in the order in which the path declares them.
    pub fn captures(&self) -> &[Capture<'r>] {
        &self.captures
    }
}
