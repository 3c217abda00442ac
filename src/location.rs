//! Stage 4: the proof. A [`Location`] exists only if a candidate has passed every point of it.

mod point;
mod refusal;

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::config::Config;
use crate::host::Host;
use crate::request::Request;
use crate::route::{self, RouteMatch};
use crate::target::{Base, Scheme};
use crate::template::is_unreserved;

pub use point::{Point, Verdict};
pub use refusal::Refusal;

/// A proven URL, fit for the `Location` header (RFC 9110, section 10.2.2).
///
/// The string is private and [`Location::prove`] is the only constructor: whoever holds a
/// `Location` holds the one URL that answers its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location(String);

/// The longest location, in bytes.
pub const MAX_LENGTH: usize = 2048;

/// A candidate under proof: its text, the text as a client reads it, and what it must answer.
struct Candidate<'p> {
    text: &'p str,
    /// Nothing before [`Point::AbsoluteUrl`] was asked.
    url: Option<Url>,
    config: &'p Config,
    request: &'p Request<'p>,
    found: &'p RouteMatch<'p, 'p>,
}

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
        let mut asked = Candidate::new(&candidate, config, request, found);
        for point in Point::ALL {
            asked.answers(point)?;
        }
        Ok(Self(candidate))
    }

    /// Puts a candidate to every point of the proof, also after one that it fails.
    ///
    /// This is for whoever wants to know why; it proves nothing. [`prove`](Location::prove) asks the
    /// same points in the same order, and fails with the first refusal found here.
    pub fn examine(
        candidate: &str,
        config: &Config,
        request: &Request<'_>,
        found: &RouteMatch<'_, '_>,
    ) -> [(Point, Verdict); Point::ALL.len()] {
        let mut asked = Candidate::new(candidate, config, request, found);
        Point::ALL.map(|point| (point, asked.verdict(point)))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'p> Candidate<'p> {
    fn new(
        text: &'p str,
        config: &'p Config,
        request: &'p Request<'p>,
        found: &'p RouteMatch<'p, 'p>,
    ) -> Self {
        Self {
            text,
            url: None,
            config,
            request,
            found,
        }
    }

    /// Puts one point to the candidate. Each knows nothing of how the candidate was built.
    fn answers(&mut self, point: Point) -> Result<(), Refusal> {
        match point {
            Point::ShortEnough => ensure(self.text.len() <= MAX_LENGTH, Refusal::TooLong),
            Point::PrintableAscii => ensure(
                self.text.bytes().all(|byte| byte.is_ascii_graphic()),
                Refusal::NotPrintableAscii,
            ),
            Point::AbsoluteUrl => {
                self.url = Url::parse(self.text).ok();
                self.url().map(drop)
            }
            Point::Canonical => ensure(self.url()?.as_str() == self.text, Refusal::NotCanonical),
            Point::SchemeOfBase => has_the_scheme_of_the_base(self.url()?, self.base()),
            Point::HostOfBase => {
                let allowed = self.config.allowed_hosts();
                has_the_host_of_the_base_and_it_is_allowed(self.url()?, self.base(), allowed)
            }
            Point::NothingElse => has_nothing_besides_host_and_path(self.url()?),
            Point::PlainSegments => has_only_plain_segments(self.url()?),
            Point::SameCaptures => holds_the_captures(self.url()?, self.found),
            Point::NoLoop => does_not_come_back(self.url()?, self),
        }
    }

    fn verdict(&mut self, point: Point) -> Verdict {
        match self.answers(point) {
            Ok(()) => Verdict::Held,
            Err(Refusal::NotAUrl) if point != Point::AbsoluteUrl => Verdict::NotReached,
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    /// The text as a client reads it. What is no URL can answer nothing that is asked of one.
    fn url(&self) -> Result<&Url, Refusal> {
        self.url.as_ref().ok_or(Refusal::NotAUrl)
    }

    fn base(&self) -> &'p Base {
        self.found.target().base()
    }
}

fn has_the_scheme_of_the_base(url: &Url, base: &Base) -> Result<(), Refusal> {
    let may_be_plain = base.scheme() == Scheme::Http && base.host().is_loopback();
    let is_as_secure_as_the_base = match base.scheme() {
        Scheme::Https => url.scheme() == "https",
        Scheme::Http => url.scheme() == "http" && may_be_plain,
    };
    ensure(is_as_secure_as_the_base, Refusal::Scheme)
}

fn has_the_host_of_the_base_and_it_is_allowed(
    url: &Url,
    base: &Base,
    allowed: &[Host],
) -> Result<(), Refusal> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default();
    ensure(
        host == base.host().as_str() && port == Some(base.port()),
        Refusal::NotTheBase,
    )?;
    ensure(
        allowed.iter().any(|allowed| allowed.as_str() == host),
        Refusal::HostNotAllowed,
    )
}

fn has_nothing_besides_host_and_path(url: &Url) -> Result<(), Refusal> {
    ensure(
        url.username().is_empty() && url.password().is_none(),
        Refusal::UserInfo,
    )?;
    ensure(url.query().is_none(), Refusal::Query)?;
    ensure(url.fragment().is_none(), Refusal::Fragment)
}

fn has_only_plain_segments(url: &Url) -> Result<(), Refusal> {
    for segment in segments(url) {
        ensure(!matches!(segment, "" | "." | ".."), Refusal::UnsafeSegment)?;
        ensure(is_strictly_encoded(segment), Refusal::UnsafeCharacter)?;
    }
    Ok(())
}

fn holds_the_captures(url: &Url, found: &RouteMatch<'_, '_>) -> Result<(), Refusal> {
    let route = found.route();
    let mut segments = segments(url);
    for expected in found.target().base().path() {
        ensure(
            segments.next() == Some(expected.as_str()),
            Refusal::CapturesDiffer,
        )?;
    }
    // No doubt is lost: what is not UTF-8 becomes a character that no capture and no literal holds.
    let below_base: Vec<Cow<'_, str>> = segments
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
        .collect();
    ensure(
        route.location().read(&below_base).as_deref() == Some(found.captures()),
        Refusal::CapturesDiffer,
    )
}

fn does_not_come_back(url: &Url, candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let host = candidate.base().host();
    let is_ours = host.is_named_by(candidate.request.host())
        || candidate
            .config
            .hosts()
            .is_some_and(|hosts| hosts.contains(host));
    if !is_ours {
        return Ok(());
    }
    let next = Request::new("GET", host.as_str(), url.path());
    ensure(
        route::find(candidate.config.routes(), &next).is_err(),
        Refusal::Loop,
    )
}

fn ensure(holds: bool, refusal: Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal) }
}

fn segments(url: &Url) -> impl Iterator<Item = &str> {
    url.path_segments().into_iter().flatten()
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

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
