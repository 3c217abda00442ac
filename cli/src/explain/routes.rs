//! Stage 2: how far each route matched.

use serde::Serialize;
use signpost::config::{Config, Route};
use signpost::request::Request;
use signpost::route::{self, Outcome, Trace};
use signpost::values::{Capture, CaptureSlot, Mismatch};

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
pub(super) fn tried(config: &Config, request: &Request<'_>) -> Option<Vec<Tried>> {
    let traces = route::trace(config, request).ok()?;
    Some(traces.into_iter().map(Tried::from).collect())
}

pub(super) fn captured(route: &Route, captures: &[Capture<'_>]) -> Vec<Captured> {
    let slots = route.path().captures().iter().zip(captures);
    slots
        .map(|(slot, capture)| Captured::new(slot, capture.as_str()))
        .collect()
}

impl From<Trace<'_, '_>> for Tried {
    fn from(trace: Trace<'_, '_>) -> Self {
        let result = match trace.outcome {
            Outcome::Matched(captures) => TrialResult::Matched {
                captures: captured(trace.route, &captures),
            },
            Outcome::Stopped(Mismatch::SegmentCount {
                expected,
                or_more,
                found,
            }) => TrialResult::SegmentCount {
                expected,
                or_more,
                found,
            },
            Outcome::Stopped(Mismatch::Literal {
                segment,
                expected,
                found,
            }) => TrialResult::Literal {
                segment,
                expected: expected.to_string(),
                found: found.to_owned(),
            },
            Outcome::Stopped(Mismatch::Capture {
                segment,
                slot,
                found,
            }) => TrialResult::Capture {
                segment,
                captured: Captured::new(slot, &found),
            },
            Outcome::NotReached => TrialResult::NotTried,
        };
        Self {
            route: trace.route.name().to_string(),
            path: trace.route.path().to_string(),
            result,
        }
    }
}

impl Captured {
    fn new(slot: &CaptureSlot, text: &str) -> Self {
        Self {
            name: slot.name().to_owned(),
            kind: slot.kind().name(),
            text: text.to_owned(),
        }
    }
}
