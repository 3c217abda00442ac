//! The values that a route takes out of a path, each known to be what its type says.

use std::borrow::Cow;
use std::fmt;

use semver::Version;

/// What a captured part of a path must be. Written after the colon in `{name:crate}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaptureType {
    /// `crate`: an ASCII letter, then letters, digits, `-` and `_`; 1 to 64 bytes.
    Crate,
    /// `semver`: a version after Semantic Versioning 2.0.0; at most 150 bytes.
    Semver,
    /// `segment`: one path segment of 1 to 255 visible ASCII characters without `/ \ % ? #`, and
    /// neither `.` nor `..`.
    Segment,
    /// `sha256`: 64 lower-case hexadecimal digits.
    Sha256,
    /// `path`: one or more segments to the end of the path, at most 1,024 bytes.
    Path,
}

/// A captured value. It can only be made by [`CaptureType::parse`], so it is always of its type.
///
/// Two captures are equal if they are of one type and hold the same bytes: `Foo-bar` and
/// `foo_bar` are different names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Capture<'a> {
    kind: CaptureType,
    text: Cow<'a, str>,
}

impl CaptureType {
    /// Every type, in the order in which they are documented.
    pub const ALL: [Self; 5] = [
        Self::Crate,
        Self::Semver,
        Self::Segment,
        Self::Sha256,
        Self::Path,
    ];

    /// The name by which configuration calls this type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crate => "crate",
            Self::Semver => "semver",
            Self::Segment => "segment",
            Self::Sha256 => "sha256",
            Self::Path => "path",
        }
    }

    /// The type of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Reads decoded text as a value of this type; nothing where it is none.
    ///
    /// ```
    /// use signpost::capture::CaptureType;
    ///
    /// assert!(CaptureType::Semver.parse("1.0.0-rc.1+build").is_some());
    /// assert!(CaptureType::Semver.parse("1.0").is_none());
    /// ```
    pub fn parse<'a>(self, text: impl Into<Cow<'a, str>>) -> Option<Capture<'a>> {
        let text = text.into();
        let fits = match self {
            Self::Crate => is_crate_name(&text),
            Self::Semver => text.len() <= 150 && Version::parse(&text).is_ok(),
            Self::Segment => is_safe_segment(&text),
            Self::Sha256 => is_sha256(&text),
            Self::Path => text.len() <= 1024 && text.split('/').all(is_safe_segment),
        };
        fits.then_some(Capture { kind: self, text })
    }
}

impl Capture<'_> {
    /// The value, decoded, exactly as it arrived.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the value is known to be.
    pub fn kind(&self) -> CaptureType {
        self.kind
    }
}

impl fmt::Display for CaptureType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The names that crates.io accepts; it has refused all others since 2014.
fn is_crate_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_safe_segment(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && !matches!(text, "." | "..")
        && text.bytes().all(|byte| {
            byte.is_ascii_graphic() && !matches!(byte, b'/' | b'\\' | b'%' | b'?' | b'#')
        })
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
