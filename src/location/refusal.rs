//! Why a candidate fails its proof.

use std::fmt;

/// Why a candidate failed its proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It is not an absolute URL.
    NotAUrl,
    /// A client would read it as another string than was written.
    NotCanonical,
    /// Its scheme is not `https`, nor `http` on a loopback base.
    Scheme,
    /// Its host or port is not the base's.
    NotTheBase,
    /// Its host is not in `allowed_hosts`.
    HostNotAllowed,
    /// It carries a user name or a password.
    UserInfo,
    /// It has a query.
    Query,
    /// It has a fragment.
    Fragment,
    /// It is longer than [`MAX_LENGTH`](super::MAX_LENGTH) bytes.
    TooLong,
    /// It holds a byte that is not printable ASCII.
    NotPrintableAscii,
    /// It has an empty, `.` or `..` segment.
    UnsafeSegment,
    /// Its path holds a character that is neither unreserved nor needed upper-case `%XX`.
    UnsafeCharacter,
    /// Its path does not read back to the captures it was built from.
    CapturesDiffer,
    /// It comes back to the host and a route it came from.
    Loop,
}

impl Refusal {
    /// Every refusal, in the order of the proof.
    pub const ALL: [Self; 14] = [
        Self::TooLong,
        Self::NotPrintableAscii,
        Self::NotAUrl,
        Self::NotCanonical,
        Self::Scheme,
        Self::NotTheBase,
        Self::HostNotAllowed,
        Self::UserInfo,
        Self::Query,
        Self::Fragment,
        Self::UnsafeSegment,
        Self::UnsafeCharacter,
        Self::CapturesDiffer,
        Self::Loop,
    ];

    /// The stable code, as it stands in logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAUrl => "not-a-url",
            Self::NotCanonical => "not-canonical",
            Self::Scheme => "scheme",
            Self::NotTheBase => "not-the-base",
            Self::HostNotAllowed => "host-not-allowed",
            Self::UserInfo => "user-info",
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::TooLong => "too-long",
            Self::NotPrintableAscii => "not-printable-ascii",
            Self::UnsafeSegment => "unsafe-segment",
            Self::UnsafeCharacter => "unsafe-character",
            Self::CapturesDiffer => "captures-differ",
            Self::Loop => "loop",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}
