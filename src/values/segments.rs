//! Parts of a template, segment by segment.

/// What each segment consists of: all parts in one row, and where in it each segment ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segments<P> {
    parts: Vec<P>,
    ends: Vec<usize>,
}

impl<P> Default for Segments<P> {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            ends: Vec::new(),
        }
    }
}

impl<P> Segments<P> {
    /// No segments yet, and room for those of nearly every template.
    pub(super) fn with_room() -> Self {
        Self {
            parts: Vec::with_capacity(8),
            ends: Vec::with_capacity(8),
        }
    }

    /// Adds a part to the last segment, which is not ended yet.
    pub(super) fn push(&mut self, part: P) {
        self.parts.push(part);
    }

    /// Ends the last segment.
    pub(super) fn end_segment(&mut self) {
        self.ends.push(self.parts.len());
    }

    /// The parts of the segment that is not ended yet.
    pub(super) fn unended(&self) -> &[P] {
        let start = self.ends.last().copied().unwrap_or_default();
        self.parts.get(start..).unwrap_or_default()
    }

    /// How many segments there are.
    pub(super) fn number(&self) -> usize {
        self.ends.len()
    }

    /// The parts of one segment, none if there is no such segment.
    pub(super) fn parts_of(&self, place: usize) -> &[P] {
        let end_of = |place: usize| self.ends.get(place).copied();
        let start = place.checked_sub(1).and_then(end_of).unwrap_or_default();
        let end = end_of(place).unwrap_or(start);
        self.parts.get(start..end).unwrap_or_default()
    }

    /// The parts of each segment.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &[P]> + DoubleEndedIterator {
        (0..self.number()).map(|place| self.parts_of(place))
    }

    /// The parts of all segments.
    pub(super) fn all_parts(&self) -> &[P] {
        &self.parts
    }
}
