//! The parts of a plan. Their fields are those of `--format json`.

use serde::{Deserialize, Serialize};
use signpost_logs::log::Why;
use strum::VariantArray;

use super::kept::Kept;
use super::loops::Hop;
use crate::differences::Difference;

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
    Deserialize,
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
    /// How caches keep the old redirect, if it leads elsewhere than the new answer.
    pub(crate) kept: Option<Kept>,
    /// The loop that clients with old redirects come to from the first sample, and with these requests.
    #[serde(rename = "loop")]
    pub(crate) looping: Option<Vec<Hop>>,
    /// How two redirects differ besides the location: `status` and header names.
    pub(crate) differences: Vec<Difference>,
    /// The first few.
    pub(crate) samples: Vec<Sample>,
}

/// An answer, with captures by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
        reason: String,
        refusal: Option<String>,
    },
}

/// A request of a group; `P` says where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sample<P = Place> {
    #[serde(flatten)]
    pub(crate) place: P,
    pub(crate) method: String,
    /// The URL, or the path if the line has no host.
    pub(crate) url: String,
    /// The old location, if there was one.
    pub(crate) old: Option<String>,
    /// The new location, if there is one.
    pub(crate) new: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnreadableLines<P = Place> {
    pub(crate) why: Why,
    pub(crate) lines: u64,
    /// The first few.
    pub(crate) samples: Vec<UnreadableLine<P>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnreadableLine<P = Place> {
    #[serde(flatten)]
    pub(crate) place: P,
    /// How it begins.
    pub(crate) text: String,
    /// What it was read as, and where that failed.
    pub(crate) detail: String,
}

/// A line of one of the files that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Spot {
    /// Its place in the list of files.
    pub(crate) file: usize,
    /// Counted from 1.
    pub(crate) line: u64,
}

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Place {
    Line {
        /// The file, if there are several.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        /// Counted from 1.
        line: u64,
    },
    Example {
        /// The route of the example; empty if it is of none.
        example: String,
    },
}

impl<P> Sample<P> {
    /// The same at another place.
    pub(crate) fn at<Q>(self, place: impl FnOnce(P) -> Q) -> Sample<Q> {
        Sample {
            place: place(self.place),
            method: self.method,
            url: self.url,
            old: self.old,
            new: self.new,
        }
    }
}

impl<P> UnreadableLines<P> {
    /// The same at other places.
    pub(crate) fn at<Q>(self, place: impl Fn(P) -> Q) -> UnreadableLines<Q> {
        let samples = self.samples.into_iter().map(|sample| UnreadableLine {
            place: place(sample.place),
            text: sample.text,
            detail: sample.detail,
        });
        UnreadableLines {
            why: self.why,
            lines: self.lines,
            samples: samples.collect(),
        }
    }
}
