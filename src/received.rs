//! Whether a URL that was read by the `url` crate is the URL that was received.
//!
//! A platform may hand a request's URL over only after `url` has read it. That reading resolves `.`
//! and `..` and percent-encodes what should have been: another path than the client asked for. The
//! length of what was received tells whether anything was changed.

use url::{Position, Url};

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
