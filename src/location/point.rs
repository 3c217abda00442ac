//! What the proof asks.

use std::fmt;

use super::refusal::Refusal;

/// One question that every candidate has to answer.
///
/// The points are asked in the order of [`Point::ALL`], and none of them can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// `short-enough`: it is at most [`MAX_LENGTH`](super::MAX_LENGTH) bytes.
    ShortEnough,
    /// `printable-ascii`: it is printable ASCII, without spaces.
    PrintableAscii,
    /// `absolute-url`: it is an absolute URL. Where it is none, the points after this one cannot be
    /// asked.
    AbsoluteUrl,
    /// `canonical`: it re-serialises to the very same bytes.
    Canonical,
    /// `scheme-of-base`: its scheme is `https`, or `http` where the base is a loopback host.
    SchemeOfBase,
    /// `host-of-base`: its host and port are the base's, and the host is in `allowed_hosts`.
    HostOfBase,
    /// `nothing-else`: it has no user info, query or fragment.
    NothingElse,
    /// `plain-segments`: its segments are not empty, `.` or `..`, and hold only unreserved
    /// characters and needed upper-case `%XX`.
    PlainSegments,
    /// `same-captures`: its path, read back through the route's template, yields the captures in
    /// exactly one way.
    SameCaptures,
    /// `no-loop`: it does not come back to the host and a route it came from.
    NoLoop,
}

/// What a candidate answered to a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The point holds.
    Held,
    /// The point does not hold.
    Refused(Refusal),
    /// The point is asked of a URL, and the candidate is none.
    NotReached,
}

impl Point {
    /// Every point, in the order of the proof.
    pub const ALL: [Self; 10] = [
        Self::ShortEnough,
        Self::PrintableAscii,
        Self::AbsoluteUrl,
        Self::Canonical,
        Self::SchemeOfBase,
        Self::HostOfBase,
        Self::NothingElse,
        Self::PlainSegments,
        Self::SameCaptures,
        Self::NoLoop,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        self.code_and_question().0
    }

    /// What is asked, as a sentence to which "yes" is the answer that holds.
    pub const fn question(self) -> &'static str {
        self.code_and_question().1
    }

    const fn code_and_question(self) -> (&'static str, &'static str) {
        match self {
            Self::ShortEnough => ("short-enough", "Is it at most 2,048 bytes?"),
            Self::PrintableAscii => ("printable-ascii", "Is it printable ASCII?"),
            Self::AbsoluteUrl => ("absolute-url", "Is it an absolute URL?"),
            Self::Canonical => (
                "canonical",
                "Does a client read the very bytes that were written?",
            ),
            Self::SchemeOfBase => (
                "scheme-of-base",
                "Is its scheme https, or http on a loopback base?",
            ),
            Self::HostOfBase => (
                "host-of-base",
                "Are host and port the base's, and is the host allowed?",
            ),
            Self::NothingElse => ("nothing-else", "Is it without user info, query, fragment?"),
            Self::PlainSegments => (
                "plain-segments",
                "Is every segment safe, and encoded in the one way?",
            ),
            Self::SameCaptures => (
                "same-captures",
                "Does its path read back to the captures, in one way only?",
            ),
            Self::NoLoop => (
                "no-loop",
                "Does it lead away from the host and routes it came from?",
            ),
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}
