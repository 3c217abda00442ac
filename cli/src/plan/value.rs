//! The plan. Its fields are those of `--format json`.

use std::collections::BTreeMap;

use indicatif::HumanCount;
use serde::Serialize;
use strum::VariantArray;

use crate::differences::Difference;
use crate::log::Why;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Plan {
    /// There is no old configuration: what does not lead to a redirect stays at the origin.
    #[serde(skip)]
    pub(crate) is_first: bool,
    /// The unhealthy targets of the new configuration.
    pub(crate) unhealthy: Vec<String>,
    /// The requests that both configurations answered.
    pub(crate) requests: u64,
    /// Those with the same status, headers and body, or sent to the origin for the same reason.
    pub(crate) same: u64,
    /// The changed requests by kind, zeros included.
    pub(crate) changed: BTreeMap<Kind, u64>,
    /// The changed requests by kind, route and shape: first by kind, then by size.
    pub(crate) groups: Vec<Group>,
    /// The lines that are not requests.
    pub(crate) unreadable: Vec<UnreadableLines>,
    pub(crate) blank_lines: u64,
    /// Why too few lines could be read to trust the plan.
    pub(crate) too_little_read: Option<String>,
    /// Why some requests were not read.
    pub(crate) incomplete: Option<String>,
    /// The keys that differ, even if no request shows it, without the examples.
    pub(crate) differences: Vec<Difference>,
}

/// How an answer changes; in words by `Display`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    VariantArray,
    strum::Display,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    #[strum(to_string = "redirect → redirect elsewhere")]
    RedirectElsewhere,
    #[strum(to_string = "redirect → same location, another answer")]
    OtherAnswer,
    #[strum(to_string = "redirect → origin")]
    RedirectToOrigin,
    #[strum(to_string = "origin → redirect")]
    OriginToRedirect,
    #[strum(to_string = "origin → origin, for another reason")]
    OtherReason,
}

/// Requests that change in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Group {
    pub(crate) kind: Kind,
    pub(crate) requests: u64,
    pub(crate) old: Shape,
    pub(crate) new: Shape,
    /// How two redirects differ besides the location: `status` and header names.
    pub(crate) differences: Vec<Difference>,
    /// The first few.
    pub(crate) samples: Vec<Sample>,
}

/// An answer, with captures by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "decision", rename_all = "lowercase")]
pub(crate) enum Shape {
    /// A redirect, or its JSON form, which has the status 200.
    Redirect {
        route: String,
        /// The base and the location template.
        location: String,
        status: u16,
    },
    Origin {
        /// The route, if one matched.
        route: Option<String>,
        reason: &'static str,
        refusal: Option<&'static str>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Sample {
    #[serde(flatten)]
    pub(crate) place: Place,
    pub(crate) method: String,
    /// The URL, or the path if the line has no host.
    pub(crate) url: String,
    /// The old location, if there was one.
    pub(crate) old: Option<String>,
    /// The new location, if there is one.
    pub(crate) new: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct UnreadableLines {
    pub(crate) why: Why,
    pub(crate) lines: u64,
    /// The first few.
    pub(crate) samples: Vec<UnreadableLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct UnreadableLine {
    #[serde(flatten)]
    pub(crate) place: Place,
    /// How it begins.
    pub(crate) text: String,
    /// What it was read as, and where that failed.
    pub(crate) detail: String,
}

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    /// Counted from 1.
    Line(u64),
    /// The route of the example; empty if it is of none.
    Example(String),
}

impl Plan {
    /// Nothing changes: same answers, and the configurations agree on every key that the edge
    /// reads.
    pub(crate) fn is_empty(&self) -> bool {
        self.changed() == 0 && self.differences.is_empty()
    }

    /// A person must look: something changes, or too few lines were read.
    pub(crate) fn needs_review(&self) -> bool {
        !self.is_empty() || self.too_little_read.is_some()
    }

    /// The plan, with a complaint if more than this percentage of lines is unreadable.
    pub(crate) fn allowing(mut self, percent: u8) -> Self {
        let unreadable = self.unreadable_lines();
        let lines = self.requests + unreadable;
        if u128::from(unreadable) * 100 > u128::from(lines) * u128::from(percent) {
            let (unreadable, lines) = (HumanCount(unreadable), HumanCount(lines));
            self.too_little_read = Some(format!(
                "{unreadable} of {lines} lines cannot be read, and --max-unreadable allows {percent}%"
            ));
        }
        self
    }

    pub(crate) fn unreadable_lines(&self) -> u64 {
        self.unreadable.iter().map(|found| found.lines).sum()
    }

    pub(crate) fn changed(&self) -> u64 {
        self.changed.values().sum()
    }
}
