//! What a captured part of a path must be.

use std::fmt;
use std::str::FromStr;

use semver::Version;

use super::encoding::may_be_captured;

/// What a captured part of a path must be. Written after the colon in `{name:crate}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CaptureType {
    /// `crate`: an ASCII letter, then letters, digits, `-` and `_`; 1 to 64 bytes.
    Crate,
    /// `semver`: a version after Semantic Versioning 2.0.0; at most 150 bytes.
    Semver,
    /// `segment`: one path segment of 1 to 255 visible ASCII characters without `/ \ % ? #`, and
    /// neither `.` nor `..`.
    Segment,
    /// `path`: one or more whole segments, at most 1,024 bytes.
    Path,
    /// `digits`: 1 to 255 ASCII digits.
    Digits,
    /// `lower`: a `segment` without upper-case letters.
    Lower,
    /// `hex(N)`: exactly so many lower-case hexadecimal digits, 1 to 255.
    Hex(u8),
    /// `sha1`: 40 lower-case hexadecimal digits.
    Sha1,
    /// `sha256`: 64 lower-case hexadecimal digits.
    Sha256,
    /// `sha512`: 128 lower-case hexadecimal digits.
    Sha512,
    /// `zip|mod|info`: one of these words, each a literal; at least two.
    OneOf(Vec<String>),
}

/// The types by name, in the order in which they are documented. `hex(N)` stands for all its numbers.
static NAMED: [(&str, CaptureType); 9] = [
    ("crate", CaptureType::Crate),
    ("semver", CaptureType::Semver),
    ("segment", CaptureType::Segment),
    ("path", CaptureType::Path),
    ("digits", CaptureType::Digits),
    ("lower", CaptureType::Lower),
    ("sha1", CaptureType::Sha1),
    ("sha256", CaptureType::Sha256),
    ("sha512", CaptureType::Sha512),
];

/// A text that names no type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownType;

impl CaptureType {
    /// The name of every type but the words, as messages list them.
    pub const NAMES: &'static str =
        "crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512";

    /// Every type that a name alone stands for.
    pub fn named() -> impl Iterator<Item = (&'static str, Self)> {
        NAMED.iter().map(|(name, kind)| (*name, kind.clone()))
    }

    /// The fewest and the most bytes that a value has.
    pub fn lengths(&self) -> (usize, usize) {
        match self {
            Self::Crate => (1, 64),
            Self::Semver => (5, 150),
            Self::Segment | Self::Digits | Self::Lower => (1, MAX_SEGMENT),
            Self::Path => (1, 1024),
            Self::Hex(number) => (usize::from(*number), usize::from(*number)),
            Self::Sha1 => (40, 40),
            Self::Sha256 => (64, 64),
            Self::Sha512 => (128, 128),
            Self::OneOf(words) => {
                let lengths = || words.iter().map(String::len);
                (
                    lengths().min().unwrap_or_default(),
                    lengths().max().unwrap_or_default(),
                )
            }
        }
    }

    /// Whether a value names its content: whoever has it needs no other name for the file.
    pub fn is_digest(&self) -> bool {
        matches!(self, Self::Sha256 | Self::Sha512)
    }

    /// Whether decoded text is a value of this type.
    pub(super) fn fits(&self, text: &str) -> bool {
        let (shortest, longest) = self.lengths();
        (shortest..=longest).contains(&text.len())
            && match self {
                Self::Crate => is_crate_name(text),
                Self::Semver => Version::parse(text).is_ok(),
                Self::Segment => is_safe_segment(text),
                Self::Path => text.split('/').all(is_safe_segment),
                Self::Digits => text.bytes().all(|byte| byte.is_ascii_digit()),
                Self::Lower => {
                    is_safe_segment(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
                }
                Self::Hex(_) | Self::Sha1 | Self::Sha256 | Self::Sha512 => is_lower_hex(text),
                Self::OneOf(words) => words.iter().any(|word| word == text),
            }
    }
}

/// The most bytes of a captured segment.
const MAX_SEGMENT: usize = 255;

/// The names that crates.io accepts; it has refused all others since 2014.
fn is_crate_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_safe_segment(text: &str) -> bool {
    (1..=MAX_SEGMENT).contains(&text.len())
        && !matches!(text, "." | "..")
        && text.bytes().all(may_be_captured)
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Reads a number from 1 to 255 in parentheses after a word, such as the `(2)` of `first(2)`.
pub(super) fn number_in_parentheses(text: &str, word: &str) -> Option<u8> {
    let number = text.strip_prefix(word)?.strip_prefix('(')?;
    let number = number.strip_suffix(')')?;
    let is_plain = !number.starts_with(['0', '+']);
    number.parse().ok().filter(|_| is_plain)
}

impl FromStr for CaptureType {
    type Err = UnknownType;

    /// Reads the name of a type. Words are not read here.
    fn from_str(text: &str) -> Result<Self, UnknownType> {
        // Each sandbox reads a dozen of them, so they are compared by the place in the list alone.
        let place = NAMED.iter().position(|(name, _)| *name == text);
        match place.and_then(|place| NAMED.get(place)) {
            Some((_, kind)) => Ok(kind.clone()),
            None => number_in_parentheses(text, "hex")
                .map(Self::Hex)
                .ok_or(UnknownType),
        }
    }
}

impl fmt::Display for CaptureType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hex(number) => write!(formatter, "hex({number})"),
            Self::OneOf(words) => formatter.write_str(&words.join("|")),
            named => {
                let name = Self::named().find(|(_, kind)| kind == named);
                formatter.write_str(name.map_or("", |(name, _)| name))
            }
        }
    }
}
