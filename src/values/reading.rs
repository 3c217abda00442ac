//! Reads the captures out of a path.
//!
//! Each step knows its end. How many segments a `path` capture takes follows from how many there
//! are; a capture that is a whole segment is that segment; and in a segment of several parts, all but
//! the unknown ones have a known length. Only where two captures of one segment are unknown does the
//! text decide, and then every way to read it is counted.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::capture::Capture;
use super::mismatch::Mismatch;
use super::place::At;
use super::segment::Part;
use super::template::PathTemplate;
use super::ways::{Extent, one_reading};

impl PathTemplate {
    /// Reads the captures out of a path's decoded segments.
    ///
    /// ```
    /// use signpost::values::PathTemplate;
    ///
    /// let path = PathTemplate::path("/{name:crate}/{name}-{version:semver}.crate").unwrap();
    /// let segments = ["libc".into(), "libc-0.2.147.crate".into()];
    /// assert_eq!(path.read(&segments).unwrap()[1].as_str(), "0.2.147");
    /// ```
    ///
    /// # Errors
    ///
    /// The first [`Mismatch`]; one of literals comes before any of captures. A path that can be read in
    /// two ways is a mismatch too, because it does not tell which request it answers. A segment of several
    /// parts is read by itself: a capture known from another segment is a literal in it, and an unknown
    /// capture that it has twice counts as two.
    pub fn read<'t, 'p>(
        &'t self,
        path: &'p [Cow<'_, str>],
    ) -> Result<Vec<Capture<'p>>, Mismatch<'t, 'p>> {
        let length = self.length_of_longer_segments(path.len())?;
        let mut reading = Reading {
            template: self,
            path,
            length,
            read: vec![None; self.captures().len()],
        };
        match reading.read() {
            Ok(()) => Ok(reading.read.into_iter().flatten().collect()),
            Err(mismatch) => Err(reading.mismatch_of_literals().unwrap_or(mismatch)),
        }
    }

    /// Whether [`read`](Self::read) finds exactly these captures in a path's decoded segments.
    ///
    /// Most templates can read a path in one way only. Then it is enough to look whether each capture stands
    /// where the template has it, which takes a fraction of the time.
    pub(crate) fn reads_back_to(&self, path: &[Cow<'_, str>], captures: &[Capture<'_>]) -> bool {
        if !self.is_certain {
            return self.read(path).is_ok_and(|read| read == captures);
        }
        let length = self.length_of_longer_segments(path.len());
        length.is_ok_and(|length| At::all(self, path, length).all(|at| at.consists_of(captures)))
    }

    /// How many segments each capture or prefix takes that can take several, of a path with so many. A
    /// template has one such capture at most, and each use of it takes as many.
    fn length_of_longer_segments<'p>(&self, found: usize) -> Result<usize, Mismatch<'_, 'p>> {
        let (expected, uses) = (self.segments.len(), self.longer.len());
        if uses == 0 && found == expected {
            return Ok(1);
        }
        let left = (found + uses).checked_sub(expected);
        let length = left.and_then(|left| left.checked_div(uses).filter(|it| it * uses == left));
        let most = self.most_segments();
        let is_within = |length: &usize| *length > 0 && most.is_none_or(|most| found <= most);
        length.filter(is_within).ok_or(Mismatch::SegmentCount {
            at_least: expected,
            at_most: most,
            found,
        })
    }
}

/// A path as far as it has been read.
struct Reading<'t, 'p, 's> {
    template: &'t PathTemplate,
    path: &'p [Cow<'s, str>],
    /// How many segments each one takes that can take several.
    length: usize,
    /// The captures that are known by now.
    read: Vec<Option<Capture<'p>>>,
}

impl<'t, 'p, 's> Reading<'t, 'p, 's> {
    fn read(&mut self) -> Result<(), Mismatch<'t, 'p>> {
        for at in self.places() {
            match at.segment.parts() {
                [Part::Literal(literal)] => at.ensure_literal(literal)?,
                [Part::Declared(index) | Part::Used(index)]
                    if self.bind_whole(*index, &at).is_none() =>
                {
                    self.no_capture(&at, *index)?;
                }
                _ => {}
            }
        }
        let (template, path, length) = (self.template, self.path, self.length);
        let at = |number: &usize| At::all(template, path, length).nth(*number);
        for at in template.mixed.iter().filter_map(at) {
            self.read_mixed(&at)?;
        }
        if self.template.has_derived {
            self.compare_parts()?;
        }
        Ok(())
    }

    /// The segments of the template, each with its place in the path.
    fn places(&self) -> impl Iterator<Item = At<'t, 'p, 's>> + use<'t, 'p, 's> {
        At::all(self.template, self.path, self.length)
    }

    #[cold]
    fn mismatch_of_literals(&self) -> Option<Mismatch<'t, 'p>> {
        let mut wrong = self
            .places()
            .filter(|at| at.segment.span() == Some(1) && !at.segment.has_shape_of(at.first()));
        wrong.next().map(|at| at.no_literal())
    }

    /// Takes whole segments as the value of a capture.
    fn bind_whole(&mut self, index: usize, at: &At<'t, 'p, 's>) -> Option<()> {
        // A slash inside a segment does not separate two segments.
        if at.segment.is_path() && at.is_split() {
            return None;
        }
        self.bind(index, at.text())
    }

    /// Takes the text as the value of a capture, if it is of its type, and the same as elsewhere.
    fn bind(&mut self, index: usize, text: Cow<'p, str>) -> Option<()> {
        let slot = self.template.captures.get(index)?;
        let capture = self.read.get_mut(index)?;
        if let Some(before) = capture {
            return (before.as_str() == text).then_some(());
        }
        *capture = Some(slot.kind().parse(text)?);
        Some(())
    }

    fn read_mixed(&mut self, at: &At<'t, 'p, 's>) -> Result<(), Mismatch<'t, 'p>> {
        let parts = at.segment.parts();
        let text = at.first();
        let mut known_length = 0;
        let mut unknown = None;
        let mut uses = 0;
        for part in parts {
            match self.known_length(part) {
                Some(length) => known_length += length,
                None if unknown.is_none_or(|other| other == part.capture()) => {
                    unknown = Some(part.capture());
                    uses += 1;
                }
                None => {
                    let extents: Vec<_> = parts.iter().map(|part| self.extent(part)).collect();
                    return match one_reading(&extents, text) {
                        Ok(lengths) => self.walk(at, &|part| lengths.get(part).copied()),
                        Err(part) => self.no_part(at, part, text),
                    };
                }
            }
        }
        let left = text.len().saturating_sub(known_length);
        let length = left.checked_div(uses).unwrap_or_default();
        self.walk(at, &|_| Some(length))
    }

    /// Goes through the text with the length of each unknown part.
    fn walk(
        &mut self,
        at: &At<'t, 'p, 's>,
        length_of: &dyn Fn(usize) -> Option<usize>,
    ) -> Result<(), Mismatch<'t, 'p>> {
        let mut left = at.first();
        for (place, part) in at.segment.parts().iter().enumerate() {
            let length = self.known_length(part).or_else(|| length_of(place));
            let Some((taken, after)) = left.split_at_checked(length.unwrap_or_default()) else {
                return self.no_part(at, place, left);
            };
            left = after;
            let fits = match part {
                Part::Literal(literal) => literal == taken,
                Part::Declared(index) | Part::Used(index) => {
                    self.bind(*index, taken.into()).is_some()
                }
                Part::Derived(..) => true,
            };
            if !fits {
                return self.no_part(at, place, taken);
            }
        }
        if left.is_empty() {
            Ok(())
        } else {
            self.no_part(at, usize::MAX, left)
        }
    }

    /// The length of a part: of a literal, of a capture that has been read, or of a part that always has
    /// as many characters.
    fn known_length(&self, part: &Part) -> Option<usize> {
        match part {
            Part::Literal(literal) => Some(literal.len()),
            Part::Declared(index) | Part::Used(index) => self.known_text(*index).map(str::len),
            Part::Derived(_, part) => part.length(),
        }
    }

    fn known_text(&self, index: usize) -> Option<&str> {
        self.read.get(index)?.as_ref().map(Capture::as_str)
    }

    fn extent<'k>(&'k self, part: &'k Part) -> Extent<'k> {
        match part {
            Part::Literal(literal) => Extent::Text(literal),
            Part::Derived(_, part) => Extent::Length(part.length().unwrap_or_default()),
            Part::Declared(index) | Part::Used(index) => match self.known_text(*index) {
                Some(known) => Extent::Text(known),
                None => self
                    .template
                    .captures
                    .get(*index)
                    .map_or(Extent::Text(""), |slot| Extent::Type(slot.kind())),
            },
        }
    }

    /// Writes each segment with parts of captures again, now that all captures are known, and compares.
    fn compare_parts(&self) -> Result<(), Mismatch<'t, 'p>> {
        let captures: Vec<_> = self.read.iter().flatten().cloned().collect();
        for at in self.places() {
            let mut text = String::new();
            let mut derived = None;
            for part in at.segment.parts() {
                if let Part::Derived(index, _) = part {
                    derived = Some(*index);
                }
                text.push_str(&part.text(&captures).unwrap_or_default());
            }
            // A part that a value is too short for is nothing, and no text that was read is.
            if let Some(index) = derived
                && (at.is_split() || text != at.text())
            {
                self.no_capture(&at, index)?;
            }
        }
        Ok(())
    }

    /// The mismatch of a part of a segment: of its capture, or if it is a literal, of the capture before
    /// it, which ends where the literal does not begin.
    #[cold]
    fn no_part(
        &self,
        at: &At<'t, 'p, 's>,
        part: usize,
        found: &'p str,
    ) -> Result<(), Mismatch<'t, 'p>> {
        let parts = at.segment.parts();
        let until = parts.get(..=part).unwrap_or(parts);
        let capture = until.iter().rev().find_map(Part::capture);
        let capture = capture.or_else(|| parts.iter().find_map(Part::capture));
        let slot = self.template.captures.get(capture.unwrap_or_default());
        Err(at.no_capture(slot, found.into()))
    }

    #[cold]
    fn no_capture(&self, at: &At<'t, 'p, 's>, index: usize) -> Result<(), Mismatch<'t, 'p>> {
        Err(at.no_capture(self.template.captures.get(index), at.text()))
    }
}
