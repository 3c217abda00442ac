//! Reads the request of a line, or says why it cannot.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::access_log;
use super::chunks::MAX_BYTES;
use super::record::{Decided, Record, RecordError, Text};

/// The request that a line tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked<'l> {
    pub(crate) method: Cow<'l, str>,
    /// A URL or a path with its query, as it arrived.
    pub(crate) url: Cow<'l, str>,
    /// The range of the host in the URL.
    host: Option<Range<usize>>,
    /// Where the path begins.
    path: usize,
    /// Whether the client got JSON, and so had asked for it.
    pub(crate) accepts_json: bool,
    /// Whether the edge took it for a browser's preflight.
    pub(crate) is_preflight: bool,
}

/// Why a line cannot be read; in words by `Display`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unreadable {
    #[strum(to_string = "longer than 64 KiB")]
    TooLong,
    #[strum(to_string = "not UTF-8")]
    NotUtf8,
    #[strum(to_string = "not a JSON log line: no object with `method` and `url`")]
    NotALogLine,
    #[strum(to_string = "a JSON log line of another `version` than \"1\"")]
    OtherVersion,
    #[strum(to_string = "the URL was cut when it was logged")]
    CutUrl,
    #[strum(to_string = "the request is neither a path nor a URL with http(s):// and a host")]
    NotAUrl,
    #[strum(to_string = "a path or URL with a space; a line holds nothing besides it")]
    Space,
    #[strum(
        to_string = "neither a path, a URL, a JSON log line, nor an access log line with a request"
    )]
    UnknownForm,
}

/// Reads a line without its line end; nothing for a blank line.
///
/// Only the request must be UTF-8. A `User-Agent` may be in any encoding.
pub(crate) fn read(line: &[u8]) -> Result<Option<Asked<'_>>, Unreadable> {
    if line.len() > MAX_BYTES {
        return Err(Unreadable::TooLong);
    }
    // Some editors begin a file with a byte order mark.
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    let line = line.trim_ascii();
    match line.first() {
        None => Ok(None),
        Some(b'{') => from_record(line).map(Some),
        _ if line.starts_with(b"/") || has_scheme(line) => bare(line).map(Some),
        _ => from_access_log(line).map(Some),
    }
}

impl<'l> Asked<'l> {
    fn new(
        method: Cow<'l, str>,
        url: Cow<'l, str>,
        accepts_json: bool,
    ) -> Result<Self, Unreadable> {
        let (host, path) = parts(&url).ok_or(Unreadable::NotAUrl)?;
        Ok(Self {
            method,
            url,
            host,
            path,
            accepts_json,
            is_preflight: false,
        })
    }

    pub(crate) fn host(&self) -> Option<&str> {
        self.url.get(self.host.clone()?)
    }

    /// The path and query. Clients do not send a fragment.
    pub(crate) fn target(&self) -> Cow<'_, str> {
        let target = self.url.get(self.path..).unwrap_or_default();
        let target = target.split_once('#').map_or(target, |(sent, _)| sent);
        if target.starts_with('/') {
            Cow::Borrowed(target)
        } else {
            // A client that asks for `https://crates.io` or `https://crates.io?q` sends a slash.
            Cow::Owned(format!("/{target}"))
        }
    }

    pub(crate) fn into_owned(self) -> Asked<'static> {
        Asked {
            method: Cow::Owned(self.method.into_owned()),
            url: Cow::Owned(self.url.into_owned()),
            host: self.host,
            path: self.path,
            accepts_json: self.accepts_json,
            is_preflight: self.is_preflight,
        }
    }
}

fn from_record(line: &[u8]) -> Result<Asked<'_>, Unreadable> {
    let record = Record::read(line).map_err(|error| match error {
        RecordError::TooLong => Unreadable::TooLong,
        RecordError::NotUtf8 => Unreadable::NotUtf8,
        RecordError::Empty | RecordError::Json(_) => Unreadable::NotALogLine,
    })?;
    if record.version.is_some_and(|Text(version)| version != "1") {
        return Err(Unreadable::OtherVersion);
    }
    // The edge marks what it cut. It is encoded in a URL that a client sends.
    if record.url.ends_with('…') {
        return Err(Unreadable::CutUrl);
    }
    // The edge sends JSON only to a client that asked for it; an origin may send it to any.
    let signpost = record.signpost.as_ref();
    let was_redirected = signpost.is_some_and(Decided::is_redirect);
    let is_preflight = signpost.is_some_and(Decided::is_preflight);
    let is_json = |Text(kind): Text<'_>| kind.starts_with("application/json");
    let accepts_json = was_redirected && record.content_type.is_some_and(is_json);
    let asked = Asked::new(record.method, record.url, accepts_json)?;
    Ok(Asked {
        is_preflight,
        ..asked
    })
}

fn bare(line: &[u8]) -> Result<Asked<'_>, Unreadable> {
    let url = str::from_utf8(line).map_err(|_| Unreadable::NotUtf8)?;
    if url.contains(char::is_whitespace) {
        return Err(Unreadable::Space);
    }
    Asked::new(Cow::Borrowed("GET"), Cow::Borrowed(url), false)
}

fn from_access_log(line: &[u8]) -> Result<Asked<'_>, Unreadable> {
    let logged = access_log::request(line).ok_or(Unreadable::UnknownForm)?;
    let (method, target) = (utf8(logged.method)?, utf8(logged.target)?);
    if target.contains(char::is_whitespace) {
        return Err(Unreadable::Space);
    }
    Asked::new(method, target, false)
}

fn utf8(bytes: Cow<'_, [u8]>) -> Result<Cow<'_, str>, Unreadable> {
    match bytes {
        Cow::Borrowed(bytes) => str::from_utf8(bytes).map(Cow::Borrowed).ok(),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).ok(),
    }
    .ok_or(Unreadable::NotUtf8)
}

/// The range of the host, and where the path begins. Keeps the path as the edge saw it.
fn parts(url: &str) -> Option<(Option<Range<usize>>, usize)> {
    if url.starts_with('/') {
        return Some((None, 0));
    }
    let after_scheme = if has_scheme(url.as_bytes()) {
        url.find("://")? + "://".len()
    } else {
        return None;
    };
    let rest = url.get(after_scheme..)?;
    let path = after_scheme + rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = url.get(after_scheme..path)?;
    let host = after_scheme + authority.rfind('@').map_or(0, |at| at + 1);
    (host < path).then_some((Some(host..path), path))
}

fn has_scheme(url: &[u8]) -> bool {
    let starts_with = |scheme: &[u8]| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts_with(b"https://") || starts_with(b"http://")
}
