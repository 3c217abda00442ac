//! The one way in which a path is percent-encoded (RFC 3986, section 2).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use percent_encoding::{percent_decode_str, percent_encode_byte};

/// The reserved characters that a path may hold (RFC 3986, section 3.3: `sub-delims`, `:` and `@`).
const RESERVED: &str = "!$&'()*+,;=:@";

/// The reserved characters that a CDN wants to see as they are, some of ``!$&'()*+,;=:@``.
///
/// ```
/// use signpost::values::Unencoded;
///
/// assert!("@:".parse::<Unencoded>().is_ok());
/// assert_eq!("@/".parse::<Unencoded>().unwrap_err().to_string(), "`/` cannot stay unencoded; list some of !$&'()*+,;=:@");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unencoded(String);

/// A character that always has to be encoded, or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot stay unencoded; list some of {RESERVED}")]
pub struct UnencodedError(char);

impl Unencoded {
    /// Whether a byte is written as it is.
    fn has(&self, byte: u8) -> bool {
        is_unreserved(byte) || self.0.as_bytes().contains(&byte)
    }
}

impl FromStr for Unencoded {
    type Err = UnencodedError;

    fn from_str(text: &str) -> Result<Self, UnencodedError> {
        match text.chars().find(|it| !RESERVED.contains(*it)) {
            Some(other) => Err(UnencodedError(other)),
            None => Ok(Self(
                RESERVED.chars().filter(|it| text.contains(*it)).collect(),
            )),
        }
    }
}

impl fmt::Display for Unencoded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether a byte stands for itself in every part of every URL: RFC 3986, section 2.3.
pub(super) fn is_unreserved(byte: u8) -> bool {
    // Comparing one byte takes three times as long.
    UNRESERVED.get(usize::from(byte)) == Some(&true)
}

const fn is_letter_digit_or_mark(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// For each byte, whether it is unreserved.
static UNRESERVED: [bool; 256] = {
    let mut unreserved = [false; 256];
    let mut rest = unreserved.as_mut_slice();
    let mut byte: u8 = 0;
    while let Some((first, others)) = rest.split_first_mut() {
        *first = is_letter_digit_or_mark(byte);
        byte = byte.wrapping_add(1);
        rest = others;
    }
    unreserved
};

/// The text before the first `separator`, an ASCII byte, and the text after it; `None` if there is none.
pub(super) fn split_first(text: &str, separator: u8) -> (&str, Option<&str>) {
    // Segments are short, so looking at each byte is faster than a search that sets itself up.
    let at = text.bytes().position(|byte| byte == separator);
    let parts = at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
    parts.map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Whether any byte passes a test. Looks at every byte without stopping, so that the compiler can look at several
/// at once.
pub(crate) fn any_byte(text: &str, passes: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(false, |any, byte| any | passes(byte))
}

/// Whether a byte can stand in a captured segment: visible ASCII without `/ \ % ? #`.
pub(super) const fn may_be_captured(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'/' | b'\\' | b'%' | b'?' | b'#')
}

/// Whether a byte can stand in a literal: an unreserved or a reserved character of a path, without `%`.
pub(super) fn may_be_literal(byte: u8) -> bool {
    is_unreserved(byte) || RESERVED.as_bytes().contains(&byte)
}

/// Appends text to a URL's path: unreserved and unencoded characters and slashes as they are, all
/// others as upper-case `%XX`.
pub(super) fn push_encoded(url: &mut String, text: &str, unencoded: &Unencoded) {
    // Nearly every text has nothing to encode.
    if text.bytes().all(is_unreserved) {
        url.push_str(text);
        return;
    }
    for byte in text.bytes() {
        if byte == b'/' || unencoded.has(byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(percent_encode_byte(byte));
        }
    }
}

/// How many bytes [`push_encoded`] appends.
pub(super) fn encoded_length(text: &str, unencoded: &Unencoded) -> usize {
    let encoded = text
        .bytes()
        .filter(|byte| *byte != b'/' && !unencoded.has(*byte));
    text.len() + 2 * encoded.count()
}

/// A path of unreserved characters and slashes only, as nearly every path is: there is nothing to decode in it, and
/// nothing to encode.
#[derive(Clone, Copy)]
pub(crate) struct UnreservedPath<'p>(&'p str);

impl<'p> UnreservedPath<'p> {
    /// The path, if it is one.
    pub(crate) fn of(path: &'p str) -> Option<Self> {
        let is_reserved = any_byte(path, |byte| byte != b'/' && !is_letter_digit_or_mark(byte));
        (!is_reserved).then_some(Self(path))
    }

    /// Its segments.
    pub(crate) fn segments(self) -> Vec<Cow<'p, str>> {
        split(self.0, |segment| Some(Cow::Borrowed(segment))).unwrap_or_default()
    }
}

/// The segments of a path, each decoded once: none if it does not start with `/`; `None` if one is not UTF-8.
pub(crate) fn decoded_segments(path: &str) -> Option<Vec<Cow<'_, str>>> {
    split(path, decode)
}

/// The segments of a path, each read in the same way.
fn split<'p>(
    path: &'p str,
    read: impl Fn(&'p str) -> Option<Cow<'p, str>>,
) -> Option<Vec<Cow<'p, str>>> {
    // Eight segments hold nearly every path without growing.
    let mut segments = Vec::with_capacity(8);
    let mut rest = path.strip_prefix('/');
    while let Some(text) = rest {
        let (segment, after) = split_first(text, b'/');
        rest = after;
        segments.push(read(segment)?);
    }
    Some(segments)
}

/// Decodes a segment once; `None` if it is not UTF-8.
pub(crate) fn decode(segment: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(segment).decode_utf8().ok()
}

/// Whether each character of a URL's path has its one spelling: itself if it is unreserved, unencoded or a
/// slash, upper-case `%XX` if it is not. A character that no capture holds has no spelling.
pub(crate) fn is_strictly_encoded(path: &str, unencoded: &Unencoded) -> bool {
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (Some(high), Some(low)) = (hex_digit(bytes.next()), hex_digit(bytes.next())) else {
                return false;
            };
            let byte = high << 4 | low;
            if unencoded.has(byte) || !may_be_captured(byte) {
                return false;
            }
        } else if byte != b'/' && !unencoded.has(byte) {
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

#[cfg(test)]
mod tests {
    use super::UnreservedPath;

    #[test]
    fn an_unreserved_path_has_these_characters_only() {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for character in ('\0'..='\u{7f}').chain(['\u{e9}']) {
            let is_one = letters.contains(character) || "0123456789-._~/".contains(character);
            // Once in a short path, and once after more bytes than the compiler compares in one step.
            for path in [format!("/a{character}b"), format!("/{:040}{character}", 0)] {
                assert_eq!(UnreservedPath::of(&path).is_some(), is_one, "{path:?}");
            }
        }
    }
}
