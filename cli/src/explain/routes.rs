//! Stage 2: which routes were tried, and where each stopped.

use serde::Serialize;
use signpost::config::Route;
use signpost::request::Request;
use signpost::route::{self, Outcome, RouteMatch, Trace};
use signpost::values::Mismatch;

/// A route, and what became of the path on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Tried {
    /// The name of the route.
    pub(crate) route: String,
    /// Its path pattern.
    pub(crate) path: String,
    /// What became of the request's path.
    #[serde(flatten)]
    pub(crate) result: TrialResult,
}

/// What became of a path on a route. Segments are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub(crate) enum TrialResult {
    /// The path is on the route.
    Matched {
        /// What it captured, in the order of the pattern.
        captures: Vec<Captured>,
    },
    /// The number of segments differs.
    SegmentCount {
        /// How many the pattern has.
        expected: usize,
        /// Whether the path may have more than those.
        or_more: bool,
        /// How many the path has.
        found: usize,
    },
    /// A segment is another than the pattern's.
    Literal {
        /// The segment.
        segment: usize,
        /// What the pattern has there.
        expected: String,
        /// What the path has there.
        found: String,
    },
    /// A captured text is not of its type.
    Capture {
        /// The segment at which the capture begins.
        segment: usize,
        /// The capture, with the text that is not of its type.
        #[serde(flatten)]
        captured: Captured,
    },
    /// An earlier route matched.
    NotTried,
}

/// A captured text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Captured {
    /// The name of the capture.
    pub(crate) name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The text, decoded.
    pub(crate) text: String,
}

/// Every route, or nothing where the path is malformed.
pub(super) fn tried(routes: &[Route], request: &Request<'_>) -> Option<Vec<Tried>> {
    let attempts = route::attempts(routes, request).ok()?;
    Some(attempts.iter().map(Tried::of).collect())
}

/// What a match captured.
pub(super) fn captured(found: &RouteMatch<'_, '_>) -> Vec<Captured> {
    let slots = found.route().path().captures().iter();
    slots
        .zip(found.captures())
        .map(|(slot, capture)| Captured {
            name: slot.name().to_owned(),
            kind: slot.kind().name(),
            text: capture.as_str().to_owned(),
        })
        .collect()
}

impl Tried {
    fn of(attempt: &Attempt<'_, '_>) -> Self {
        Self {
            route: attempt.route.name().to_string(),
            path: attempt.route.path().to_string(),
            result: TrialResult::of(&attempt.outcome),
        }
    }
}

impl TrialResult {
    fn of(outcome: &Outcome<'_, '_>) -> Self {
        match outcome {
            Outcome::Matched(found) => Self::Matched {
                captures: captured(found),
            },
            Outcome::Stopped(Mismatch::SegmentCount {
                expected,
                or_more,
                found,
            }) => Self::SegmentCount {
                expected: *expected,
                or_more: *or_more,
                found: *found,
            },
            Outcome::Stopped(Mismatch::Literal {
                segment,
                expected,
                found,
            }) => Self::Literal {
                segment: *segment,
                expected: (*expected).to_owned(),
                found: (*found).to_owned(),
            },
            Outcome::Stopped(Mismatch::Capture {
                segment,
                slot,
                found,
            }) => Self::Capture {
                segment: *segment,
                captured: Captured {
                    name: slot.name().to_owned(),
                    kind: slot.kind().name(),
                    text: found.to_string(),
                },
            },
            Outcome::NotTried => Self::NotTried,
        }
    }
}
