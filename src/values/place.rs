//! A segment of a template, and what a path has there.

use std::borrow::Cow;

use super::capture::CaptureSlot;
use super::mismatch::Mismatch;
use super::template::{PathTemplate, Segment};

/// A segment of the template, with its place in the path and what the path has there.
pub(super) struct At<'t, 'p, 's> {
    pub(super) number: usize,
    pub(super) place: usize,
    pub(super) segment: Segment<'t>,
    pub(super) taken: &'p [Cow<'s, str>],
}

impl<'t, 'p, 's> At<'t, 'p, 's> {
    // Inlined, it would be in the module five times.
    #[inline(never)]
    pub(super) fn new(
        template: &'t PathTemplate,
        path: &'p [Cow<'s, str>],
        length: usize,
        number: usize,
    ) -> Self {
        let (mut place, mut own_length) = (number, 1);
        for longer in &template.longer {
            if *longer < number {
                place += length - 1;
            } else if *longer == number {
                own_length = length;
            }
        }
        let parts = template.segments.get(number).map(Vec::as_slice);
        Self {
            number,
            place,
            segment: template.segment(parts.unwrap_or_default()),
            taken: path.get(place..place + own_length).unwrap_or_default(),
        }
    }

    /// The text of one segment.
    pub(super) fn first(&self) -> &'p str {
        self.taken.first().map_or("", |text| text)
    }

    /// The text of all segments.
    pub(super) fn text(&self) -> Cow<'p, str> {
        match self.taken {
            [only] => Cow::Borrowed(only),
            several => Cow::Owned(several.join("/")),
        }
    }

    /// Whether one of the segments has a slash in it.
    pub(super) fn is_split(&self) -> bool {
        self.taken.iter().any(|segment| segment.contains('/'))
    }

    pub(super) fn ensure_literal(&self, literal: &str) -> Result<(), Mismatch<'t, 'p>> {
        if literal == self.first() {
            Ok(())
        } else {
            Err(self.no_literal())
        }
    }

    /// The mismatch of a capture here.
    pub(super) fn no_capture(
        &self,
        slot: Option<&'t CaptureSlot>,
        found: Cow<'p, str>,
    ) -> Mismatch<'t, 'p> {
        let (segment, of_template) = (self.place, self.number);
        let of_slot = |slot| Mismatch::Capture {
            segment,
            of_template,
            slot,
            found,
        };
        slot.map_or(self.no_literal(), of_slot)
    }

    #[cold]
    pub(super) fn no_literal(&self) -> Mismatch<'t, 'p> {
        Mismatch::Literal {
            segment: self.place,
            of_template: self.number,
            expected: self.segment,
            found: self.first(),
        }
    }
}
