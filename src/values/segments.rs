//! A list of segments, each with its parts.

/// The parts of each segment: one list of all parts, and where each segment ends in it. A list for each segment
/// would cost an allocation each, whenever a sandbox reads its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segments<P> {
    parts: Vec<P>,
    ends: Vec<usize>,
}

impl<P> Segments<P> {
    /// An empty list. It sets aside memory for eight segments, which nearly every template needs at most.
    pub(super) fn new() -> Self {
        Self {
            parts: Vec::with_capacity(8),
            ends: Vec::with_capacity(8),
        }
    }

    /// Adds a segment of these parts.
    pub(super) fn push(&mut self, parts: impl IntoIterator<Item = P>) {
        self.parts.extend(parts);
        self.ends.push(self.parts.len());
    }

    /// How many segments there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The parts of a segment; an empty slice if the list has no such segment.
    pub(super) fn parts_of(&self, place: usize) -> &[P] {
        let end_of = |place: usize| self.ends.get(place).copied();
        let start = place.checked_sub(1).and_then(end_of).unwrap_or_default();
        let end = end_of(place).unwrap_or(start);
        self.parts.get(start..end).unwrap_or_default()
    }

    /// The parts of each segment.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &[P]> + DoubleEndedIterator {
        (0..self.len()).map(|place| self.parts_of(place))
    }

    /// The parts of all segments.
    pub(super) fn all_parts(&self) -> &[P] {
        &self.parts
    }
}
