//! The one way in which a path is percent-encoded (RFC 3986, section 2).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All but the unreserved characters, and the slashes between the segments of a `path` capture.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Whether a byte stands for itself in every part of every URL: RFC 3986, section 2.3.
pub(super) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether a byte can stand in a captured segment: visible ASCII without `/ \ % ? #`.
pub(super) const fn may_be_captured(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'/' | b'\\' | b'%' | b'?' | b'#')
}

/// Appends text to a URL's path: unreserved characters and slashes as they are, all others as
/// upper-case `%XX`.
pub(super) fn push_encoded(url: &mut String, text: &str) {
    url.extend(utf8_percent_encode(text, ENCODED));
}

/// The segments of a path, still encoded; none if it does not start with `/`.
pub(crate) fn segments(path: &str) -> impl Iterator<Item = &str> + Clone {
    let mut rest = path.strip_prefix('/');
    std::iter::from_fn(move || {
        let text = rest?;
        // Segments are short, so looking at each byte is faster than a search that sets itself up.
        let slash = text.bytes().position(|byte| byte == b'/');
        let end = slash.unwrap_or(text.len());
        rest = text.get(end + 1..).filter(|_| slash.is_some());
        text.get(..end)
    })
}

/// Decodes a segment once; `None` if it is not UTF-8.
pub(crate) fn decode(segment: &str) -> Option<Cow<'_, str>> {
    if segment.as_bytes().contains(&b'%') {
        percent_decode_str(segment).decode_utf8().ok()
    } else {
        Some(Cow::Borrowed(segment))
    }
}

/// Whether each character of a URL's segment has its one spelling: itself if it is unreserved,
/// upper-case `%XX` if it is not. A character that no capture holds has no spelling.
pub(crate) fn is_strictly_encoded(segment: &str) -> bool {
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (Some(high), Some(low)) = (hex_digit(bytes.next()), hex_digit(bytes.next())) else {
                return false;
            };
            let byte = high << 4 | low;
            if is_unreserved(byte) || !may_be_captured(byte) {
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
