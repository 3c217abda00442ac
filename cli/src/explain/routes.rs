//! Stage 2: how far each route matched.

use serde::Serialize;
use signpost::config::Config;
use signpost::request::Request;
use signpost::route::{self, Outcome, Trace};
use signpost::values::{Capture, CaptureSlot, Mismatch, PathTemplate};

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
        /// The fewest segments that the pattern takes.
        at_least: usize,
        /// The most segments that it takes; nothing if it takes any number.
        at_most: Option<usize>,
        found: usize,
    },
    Literal {
        segment: usize,
        /// The segment of the pattern.
        pattern_segment: usize,
        expected: String,
        found: String,
    },
    /// The text does not have the type of the capture.
    Capture {
        /// Where the capture begins.
        segment: usize,
        /// The segment of the pattern.
        pattern_segment: usize,
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
    pub(crate) kind: String,
    pub(crate) text: String,
}

/// Every route; nothing if the path is malformed.
pub(super) fn tried(config: &Config, request: &Request<'_>) -> Option<Vec<Tried>> {
    let traces = route::trace(config, request).ok()?;
    Some(traces.into_iter().map(Tried::from).collect())
}

/// The captures of a template, by name.
pub(super) fn captured(template: &PathTemplate, captures: &[Capture<'_>]) -> Vec<Captured> {
    let slots = template.captures().iter().zip(captures);
    slots
        .map(|(slot, capture)| Captured::new(slot, capture.as_str()))
        .collect()
}

impl From<Trace<'_, '_>> for Tried {
    fn from(trace: Trace<'_, '_>) -> Self {
        let result = match trace.outcome {
            Outcome::Matched(captures) => TrialResult::Matched {
                captures: captured(trace.route.path(), &captures),
            },
            Outcome::Stopped(Mismatch::SegmentCount {
                at_least,
                at_most,
                found,
            }) => TrialResult::SegmentCount {
                at_least,
                at_most,
                found,
            },
            Outcome::Stopped(Mismatch::Literal {
                segment,
                of_template,
                expected,
                found,
            }) => TrialResult::Literal {
                segment,
                pattern_segment: of_template,
                expected: expected.to_string(),
                found: found.to_owned(),
            },
            Outcome::Stopped(Mismatch::Capture {
                segment,
                of_template,
                slot,
                found,
            }) => TrialResult::Capture {
                segment,
                pattern_segment: of_template,
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
            kind: slot.kind().to_string(),
            text: text.to_owned(),
        }
    }
}
