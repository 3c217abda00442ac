//! The values that a route takes out of a path, each known to be what its type says.

use std::borrow::Cow;

use super::capture_type::CaptureType;

/// A capture as a path declares it: `{name:type}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureSlot {
    name: String,
    kind: CaptureType,
}

/// A captured value. It can only be made by [`CaptureType::parse`], so it is always of its type.
///
/// Two captures are equal if they hold the same bytes: `Foo-bar` and `foo_bar` are different names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Capture<'a>(Cow<'a, str>);

impl CaptureSlot {
    /// A capture of this name and type.
    pub(super) fn new(name: String, kind: CaptureType) -> Self {
        Self { name, kind }
    }

    /// The name by which templates refer to the capture.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the captured value must be.
    pub fn kind(&self) -> &CaptureType {
        &self.kind
    }
}

impl CaptureType {
    /// Reads decoded text as a value of this type; `None` if it is not one.
    ///
    /// ```
    /// use signpost::values::CaptureType;
    ///
    /// assert!(CaptureType::Semver.parse("1.0.0-rc.1+build").is_some());
    /// assert!(CaptureType::Semver.parse("1.0").is_none());
    /// assert!(CaptureType::Hex(2).parse("e3").is_some());
    /// ```
    pub fn parse<'a>(&self, text: impl Into<Cow<'a, str>>) -> Option<Capture<'a>> {
        let text = text.into();
        self.fits(&text).then_some(Capture(text))
    }
}

impl Capture<'_> {
    /// The value, decoded, exactly as it arrived.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
