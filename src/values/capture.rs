//! The values that a route takes out of a path, each known to be what its type says.

use std::borrow::Cow;

use semver::Version;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::encoding::may_be_captured;

/// What a captured part of a path must be. Written after the colon in `{name:crate}`.
#[derive(
    Clone, Copy, Debug, Display, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
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

/// A capture as a path declares it: `{name:type}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureSlot {
    name: String,
    kind: CaptureType,
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
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name by which configuration calls this type, which [`str::parse`] reads.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The most bytes that a value has.
    pub const fn max_length(self) -> usize {
        match self {
            Self::Crate | Self::Sha256 => 64,
            Self::Semver => 150,
            Self::Segment => 255,
            Self::Path => 1024,
        }
    }

    /// Reads decoded text as a value of this type; `None` if it is not one.
    ///
    /// ```
    /// use signpost::values::CaptureType;
    ///
    /// assert!(CaptureType::Semver.parse("1.0.0-rc.1+build").is_some());
    /// assert!(CaptureType::Semver.parse("1.0").is_none());
    /// ```
    pub fn parse<'a>(self, text: impl Into<Cow<'a, str>>) -> Option<Capture<'a>> {
        let text = text.into();
        if text.len() > self.max_length() {
            return None;
        }
        let fits = match self {
            Self::Crate => is_crate_name(&text),
            Self::Semver => Version::parse(&text).is_ok(),
            Self::Segment => is_safe_segment(&text),
            Self::Sha256 => is_sha256(&text),
            Self::Path => text.split('/').all(is_safe_segment),
        };
        fits.then_some(Capture { kind: self, text })
    }
}

impl CaptureSlot {
    /// A capture of this name and type.
    pub(super) fn new(name: String, kind: CaptureType) -> Self {
        Self { name, kind }
    }

    /// The name by which the location refers to the capture.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the captured value must be.
    pub fn kind(&self) -> CaptureType {
        self.kind
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

/// The names that crates.io accepts; it has refused all others since 2014.
fn is_crate_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_safe_segment(text: &str) -> bool {
    (1..=CaptureType::Segment.max_length()).contains(&text.len())
        && !matches!(text, "." | "..")
        && text.bytes().all(may_be_captured)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
