//! A segment of a template, and what a path has there.

use std::borrow::Cow;

use super::capture::{Capture, CaptureSlot};
use super::mismatch::Mismatch;
use super::segment::{Part, Segment};
use super::template::PathTemplate;

/// A segment of the template, with its place in the path and what the path has there.
pub(super) struct At<'t, 'p, 's> {
    pub(super) number: usize,
    pub(super) place: usize,
    pub(super) segment: Segment<'t>,
    pub(super) taken: &'p [Cow<'s, str>],
}

impl<'t, 'p, 's> At<'t, 'p, 's> {
    /// Every segment of the template, of a path in which those that can be longer have this length.
    pub(super) fn all(
        template: &'t PathTemplate,
        path: &'p [Cow<'s, str>],
        length: usize,
    ) -> impl Iterator<Item = Self> + use<'t, 'p, 's> {
        let mut place = 0;
        let segments = template.segments().enumerate();
        segments.map(move |(number, segment)| {
            let is_longer = template.longer.contains(&number);
            let length = if is_longer { length } else { 1 };
            let at = Self {
                number,
                place,
                segment,
                taken: path.get(place..place + length).unwrap_or_default(),
            };
            place += length;
            at
        })
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

    /// Whether the captures stand in the text, each where the template has it, and nothing else.
    ///
    /// It takes them as they are, and not as the builder writes them.
    pub(super) fn consists_of(&self, captures: &[Capture<'_>]) -> bool {
        let text = self.text();
        let value = |index: &usize| captures.get(*index).map(Capture::as_str);
        let mut parts = self.segment.parts().iter();
        let left = parts.try_fold(&*text, |left, part| match part {
            Part::Literal(literal) => left.strip_prefix(literal.as_str()),
            Part::Declared(index) | Part::Used(index) => left.strip_prefix(value(index)?),
            Part::Derived(index, part) => left.strip_prefix(&*part.of(value(index)?)?),
        });
        // Only what may be several segments has slashes in its captures.
        left == Some("") && (self.segment.span() == Some(1) || !self.is_split())
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
