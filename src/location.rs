//! Stage 4: the proof. A [`Location`] exists only if a candidate has passed every point of it.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::config::Config;
use crate::request::Request;
use crate::route::{self, RouteMatch};
use crate::target::Scheme;
use crate::template::is_unreserved;

/// A proven URL, fit for the `Location` header (RFC 9110, section 10.2.2).
///
/// The string is private and [`Location::prove`] is the only constructor: whoever holds a
/// `Location` holds the one URL that answers its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location(String);

/// The longest location, in bytes.
pub const MAX_LENGTH: usize = 2048;

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
    /// It is longer than [`MAX_LENGTH`] bytes.
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

/// What the proof looks at: the candidate as a client reads it, and what it must answer.
struct Candidate<'p> {
    text: &'p str,
    url: Url,
    config: &'p Config,
    request: &'p Request<'p>,
    found: &'p RouteMatch<'p, 'p>,
}

/// One question that every candidate has to answer.
type Point = fn(&Candidate<'_>) -> Result<(), Refusal>;

/// The points of the proof, in order. Each knows nothing of how the candidate was built.
const POINTS: [Point; 7] = [
    reads_back_to_the_same_bytes,
    has_the_scheme_of_the_base,
    has_the_host_of_the_base_and_it_is_allowed,
    has_nothing_besides_host_and_path,
    has_only_plain_segments,
    holds_the_captures,
    does_not_come_back,
];

impl Location {
    /// Proves that a candidate is the URL that answers the request.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] of the first point that fails.
    pub fn prove(
        candidate: String,
        config: &Config,
        request: &Request<'_>,
        found: &RouteMatch<'_, '_>,
    ) -> Result<Self, Refusal> {
        if candidate.len() > MAX_LENGTH {
            return Err(Refusal::TooLong);
        }
        if !candidate.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Refusal::NotPrintableAscii);
        }
        let url = Url::parse(&candidate).map_err(|_| Refusal::NotAUrl)?;
        let read = Candidate {
            text: &candidate,
            url,
            config,
            request,
            found,
        };
        for point in POINTS {
            point(&read)?;
        }
        Ok(Self(candidate))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn reads_back_to_the_same_bytes(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    ensure(
        candidate.url.as_str() == candidate.text,
        Refusal::NotCanonical,
    )
}

fn has_the_scheme_of_the_base(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let base = candidate.found.route().target().base();
    let may_be_plain = base.scheme() == Scheme::Http && base.host().is_loopback();
    let scheme = candidate.url.scheme();
    let is_as_secure_as_the_base = match base.scheme() {
        Scheme::Https => scheme == "https",
        Scheme::Http => scheme == "http" && may_be_plain,
    };
    ensure(is_as_secure_as_the_base, Refusal::Scheme)
}

fn has_the_host_of_the_base_and_it_is_allowed(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let base = candidate.found.route().target().base();
    let host = candidate.url.host_str().unwrap_or_default();
    let port = candidate.url.port_or_known_default();
    ensure(
        host == base.host().as_str() && port == Some(base.port()),
        Refusal::NotTheBase,
    )?;
    let mut allowed = candidate.config.allowed_hosts().iter();
    ensure(
        allowed.any(|allowed| allowed.as_str() == host),
        Refusal::HostNotAllowed,
    )
}

fn has_nothing_besides_host_and_path(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let url = &candidate.url;
    ensure(
        url.username().is_empty() && url.password().is_none(),
        Refusal::UserInfo,
    )?;
    ensure(url.query().is_none(), Refusal::Query)?;
    ensure(url.fragment().is_none(), Refusal::Fragment)
}

fn has_only_plain_segments(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    for segment in segments(candidate) {
        ensure(!matches!(segment, "" | "." | ".."), Refusal::UnsafeSegment)?;
        ensure(is_strictly_encoded(segment), Refusal::UnsafeCharacter)?;
    }
    Ok(())
}

fn holds_the_captures(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let route = candidate.found.route();
    let mut segments = segments(candidate);
    for expected in route.target().base().path() {
        ensure(
            segments.next() == Some(expected.as_str()),
            Refusal::CapturesDiffer,
        )?;
    }
    // Nothing is lost: the point before has found every escape to be one of an ASCII character.
    let below_base: Vec<Cow<'_, str>> = segments
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
        .collect();
    ensure(
        route.location().read(&below_base).as_deref() == Some(candidate.found.captures()),
        Refusal::CapturesDiffer,
    )
}

fn does_not_come_back(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let host = candidate.found.route().target().base().host();
    let is_ours = host.is_named_by(candidate.request.host())
        || candidate
            .config
            .hosts()
            .is_some_and(|hosts| hosts.contains(host));
    if !is_ours {
        return Ok(());
    }
    let next = Request::new("GET", host.as_str(), candidate.url.path());
    ensure(
        route::find(candidate.config.routes(), &next).is_err(),
        Refusal::Loop,
    )
}

fn ensure(holds: bool, refusal: Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal) }
}

fn segments<'u>(candidate: &'u Candidate<'_>) -> impl Iterator<Item = &'u str> {
    candidate.url.path_segments().into_iter().flatten()
}

/// Each character has one spelling: itself if it is unreserved, upper-case `%XX` if it is not. What
/// no capture holds, such as a slash inside a segment, has none.
fn is_strictly_encoded(segment: &str) -> bool {
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (Some(high), Some(low)) = (hex_digit(bytes.next()), hex_digit(bytes.next())) else {
                return false;
            };
            let byte = high << 4 | low;
            let may_be_captured =
                byte.is_ascii_graphic() && !matches!(byte, b'/' | b'\\' | b'%' | b'?' | b'#');
            if is_unreserved(byte) || !may_be_captured {
                return false;
            }
        } else if !is_unreserved(byte) {
            return false;
        }
    }
    true
}

fn hex_digit(byte: Option<u8>) -> Option<u8> {
    match byte? {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        digit @ b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
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

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}
