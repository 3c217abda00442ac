//! Stage 2: which route a request is on, and what it captured.

use std::borrow::Cow;

use crate::config::{Config, Route, RoutePattern, Target, WeightedTarget};
use crate::request::{MalformedPath, Method, Request};
use crate::values::{Capture, CaptureSlot, CaptureType, MAX_LOCATION, Mismatch};

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
    /// The path has a route's shape, and the request is neither GET nor HEAD, nor a preflight where those
    /// are answered.
    MethodNotRedirectable,
    /// The path has a route's shape, and this capture does not fit.
    CaptureInvalid(&'c CaptureSlot),
    /// The path is on a route, and this capture is too short for a part that the location takes of it.
    CaptureTooShort(&'c CaptureSlot),
    /// The path is on a route, and its location would be too long at one of the route's targets.
    LocationTooLong(&'c RoutePattern),
    /// The path is on a route, and the request comes from one of the route's targets.
    CameFromTarget(&'c RoutePattern),
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
    for tried in tried(config, request.host(), path) {
        let route = match tried {
            Tried::OfOrigin(route) if route.path().read(path).is_ok() => {
                return Err(NoMatch::OriginRoute(route));
            }
            Tried::OfOrigin(_) => continue,
            Tried::Redirecting(route) => route,
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
        if !is_redirectable(request.method(), config) {
            return Err(NoMatch::MethodNotRedirectable);
        }
        let fits = read.map_err(NoMatch::CaptureInvalid).and_then(|captures| {
            ensure_location_fits(route, &captures)?;
            Ok(captures)
        });
        match fits {
            Ok(_) if comes_from_target(request, route) => {
                return Err(NoMatch::CameFromTarget(route.pattern()));
            }
            Ok(captures) => {
                return Ok(RouteMatch {
                    config,
                    request,
                    route,
                    captures,
                });
            }
            // The first route with the path's shape tells what is wrong.
            Err(invalid) if no_match == NoMatch::NoRoute => no_match = invalid,
            Err(_) => {}
        }
    }
    Err(no_match)
}

/// Whether a path at a host is on a route that redirects, whatever else a request with it is.
pub(crate) fn is_on_route(config: &Config, host: &str, path: &[Cow<'_, str>]) -> bool {
    let first = tried(config, host, path).find(|tried| tried.pattern().path().read(path).is_ok());
    config.applies_to(host) && matches!(first, Some(Tried::Redirecting(_)))
}

/// A route whose literals a path has, and that applies to its host.
enum Tried<'c> {
    OfOrigin(&'c RoutePattern),
    Redirecting(&'c Route),
}

impl<'c> Tried<'c> {
    fn pattern(&self) -> &'c RoutePattern {
        match self {
            Self::OfOrigin(pattern) => pattern,
            Self::Redirecting(route) => route.pattern(),
        }
    }
}

/// The routes to try, in their order.
fn tried<'c>(
    config: &'c Config,
    host: &str,
    path: &[Cow<'_, str>],
) -> impl Iterator<Item = Tried<'c>> {
    let (of_origin, redirecting) = (config.origin_routes(), config.routes());
    let places = config.index().candidates(path).into_iter();
    let tried = places.filter_map(move |place| {
        let redirecting = || redirecting.get(place - of_origin.len());
        let first = of_origin.get(place).map(Tried::OfOrigin);
        first.or_else(|| redirecting().map(Tried::Redirecting))
    });
    tried.filter(move |tried| tried.pattern().applies_to(host))
}

fn is_redirectable(method: Method, config: &Config) -> bool {
    match method {
        Method::Get | Method::Head => true,
        Method::Preflight => config.response().cors,
        Method::Options | Method::Other => false,
    }
}

/// Refuses captures that make no location, before anything is built of them.
fn ensure_location_fits<'c>(route: &'c Route, captures: &[Capture<'_>]) -> Result<(), NoMatch<'c>> {
    if let Some(slot) = route.location().too_short(captures) {
        return Err(NoMatch::CaptureTooShort(slot));
    }
    let most = route.location().most_written(captures);
    let mut targets = route.targets().iter().map(WeightedTarget::target);
    let is_too_long = |target: &Target| {
        let base = target.base().as_str().len();
        let length = || {
            let template = route.location();
            template.written_length(captures, target.unencoded())
        };
        base + most > MAX_LOCATION && base + length() > MAX_LOCATION
    };
    if targets.any(is_too_long) {
        return Err(NoMatch::LocationTooLong(route.pattern()));
    }
    Ok(())
}

/// Whether a target of the route asks, which would be sent back to itself.
fn comes_from_target(request: &Request<'_>, route: &Route) -> bool {
    let mut targets = route.targets().iter();
    targets.any(|one| {
        let token = one.target().loop_token();
        token.is_some_and(|token| request.came_through(token))
    })
}

/// Follows a request's path through every route, in the order in which they are tried, up to the one
/// that it is on.
///
/// It looks at the path and the routes' own hosts. The first match here is the one of [`find`], unless the
/// configuration's hosts, the method, a rewritten target or where it came from keeps the request from it,
/// or a capture is too short or too long for the location.
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
