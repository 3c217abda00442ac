//! Values and paths to try routes on, as real requests have them.

use crate::values::{PathTemplate, Segment};

/// A value of each capture type. The first that a segment admits is shown to people.
pub(super) const VALUES: [&str; 3] = [
    "serde",
    "1.0.228",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

/// The segments of a path that the template matches.
pub(super) fn path(template: &PathTemplate) -> Vec<&str> {
    template
        .segments()
        .filter_map(|segment| {
            let mut values = segment.literal().into_iter().chain(VALUES);
            values.find(|value| admits(segment, value))
        })
        .collect()
}

/// Whether a segment of a path may be the text.
pub(super) fn admits(segment: Segment<'_>, text: &str) -> bool {
    match segment.capture() {
        Some((_, slot)) => slot.kind().parse(text).is_some(),
        None => segment.literal() == Some(text),
    }
}
