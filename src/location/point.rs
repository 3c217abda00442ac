use strum::{Display, EnumMessage, IntoStaticStr, VariantArray};

use super::refusal::Refusal;

/// One question that every candidate has to answer.
///
/// The points are asked in the order of [`Point::ALL`], and none of them can be left out.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, EnumMessage, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Point {
    /// `short-enough`: it is at most [`MAX_LOCATION`](crate::values::MAX_LOCATION) bytes.
    #[strum(message = "Is it at most 2,048 bytes?")]
    ShortEnough,
    /// `printable-ascii`: it is printable ASCII, without spaces.
    #[strum(message = "Is it printable ASCII?")]
    PrintableAscii,
    /// `absolute-url`: it is an absolute URL. Where it is none, the points after this one cannot be
    /// asked.
    #[strum(message = "Is it an absolute URL?")]
    AbsoluteUrl,
    /// `canonical`: it re-serialises to the very same bytes.
    #[strum(message = "Does a client read the very bytes that were written?")]
    Canonical,
    /// `scheme-of-base`: its scheme is `https`, or `http` where the base is a loopback host.
    #[strum(message = "Is its scheme https, or http on a loopback base?")]
    SchemeOfBase,
    /// `host-of-base`: its host and port are the base's, and the host is in `allowed_hosts`.
    #[strum(message = "Are host and port the base's, and is the host allowed?")]
    HostOfBase,
    /// `nothing-else`: it has no user info, query or fragment.
    #[strum(message = "Is it without user info, query, fragment?")]
    NothingElse,
    /// `plain-segments`: its segments are not empty, `.` or `..`, and hold only unreserved
    /// characters, those that the target wants unencoded, and needed upper-case `%XX`.
    #[strum(message = "Is every segment safe, and encoded in the one way?")]
    PlainSegments,
    /// `same-captures`: its path, read back through the route's template, yields the captures in
    /// exactly one way.
    #[strum(message = "Does its path read back to the captures, in one way only?")]
    SameCaptures,
    /// `no-loop`: it does not come back to the host and a route it came from.
    #[strum(message = "Does it lead away from the host and routes it came from?")]
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
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The stable code.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// What is asked, as a sentence to which "yes" is the answer that holds.
    pub fn question(self) -> &'static str {
        self.get_message().unwrap_or_default()
    }
}
