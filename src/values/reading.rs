//! Reads the captures out of a path.
//!
//! Each step knows its end. How many segments a `path` capture takes follows from how many there
//! are; a capture that is a whole segment is that segment; and in a segment of several parts, all but
//! the unknown ones have a known length. Only where two captures of one segment are unknown does the
//! text decide, and then every way to read it is counted.

use std::borrow::Cow;

use super::capture::{Capture, CaptureSlot, CaptureType};
use super::template::{Part, PathTemplate, Segment};
use super::ways::{Piece, one_reading};

/// Where a path stops fitting a template. Segments are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch<'t, 'p> {
    /// The path has another number of segments than the template.
    SegmentCount {
        /// How many segments the template has.
        expected: usize,
        /// Whether the path may have more, because a capture is of type `path`.
        or_more: bool,
        /// How many segments the path has.
        found: usize,
    },
    /// A segment is not what the template has there: its literals differ, or it has several parts and
    /// cannot be read in exactly one way.
    Literal {
        /// The segment.
        segment: usize,
        /// What the template has there.
        expected: Segment<'t>,
        /// What the path has there, decoded.
        found: &'p str,
    },
    /// Every segment that is one literal fits, and one that is one capture does not: its text is not of
    /// the type, or not what the same capture is elsewhere in the path.
    Capture {
        /// The segment at which the capture begins.
        segment: usize,
        /// The capture.
        slot: &'t CaptureSlot,
        /// What the path has there, decoded.
        found: Cow<'p, str>,
    },
}

impl PathTemplate {
    /// Reads the captures out of a path's decoded segments, in time proportional to its length.
    ///
    /// ```
    /// use signpost::values::PathTemplate;
    ///
    /// let path = PathTemplate::path("/{name:crate}/{version:semver}").unwrap();
    /// let location = PathTemplate::location("/{name}/{name}-{version}.crate", path.captures()).unwrap();
    /// let segments = ["libc".into(), "libc-0.2.147.crate".into()];
    /// assert_eq!(location.read(&segments).unwrap()[1].as_str(), "0.2.147");
    /// ```
    ///
    /// # Errors
    ///
    /// The first [`Mismatch`]; one of a whole literal segment comes before any of captures. A path
    /// that can be read in two ways is a mismatch too, because it does not tell which request it
    /// answers. A segment of several parts is read by itself: a capture known from another segment is a
    /// literal in it, and an unknown capture that it has twice counts as two.
    pub fn read<'t, 'p>(
        &'t self,
        path: &'p [Cow<'_, str>],
    ) -> Result<Vec<Capture<'p>>, Mismatch<'t, 'p>> {
        let length = self.length_of_path_captures(path.len())?;
        for (place, segment) in self.places(length) {
            let found = text_at(place, path);
            if segment.literal().is_some_and(|literal| literal != found) {
                return Err(Mismatch::Literal {
                    segment: place,
                    expected: segment,
                    found,
                });
            }
        }
        let mut read = vec![None; self.captures().len()];
        for (place, segment) in self.places(length) {
            if let Some((index, slot)) = segment.capture() {
                let taken = path.get(place..).unwrap_or_default();
                let taken = match slot.kind() {
                    CaptureType::Path => taken.get(..length).unwrap_or_default(),
                    _ => taken.get(..1).unwrap_or_default(),
                };
                bind_segments(&mut read, index, slot, taken).ok_or_else(|| Mismatch::Capture {
                    segment: place,
                    slot,
                    found: join(taken),
                })?;
            }
        }
        for index in &self.mixed {
            for (place, segment) in self.places(length).skip(*index).take(1) {
                let found = text_at(place, path);
                let mismatch = Mismatch::Literal {
                    segment: place,
                    expected: segment,
                    found,
                };
                read_mixed(segment.parts(), self.captures(), found, &mut read).ok_or(mismatch)?;
            }
        }
        // Each capture is in the template, so each has been read.
        let captures: Option<Vec<_>> = read.into_iter().collect();
        Ok(captures.unwrap_or_default())
    }

    /// How many segments a `path` capture takes of a path with so many. A template has one such
    /// capture at most, and each use of it takes as many.
    fn length_of_path_captures<'p>(&self, found: usize) -> Result<usize, Mismatch<'_, 'p>> {
        let expected = self.segments().len();
        let uses = self.segments().filter(|segment| segment.is_path()).count();
        let left = (found + uses).checked_sub(expected);
        let length = match left {
            Some(0) if uses == 0 => Some(1),
            Some(left) => left
                .checked_div(uses)
                .filter(|it| *it > 0 && it * uses == left),
            None => None,
        };
        length.ok_or(Mismatch::SegmentCount {
            expected,
            or_more: uses > 0,
            found,
        })
    }

    /// The segments, each with its place in a path whose `path` captures have this length.
    fn places(&self, length: usize) -> impl Iterator<Item = (usize, Segment<'_>)> {
        let mut next = 0;
        self.segments().map(move |segment| {
            let place = next;
            next += if segment.is_path() { length } else { 1 };
            (place, segment)
        })
    }
}

fn text_at<'p>(place: usize, path: &'p [Cow<'_, str>]) -> &'p str {
    path.get(place).map_or("", |text| text)
}

fn join<'p>(segments: &'p [Cow<'_, str>]) -> Cow<'p, str> {
    match segments {
        [only] => Cow::Borrowed(only),
        several => Cow::Owned(several.join("/")),
    }
}

/// Binds a capture that is one or more whole segments.
fn bind_segments<'p>(
    read: &mut [Option<Capture<'p>>],
    index: usize,
    slot: &CaptureSlot,
    segments: &'p [Cow<'_, str>],
) -> Option<()> {
    // A slash inside a segment does not separate two segments.
    let is_split = |segment: &Cow<'_, str>| segment.contains('/');
    if slot.kind() == CaptureType::Path && segments.iter().any(is_split) {
        return None;
    }
    bind(read, index, slot, join(segments))
}

/// Takes the text as the value of a capture, if it is of its type, and the same as elsewhere.
fn bind<'p>(
    read: &mut [Option<Capture<'p>>],
    index: usize,
    slot: &CaptureSlot,
    text: Cow<'p, str>,
) -> Option<()> {
    let capture = read.get_mut(index)?;
    if let Some(before) = capture {
        return (before.as_str() == text).then_some(());
    }
    *capture = Some(slot.kind().parse(text)?);
    Some(())
}

/// Reads a segment of several parts.
fn read_mixed<'p>(
    parts: &[Part],
    captures: &[CaptureSlot],
    text: &'p str,
    read: &mut [Option<Capture<'p>>],
) -> Option<()> {
    let mut known_length = 0;
    let mut unknown = None;
    let mut uses = 0;
    for part in parts {
        match known_text(part, read) {
            Some(known) => known_length += known.len(),
            None if unknown.is_none_or(|other| other == part) => {
                unknown = Some(part);
                uses += 1;
            }
            None => {
                let pieces = parts.iter().map(|part| piece(part, captures, read));
                let lengths = one_reading(&pieces.collect::<Vec<_>>(), text)?;
                return walk(parts, captures, text, read, &|part| {
                    lengths.get(part).copied()
                });
            }
        }
    }
    let left = text.len().checked_sub(known_length)?;
    let length = left.checked_div(uses).unwrap_or_default();
    walk(parts, captures, text, read, &|_| Some(length))
}

/// Goes through the text with the length of each unknown part.
fn walk<'p>(
    parts: &[Part],
    captures: &[CaptureSlot],
    text: &'p str,
    read: &mut [Option<Capture<'p>>],
    length_of: &dyn Fn(usize) -> Option<usize>,
) -> Option<()> {
    let mut left = text;
    for (place, part) in parts.iter().enumerate() {
        let length = known_text(part, read).map(str::len);
        let (taken, after) = left.split_at_checked(length.or_else(|| length_of(place))?)?;
        left = after;
        match part {
            Part::Literal(literal) if literal == taken => {}
            Part::Literal(_) => return None,
            Part::Declared(index) | Part::Used(index) => {
                bind(read, *index, captures.get(*index)?, taken.into())?;
            }
        }
    }
    left.is_empty().then_some(())
}

/// The text of a part: of a literal, or of a capture that has been read.
fn known_text<'k>(part: &'k Part, read: &'k [Option<Capture<'_>>]) -> Option<&'k str> {
    match part {
        Part::Literal(literal) => Some(literal),
        Part::Declared(index) | Part::Used(index) => {
            read.get(*index)?.as_ref().map(Capture::as_str)
        }
    }
}

fn piece<'k>(
    part: &'k Part,
    captures: &[CaptureSlot],
    read: &'k [Option<Capture<'_>>],
) -> Piece<'k> {
    match (known_text(part, read), part) {
        (None, Part::Declared(index) | Part::Used(index)) => captures
            .get(*index)
            .map_or(Piece::Known(""), |slot| Piece::Unknown(slot.kind())),
        (known, _) => Piece::Known(known.unwrap_or_default()),
    }
}
