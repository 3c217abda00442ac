//! A request target as the edge gets it: read by the `url` crate, and whether that changed it.
//!
//! A platform may hand a request's URL over only after `url` has read it. That reading resolves `.`
//! and `..` and percent-encodes what should have been: another path than the client asked for. The
//! length of what was received tells whether anything was changed.

use std::borrow::Cow;

use url::{Position, Url};

use crate::request::Request;

/// A request target, read from the bytes that a client sends as the edge gets it from its platform.
///
/// Whoever has a target that no platform has read makes its [`Request`] with this, so that what is
/// said of it is what the edge would do.
///
/// ```
/// use signpost::received::Received;
///
/// let received = Received::read(Some("crates.io"), "/crates/a/../b?it's");
/// assert_eq!(received.target(), "/crates/b?it%27s");
/// assert!(!received.request("GET").is_as_received());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received<'a> {
    host: &'a str,
    target: Cow<'a, str>,
    /// Whether this is known to be what was received.
    is_unchanged: bool,
}

impl<'a> Received<'a> {
    /// Reads a target in origin form (RFC 9112, section 3.2.1) that came with a `Host`; with `None` if
    /// the host is not known and any will do.
    ///
    /// If no URL can have the host, it is not known what was asked for, and the target is empty. The
    /// scheme makes no difference: `url` reads the targets of `http` and `https` alike. A target in
    /// another form is kept, and is on no route.
    pub fn read(host: Option<&'a str>, target: &'a str) -> Self {
        let in_url = host.unwrap_or("localhost");
        let (target, is_unchanged) = if !target.starts_with('/') || is_left_alone(in_url, target) {
            (Cow::Borrowed(target), true)
        } else {
            match read(in_url, target) {
                Some((read, is_unchanged)) => (Cow::Owned(read), is_unchanged),
                None => (Cow::Borrowed(""), true),
            }
        };
        Self {
            host: host.unwrap_or_default(),
            target,
            is_unchanged,
        }
    }

    /// The path and query, as `url` reads them.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The request, as the edge makes it.
    pub fn request(&self, method: &str) -> Request<'_> {
        let request = Request::new(method, self.host, &self.target);
        if self.is_unchanged {
            request
        } else {
            request.rewritten()
        }
    }
}

/// Whether the path and query of `url` are, byte for byte, what was received.
///
/// `length` is the length of the received URL in bytes, and `host` the `Host` field that it was
/// made with. The platform is assumed to put that URL together from the scheme, `://`, `Host` and
/// the request target, as Viceroy does; of one made in another way, nothing is as received. A
/// backslash that was read as a slash goes unnoticed, because it has its length; the
/// path that it leads to is what every client would make of it.
///
/// ```
/// use signpost::received::is_as_received;
/// use url::Url;
///
/// let received = "https://crates.io/api/v1/crates/../crates/libc/0.2.147/download";
/// let url = Url::parse(received).unwrap();
/// assert!(!is_as_received(&url, received.len(), "crates.io"));
/// ```
pub fn is_as_received(url: &Url, length: usize, host: &str) -> bool {
    let target = &url[Position::BeforePath..Position::AfterQuery];
    let before_target = url.scheme().len() + "://".len() + host.len();
    length.checked_sub(before_target) == Some(target.len()) && !holds_escape_of_reader(target)
}

/// Whether there is an escape that the reader may have written for a raw character.
///
/// Each such escape makes the target two bytes longer, so that a removed `.` segment would not
/// change the length.
fn holds_escape_of_reader(target: &str) -> bool {
    target.split('%').skip(1).any(|after| {
        after
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .is_some_and(|byte| {
                matches!(
                    byte,
                    b'"' | b'\'' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x7F..
                )
            })
    })
}

fn read(host: &str, target: &str) -> Option<(String, bool)> {
    // The target must not make a URL of a host that is none by itself.
    Url::parse(&format!("https://{host}/")).ok()?;
    let received = format!("https://{host}{target}");
    let url = Url::parse(&received).ok()?;
    let read = &url[Position::BeforePath..Position::AfterQuery];
    let is_as_received = is_as_received(&url, received.len(), host);
    Some((read.to_owned(), is_as_received))
}

/// Whether `url` is known to leave such a target as it is, so that it need not be asked. Nearly every
/// request is one of these, and asking would take longer than answering it.
fn is_left_alone(host: &str, target: &str) -> bool {
    is_plain_name(host)
        && target.bytes().all(is_left_alone_anywhere)
        // A segment of dots alone begins so.
        && !target.contains("/.")
}

/// Whether it is a name that any URL can have. One whose last label begins with a digit may be read
/// as an address, and one with two hyphens as another alphabet's.
fn is_plain_name(host: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let last_label = host.rsplit('.').next().unwrap_or_default();
    last_label.starts_with(|first: char| first.is_ascii_alphabetic())
        && host.bytes().all(is_plain)
        && !host.contains("--")
}

const fn is_left_alone_anywhere(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'/' | b'-' | b'.' | b'_' | b'~' | b'+' | b'?' | b'=' | b'&' | b',' | b':' | b'@'
        )
}
