//! Stage 1: what arrived, decoded once.

mod trail;

use std::borrow::Cow;

use crate::values::LoopToken;
use crate::values::encoding::{self, UnreservedPath};
use trail::Trail;

/// A request as it arrived: method, host, path and wanted format, each decoded exactly once.
///
/// Anything can arrive, so building a `Request` never fails: a path that cannot be decoded is kept
/// as such, and matches no route.
///
/// ```
/// use signpost::request::Request;
///
/// let request = Request::new("GET", "crates.io", "/api/v1/crates/libgit2-sys/0.12.25%2B1.3.0/download?x=1");
/// assert_eq!(request.path(), "/api/v1/crates/libgit2-sys/0.12.25%2B1.3.0/download");
/// assert_eq!(request.segments().unwrap()[4], "0.12.25+1.3.0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    method: Method,
    host: &'a str,
    path: &'a str,
    segments: Result<Vec<Cow<'a, str>>, MalformedPath>,
    format: Format,
    trail: Trail<'a>,
    is_for_whole_file: bool,
    is_https: bool,
    is_as_received: bool,
}

/// The request method, as far as a redirect depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`.
    Get,
    /// `HEAD`.
    Head,
    /// `OPTIONS`, which only the origin may answer.
    Options,
    /// `OPTIONS` by which a browser asks whether a page of another site may send GET or HEAD (Fetch,
    /// "CORS-preflight request").
    Preflight,
    /// Any other method, which only the origin may answer.
    Other,
}

/// The form in which the client wants to be told the location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A redirect with a `Location` header.
    Redirect,
    /// A JSON object that names the URL.
    Json,
}

/// The fields of a request that is not for the whole file.
const NOT_FOR_WHOLE_FILE: [&str; 10] = [
    "range",
    "if-range",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "sec-purpose",
    "purpose",
    "x-purpose",
    "x-moz",
];

/// The path cannot be split into decoded segments without doubt about its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedPath;

impl<'a> Request<'a> {
    /// Reads a request from its method, its `Host`, and its request target in origin form
    /// (RFC 9112, section 3.2.1). The query is dropped here and is never seen again.
    pub fn new(method: &str, host: &'a str, target: &'a str) -> Self {
        let unreserved = UnreservedPath::of(target);
        let without_query = || target.split(['?', '#']).next().unwrap_or_default();
        let path = unreserved.map_or_else(without_query, |_| target);
        Self {
            method: Method::read(method),
            host,
            path,
            segments: unreserved.map_or_else(|| decode(path), |path| checked(path.segments())),
            format: Format::Redirect,
            trail: Trail::default(),
            is_for_whole_file: true,
            is_https: true,
            is_as_received: true,
        }
    }

    /// Marks a request whose target somebody rewrote, or may have rewritten, before we saw it.
    ///
    /// Such a request is never redirected, because what it asked for is not known: a path that
    /// arrived with `..` in it must not be answered as the path that it leads to.
    #[must_use]
    pub fn rewritten(mut self) -> Self {
        self.is_as_received = false;
        self
    }

    /// Adds the values of the request's `Accept` header fields, in the order they arrived.
    ///
    /// ```
    /// use signpost::request::{Format, Request};
    ///
    /// let request = Request::new("GET", "crates.io", "/").with_accept([&b"application/json"[..]]);
    /// assert_eq!(request.format(), Format::Json);
    /// ```
    #[must_use]
    pub fn with_accept<'v>(mut self, values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        if values.into_iter().any(names_json) {
            self.format = Format::Json;
        }
        self
    }

    /// Adds the request's `Origin` and `Access-Control-Request-Method`, which make a preflight of OPTIONS.
    ///
    /// ```
    /// use signpost::request::{Method, Request};
    ///
    /// let request = Request::new("OPTIONS", "crates.io", "/");
    /// let request = request.with_preflight(Some(b"https://docs.example"), Some(b"GET"));
    /// assert_eq!(request.method(), Method::Preflight);
    /// ```
    #[must_use]
    pub fn with_preflight(mut self, origin: Option<&[u8]>, requested: Option<&[u8]>) -> Self {
        let asks = origin.is_some() && matches!(requested, Some(b"GET" | b"HEAD"));
        if self.method == Method::Options && asks {
            self.method = Method::Preflight;
        }
        self
    }

    /// Adds the values of the request's `CDN-Loop` and `Via` header fields, in the order they arrived.
    ///
    /// ```
    /// use signpost::request::Request;
    ///
    /// let request = Request::new("GET", "crates.io", "/");
    /// let request = request.with_trail([], [&b"2.0 3f9.cloudfront.net (CloudFront)"[..]]);
    /// assert!(request.came_through(&"cloudfront".parse().unwrap()));
    /// ```
    #[must_use]
    pub fn with_trail(
        mut self,
        cdn_loop: impl IntoIterator<Item = &'a [u8]>,
        via: impl IntoIterator<Item = &'a [u8]>,
    ) -> Self {
        self.trail.cdn_loop.extend(cdn_loop);
        self.trail.via.extend(via);
        self
    }

    /// Adds the names of the request's header fields, in lower case. Some of them say that it is no attempt
    /// at the whole file:
    ///
    /// - `Range` asks for a part (RFC 9110, section 14.2),
    /// - a condition says that the client has the file (RFC 9110, section 13.1),
    /// - `Sec-Purpose` and its forerunners say that it is for later (Fetch, "`Sec-Purpose`").
    #[must_use]
    pub fn with_field_names<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        let mut names = names.into_iter();
        self.is_for_whole_file &= !names.any(|name| NOT_FOR_WHOLE_FILE.contains(&name.as_ref()));
        self
    }

    /// Marks a request that came without TLS, to which no answer may speak of HTTPS (RFC 6797, section
    /// 7.2).
    #[must_use]
    pub fn over_plain_http(mut self) -> Self {
        self.is_https = false;
        self
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The `Host` as it arrived, with its port if it had one.
    pub fn host(&self) -> &'a str {
        self.host
    }

    /// The path as it arrived, still percent-encoded, without the query.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The path's segments, each percent-decoded once.
    ///
    /// # Errors
    ///
    /// [`MalformedPath`] if the path does not start with `/`; if a segment other than the last is
    /// empty; or if any segment decodes to `.`, `..`, or text with a control character, `/`, `\` or
    /// `%`, or is not UTF-8.
    pub fn segments(&self) -> Result<&[Cow<'a, str>], MalformedPath> {
        self.segments.as_deref().map_err(|malformed| *malformed)
    }

    /// Whether the request says that it came through the CDN of this name: as an identifier in `CDN-Loop`,
    /// or in `Via` as a comment, a host or a label of one; in any letter case.
    pub fn came_through(&self, token: &LoopToken) -> bool {
        self.trail.includes(token)
    }

    /// Whether the request says that it came through some machine, as far as that was read.
    pub(crate) fn has_trail(&self) -> bool {
        !self.trail.cdn_loop.is_empty() || !self.trail.via.is_empty()
    }

    /// Whether the client asks for the whole file, because it has none of it and wants it now.
    pub fn is_for_whole_file(&self) -> bool {
        self.is_for_whole_file
    }

    /// Whether the client used TLS.
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// Whether the target is known to be the very bytes that the client sent.
    pub fn is_as_received(&self) -> bool {
        self.is_as_received
    }

    /// The form in which the client wants the location.
    pub fn format(&self) -> Format {
        self.format
    }
}

impl Method {
    /// Whether a request with this method asks for nothing to be done: RFC 9110, section 9.2.1. It may be
    /// sent twice.
    pub fn is_safe(self) -> bool {
        self != Self::Other
    }

    fn read(method: &str) -> Self {
        // Methods are case-sensitive: RFC 9110, section 9.1.
        match method {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "OPTIONS" => Self::Options,
            _ => Self::Other,
        }
    }
}

/// Splits first and decodes second, so that an encoded slash never becomes a separator.
fn decode(path: &str) -> Result<Vec<Cow<'_, str>>, MalformedPath> {
    let decoded = encoding::decoded_segments(path).ok_or(MalformedPath)?;
    let is_unambiguous = |segment: &Cow<'_, str>| {
        let mut bytes = segment.bytes();
        !bytes.any(|byte| byte == b'/' || is_ambiguous(byte))
    };
    if decoded.iter().all(is_unambiguous) {
        checked(decoded)
    } else {
        Err(MalformedPath)
    }
}

/// The segments, if there are some, none is `.` or `..`, and only the last may be empty: then the path ends in a slash.
fn checked(segments: Vec<Cow<'_, str>>) -> Result<Vec<Cow<'_, str>>, MalformedPath> {
    let (_, others) = segments.split_last().ok_or(MalformedPath)?;
    let is_dots = |segment: &Cow<'_, str>| matches!(&**segment, "." | "..");
    if others.iter().any(|segment| segment.is_empty()) || segments.iter().any(is_dots) {
        return Err(MalformedPath);
    }
    Ok(segments)
}

/// Whether a byte of decoded text may be read in two ways. A `%` that is left after decoding was encoded twice
/// or is not an escape at all; a server behind us might decode it once more and read another path than we
/// proved.
fn is_ambiguous(byte: u8) -> bool {
    byte.is_ascii_control() | matches!(byte, b'\\' | b'%')
}

/// Whether one `Accept` value names a JSON type with a weight above zero (RFC 9110, 12.5.1): one with the
/// subtype `json`, or with the suffix `+json` (RFC 6839, section 3.1).
fn names_json(value: &[u8]) -> bool {
    let Ok(value) = str::from_utf8(value) else {
        return false;
    };
    split_outside_quotes(value, ',').any(|range| {
        let mut parts = split_outside_quotes(range, ';').map(str::trim);
        parts.next().is_some_and(is_json) && parts.all(may_be_wanted)
    })
}

/// Whether a byte may stand in the name of a media type (RFC 6838, section 4.2).
fn may_name_type(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte)
}

fn is_json(media_type: &str) -> bool {
    media_type.split_once('/').is_some_and(|(kind, subtype)| {
        let is_kind = !kind.is_empty() && kind.bytes().all(may_name_type);
        let (_, suffix) = subtype.rsplit_once('+').unwrap_or(("", subtype));
        is_kind && suffix.eq_ignore_ascii_case("json")
    })
}

/// Splits at the separators that stand for themselves, not at those inside a quoted parameter.
fn split_outside_quotes(value: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    value.split(move |character| {
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        character == separator && !quoted
    })
}

/// Whether a parameter is anything but a weight that is zero or no weight at all.
fn may_be_wanted(parameter: &str) -> bool {
    let (name, weight) = parameter.split_once('=').unwrap_or((parameter, ""));
    !name.trim_end().eq_ignore_ascii_case("q") || is_above_zero(weight)
}

/// Whether a text is a weight above zero: `0` or `1` with at most three decimals, and at most 1
/// (RFC 9110, section 12.4.2).
fn is_above_zero(weight: &str) -> bool {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let is_zero = decimals.bytes().all(|digit| digit == b'0');
    let is_number = decimals.bytes().all(|digit| digit.is_ascii_digit());
    decimals.len() <= 3
        && match whole {
            "0" => is_number && !is_zero,
            "1" => is_zero,
            _ => false,
        }
}
