//! A plan as a value. Its fields are those of `--format json`.

use std::collections::BTreeMap;

use indicatif::HumanCount;
use serde::Serialize;
use strum::VariantArray;

use crate::differences::Difference;
use crate::log::Unreadable;

/// What would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Plan {
    /// The targets of the new configuration that were taken as unhealthy.
    pub(crate) unhealthy: Vec<String>,
    /// How many requests were answered with both configurations.
    pub(crate) requests: u64,
    /// How many of them are answered in the same way: same status, headers and body, or sent to the
    /// origin for the same reason.
    pub(crate) same: u64,
    /// How many of them change, by kind; every kind is there.
    pub(crate) changed: BTreeMap<Kind, u64>,
    /// The requests that change, by kind, route and shape; in the order of the kinds, large groups
    /// first.
    pub(crate) groups: Vec<Group>,
    /// The lines that cannot be read, by why. They are no requests.
    pub(crate) unreadable: Vec<UnreadableLines>,
    /// How many lines held nothing.
    pub(crate) blank_lines: u64,
    /// Why too few of the lines could be read for the plan to be trusted, where that is so.
    pub(crate) too_little_read: Option<String>,
    /// Why not all of the requests were read, where that is so.
    pub(crate) incomplete: Option<String>,
    /// The keys that the configurations do not agree on, whether or not a request shows it; without
    /// the examples, which the edge never sees.
    pub(crate) differences: Vec<Difference>,
}

/// How the answer to a request changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, VariantArray)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// It was redirected, and is redirected to another location.
    RedirectElsewhere,
    /// It is redirected to the same location, with another status, other headers or another body.
    OtherAnswer,
    /// It was redirected, and goes to the origin.
    RedirectToOrigin,
    /// It went to the origin, and is redirected.
    OriginToRedirect,
    /// It goes to the origin as before, for another reason.
    OtherReason,
}

/// Requests that change in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Group {
    /// How they change.
    pub(crate) kind: Kind,
    /// How many there are.
    pub(crate) requests: u64,
    /// How they were answered.
    pub(crate) old: Shape,
    /// How they are answered.
    pub(crate) new: Shape,
    /// Where they are redirected before and after: what is different about it besides the location,
    /// which is `status` and the names of headers.
    pub(crate) differences: Vec<Difference>,
    /// The first few of them.
    pub(crate) samples: Vec<Sample>,
}

/// An answer, with the captures by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "decision", rename_all = "lowercase")]
pub(crate) enum Shape {
    /// A redirect, or its JSON form, which has the status 200.
    Redirect {
        /// The route's name.
        route: String,
        /// The base and the location template.
        location: String,
        /// The status.
        status: u16,
    },
    /// The origin's answer.
    Origin {
        /// The route's name, where the request was on one.
        route: Option<String>,
        /// The reason's code.
        reason: &'static str,
        /// The refusal's code, where the location was refused.
        refusal: Option<&'static str>,
    },
}

/// One request of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Sample {
    /// Where it stands.
    #[serde(flatten)]
    pub(crate) place: Place,
    /// Its method.
    pub(crate) method: String,
    /// Its URL, or its path where the line tells no host.
    pub(crate) url: String,
    /// Where it was sent, if it was redirected.
    pub(crate) old: Option<String>,
    /// Where it is sent, if it is redirected.
    pub(crate) new: Option<String>,
}

/// Lines that cannot be read for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct UnreadableLines {
    /// Why.
    pub(crate) why: Unreadable,
    /// How many there are.
    pub(crate) lines: u64,
    /// The first few of them.
    pub(crate) samples: Vec<UnreadableLine>,
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct UnreadableLine {
    /// Where it stands.
    #[serde(flatten)]
    pub(crate) place: Place,
    /// How it begins.
    pub(crate) text: String,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    /// The number of the line, from 1.
    Line(u64),
    /// The route that it is an example of.
    Example(String),
}

impl Plan {
    /// Nothing changes: every request is answered as before, and the configurations agree on every
    /// key that the edge reads.
    pub(crate) fn is_empty(&self) -> bool {
        self.changed() == 0 && self.differences.is_empty()
    }

    /// A person should look: something changes, or too little is known to say that nothing does.
    pub(crate) fn needs_a_look(&self) -> bool {
        !self.is_empty() || self.too_little_read.is_some()
    }

    /// The plan, which says that it was made with these targets unhealthy.
    pub(crate) fn without(mut self, targets: &[String]) -> Self {
        self.unhealthy = targets.to_vec();
        self
    }

    /// The plan, which says so if a larger part of the lines than this cannot be read.
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

    /// How many lines cannot be read.
    pub(crate) fn unreadable_lines(&self) -> u64 {
        self.unreadable.iter().map(|found| found.lines).sum()
    }

    /// How many requests change.
    pub(crate) fn changed(&self) -> u64 {
        self.changed.values().sum()
    }
}
