//! Where a request stops on each route, for whoever wants to know why.

use std::borrow::Cow;

use super::{CaptureSlot, Route, RouteMatch};
use crate::request::{MalformedPath, Request};

/// A route, and what became of a request's path on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt<'c, 'r> {
    /// The route.
    pub route: &'c Route,
    /// What became of the path.
    pub outcome: Outcome<'c, 'r>,
}

/// What became of a path on a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'c, 'r> {
    /// The path is on the route.
    Matched(RouteMatch<'c, 'r>),
    /// The path is not on the route.
    Stopped(Stop<'c, 'r>),
    /// The route was not tried, because the path is on an earlier one.
    NotTried,
}

/// Why a path is not on a route: the first that was found.
///
/// Segments are counted from 0, as in [`Request::segments`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop<'c, 'r> {
    /// The path has another number of segments than the pattern.
    SegmentCount {
        /// How many segments the pattern has.
        expected: usize,
        /// Whether the path may have more, because the last capture is of type `path`.
        or_more: bool,
        /// How many segments the path has.
        found: usize,
    },
    /// A segment is another than the pattern's literal.
    Literal {
        /// The segment.
        segment: usize,
        /// The literal.
        expected: &'c str,
        /// What stands in the path, decoded.
        found: &'r str,
    },
    /// The path has the pattern's shape, and a captured text is not of its type.
    Capture {
        /// The segment at which the capture begins.
        segment: usize,
        /// The capture.
        slot: &'c CaptureSlot,
        /// What stands in the path, decoded.
        found: Cow<'r, str>,
    },
}

/// Tries a request's path on each route, in configured order, up to the one that it is on.
///
/// It looks at the path alone. The first match here is the one of [`find`](super::find), unless that
/// has found the method or a rewritten target to be in its way.
///
/// # Errors
///
/// [`MalformedPath`] if the path cannot be decoded without doubt, so that it can be on no route.
pub fn attempts<'c, 'r>(
    routes: &'c [Route],
    request: &'r Request<'_>,
) -> Result<Vec<Attempt<'c, 'r>>, MalformedPath> {
    let path = request.segments()?;
    let mut matched = false;
    let attempt = |route: &'c Route| {
        let outcome = if matched {
            Outcome::NotTried
        } else {
            route
                .take(path)
                .map_or_else(Outcome::Stopped, Outcome::Matched)
        };
        matched |= matches!(outcome, Outcome::Matched(_));
        Attempt { route, outcome }
    };
    Ok(routes.iter().map(attempt).collect())
}
