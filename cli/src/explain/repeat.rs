//! Why a capture that stands several times in a pattern does not fit a path.

use std::borrow::Cow;

use signpost::values::{CaptureSlot, PathTemplate, Piece, Segment};

/// A capture in a segment of a pattern, which may stand elsewhere in it.
pub(super) struct Repeat<'t> {
    pub(super) template: &'t PathTemplate,
    /// The segment.
    pub(super) number: usize,
    pub(super) slot: &'t CaptureSlot,
}

impl Repeat<'_> {
    /// Whether what was found breaks the repeat rather than the type. The text is that of the whole
    /// segment.
    pub(super) fn is_broken_by(&self, found: &str, text: &str) -> bool {
        if !self.is_declared_in(self.number) {
            return true;
        }
        let is_another_use = self.uses() > 1;
        is_another_use && (found == text || self.slot.kind().parse(found).is_some())
    }

    /// Whether the segment holds more than the capture.
    pub(super) fn is_mixed(&self) -> bool {
        let segment = self.template.segments().nth(self.number);
        segment.is_some_and(|segment| segment.pieces().count() > 1)
    }

    /// What the path has where the pattern has the capture with its type, as whole segments.
    pub(super) fn elsewhere(&self, path: &[Cow<'_, str>]) -> Option<String> {
        let segments: Vec<_> = self.template.segments().collect();
        let number = (0..segments.len()).find(|number| self.is_declared_in(*number))?;
        segments.get(number)?.capture()?;
        let (before, rest) = segments.split_at_checked(number)?;
        let after = rest.split_first()?.1;
        let are_single = |all: &[Segment<'_>]| all.iter().all(|it| it.span() == Some(1));
        let start = if are_single(before) {
            before.len()
        } else {
            path.len().checked_sub(after.len() + 1)?
        };
        let end = if are_single(after) {
            path.len().checked_sub(after.len())?
        } else {
            start + 1
        };
        let is_known = are_single(before) || are_single(after);
        is_known.then(|| path.get(start..end).map(|all| all.join("/")))?
    }

    /// How often the segment has the capture, parts of it included.
    fn uses(&self) -> usize {
        let segment = self.template.segments().nth(self.number).into_iter();
        let pieces = segment.flat_map(Segment::pieces);
        let of_slot = |piece: &Piece<'_>| match piece {
            Piece::Literal(_) => false,
            Piece::Capture(_, slot) | Piece::Part(_, slot, _) => *slot == self.slot,
        };
        pieces.filter(of_slot).count()
    }

    /// Whether a segment is the one that has the capture's type.
    fn is_declared_in(&self, number: usize) -> bool {
        let segment = self.template.segments().nth(number);
        segment.is_some_and(|segment| segment.declares(self.slot.name()))
    }
}
