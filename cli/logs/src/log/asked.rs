//! The request that a line tells of.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2, memchr3, memrchr};

/// A request, as far as its answer depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'l> {
    /// As it arrived.
    pub method: Cow<'l, str>,
    /// A URL or a path with its query, as it arrived.
    pub url: Cow<'l, str>,
    /// The range of the host in the URL.
    host: Option<Range<usize>>,
    /// Where the path begins.
    path: usize,
    /// Whether the client got JSON, and so had asked for it.
    pub accepts_json: bool,
    /// Whether the edge took it for a browser's preflight.
    pub is_preflight: bool,
}

impl<'l> Asked<'l> {
    /// Nothing if it is neither a path nor a URL with `http(s)://` and a host.
    pub(super) fn new(method: Cow<'l, str>, url: Cow<'l, str>) -> Option<Self> {
        let (host, path) = parts(&url)?;
        Some(Self {
            method,
            url,
            host,
            path,
            accepts_json: false,
            is_preflight: false,
        })
    }

    /// The host in the URL, with its port.
    pub fn host(&self) -> Option<&str> {
        self.url.get(self.host.clone()?)
    }

    /// The path and query. Clients do not send a fragment.
    pub fn target(&self) -> Cow<'_, str> {
        let target = self.url.get(self.path..).unwrap_or_default();
        let end = memchr(b'#', target.as_bytes()).unwrap_or(target.len());
        let target = target.get(..end).unwrap_or_default();
        if target.starts_with('/') {
            Cow::Borrowed(target)
        } else {
            // A client that asks for `https://crates.io` or `https://crates.io?q` sends a slash.
            Cow::Owned(format!("/{target}"))
        }
    }

    /// The path without the query, as it is written: nothing in `https://crates.io`.
    pub(crate) fn path(&self) -> Cow<'l, str> {
        let rest = self.url.get(self.path..).unwrap_or_default();
        let end = memchr2(b'?', b'#', rest.as_bytes()).unwrap_or(rest.len());
        let path = self.path..self.path + end;
        match &self.url {
            Cow::Borrowed(url) => Cow::Borrowed(url.get(path).unwrap_or_default()),
            Cow::Owned(url) => Cow::Owned(url.get(path).unwrap_or_default().to_owned()),
        }
    }

    /// The same request, without its line.
    pub fn into_owned(self) -> Asked<'static> {
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

/// Whether it begins as a URL does.
pub(super) fn has_scheme(url: &[u8]) -> bool {
    after_scheme(url).is_some()
}

/// How much stands before the host.
fn after_scheme(url: &[u8]) -> Option<usize> {
    let begins_with = |scheme: &&[u8]| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let schemes = [&b"https://"[..], b"http://"];
    schemes
        .iter()
        .find(|scheme| begins_with(scheme))
        .map(|scheme| scheme.len())
}

/// The range of the host, and where the path begins. Keeps the path as the edge saw it.
fn parts(url: &str) -> Option<(Option<Range<usize>>, usize)> {
    if url.starts_with('/') {
        return Some((None, 0));
    }
    let url = url.as_bytes();
    let begin = after_scheme(url)?;
    let rest = url.get(begin..)?;
    let length = memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
    let authority = rest.get(..length)?;
    let host = begin + memrchr(b'@', authority).map_or(0, |at| at + 1);
    let path = begin + length;
    (host < path).then_some((Some(host..path), path))
}
