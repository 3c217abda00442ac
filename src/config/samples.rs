//! Values and paths to try routes on, as real requests have them.

use crate::route::{PathPattern, PatternSegment};

/// A value of each capture type. The first that a segment admits is shown to people.
pub(super) const VALUES: [&str; 3] = [
    "serde",
    "1.0.228",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

/// A path that the pattern matches, without its first slash.
pub(super) fn path(pattern: &PathPattern) -> String {
    let segments: Vec<&str> = pattern
        .segments()
        .iter()
        .filter_map(|segment| {
            let mut values = segment.literal().into_iter().chain(VALUES);
            values.find(|value| segment.admits(value))
        })
        .collect();
    segments.join("/")
}

impl PatternSegment {
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(literal) => Some(literal),
            Self::Capture(_) => None,
        }
    }

    /// Whether a segment of a path may hold the text.
    pub(super) fn admits(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == text,
            Self::Capture(kind) => kind.parse(text).is_some(),
        }
    }
}
