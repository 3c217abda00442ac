//! Stage 2: how far each route matched.

use serde::Serialize;
use signpost::request::Request;
use signpost::route::{self, Attempt, Outcome, Route, RouteMatch, Stop};

/// A route, and how far it matched the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Tried {
    pub(crate) route: String,
    /// The route's path pattern.
    pub(crate) path: String,
    #[serde(flatten)]
    pub(crate) result: TrialResult,
}

/// How far a route matched. Segments are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub(crate) enum TrialResult {
    Matched {
        /// In the order of the pattern.
        captures: Vec<Captured>,
    },
    SegmentCount {
        expected: usize,
        /// Whether the pattern takes more segments than `expected`.
        or_more: bool,
        found: usize,
    },
    Literal {
        segment: usize,
        expected: String,
        found: String,
    },
    /// The text does not have the type of the capture.
    Capture {
        /// Where the capture begins.
        segment: usize,
        #[serde(flatten)]
        captured: Captured,
    },
    /// An earlier route matched.
    NotTried,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Captured {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// Every route; nothing if the path is malformed.
pub(super) fn tried(routes: &[Route], request: &Request<'_>) -> Option<Vec<Tried>> {
    let attempts = route::attempts(routes, request).ok()?;
    Some(attempts.iter().map(Tried::of).collect())
}

pub(super) fn captured(found: &RouteMatch<'_, '_>) -> Vec<Captured> {
    let slots = found.route().pattern().captures().iter();
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
            path: attempt.route.pattern().to_string(),
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
            Outcome::Stopped(Stop::SegmentCount {
                expected,
                or_more,
                found,
            }) => Self::SegmentCount {
                expected: *expected,
                or_more: *or_more,
                found: *found,
            },
            Outcome::Stopped(Stop::Literal {
                segment,
                expected,
                found,
            }) => Self::Literal {
                segment: *segment,
                expected: (*expected).to_owned(),
                found: (*found).to_owned(),
            },
            Outcome::Stopped(Stop::Capture {
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
