use strum::{Display, IntoStaticStr, VariantArray};

/// Why a candidate failed its proof, in the order of the proof.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// It is longer than [`MAX_LOCATION`](crate::values::MAX_LOCATION) bytes.
    TooLong,
    /// It holds a byte that is not printable ASCII.
    NotPrintableAscii,
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
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The stable code, as it stands in logs.
    pub fn code(self) -> &'static str {
        self.into()
    }
}
