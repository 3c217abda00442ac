//! Paths with captures in them: the one that a route answers, and the one of its locations.

use std::borrow::Cow;
use std::fmt;

use super::capture::{Capture, CaptureSlot};
use super::capture_type::CaptureType;
use super::encoding::{Unencoded, encoded_length, is_plain, push_encoded};
use super::part::CapturePart;
use super::segments::Segments;

/// A path whose segments hold literals and captures, such as `/crates/{name}/{name}-{version}.crate`.
///
/// A route has two. Its path declares each capture once with its type; elsewhere the name alone
/// repeats it. Its location uses the captures: the builder writes with it, and the proof reads with it.
///
/// ```
/// use signpost::values::{PathTemplate, Unencoded};
///
/// let path = PathTemplate::path("/{name:crate}/{version:semver}").unwrap();
/// let location = PathTemplate::location("/{name}/{name}-{version}.crate", path.captures()).unwrap();
/// let segments = ["libc".into(), "0.2.147".into()];
/// let mut url = "https://static.crates.io".to_owned();
/// location.write(&mut url, &path.read(&segments).unwrap(), &Unencoded::default());
/// assert_eq!(url, "https://static.crates.io/libc/libc-0.2.147.crate");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTemplate {
    /// What each segment consists of. Two captures never touch.
    pub(super) segments: Segments<Part>,
    pub(super) captures: Vec<CaptureSlot>,
    /// The segments of several parts, in the order in which they can be read: each makes captures of
    /// the next ones known.
    pub(super) mixed: Vec<usize>,
    /// Whether each of them has one unknown capture at most by then, so that it can be read in one way only.
    pub(super) is_certain: bool,
    /// The segments that may be several of a path.
    pub(super) longer: Vec<usize>,
    /// Whether there is a part of a capture.
    pub(super) has_derived: bool,
}

/// A part of a segment. The numbers are places among the template's captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    /// `{name:type}`.
    Declared(usize),
    /// `{name}`.
    Used(usize),
    /// `{name.part}`.
    Derived(usize, CapturePart),
}

/// A segment of a template. [`Display`](fmt::Display) writes it as the template has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'t> {
    parts: &'t [Part],
    captures: &'t [CaptureSlot],
}

/// What a segment consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text that stands for itself.
    Literal(&'t str),
    /// A capture, with its place among the template's captures.
    Capture(usize, &'t CaptureSlot),
    /// A part of a capture.
    Part(usize, &'t CaptureSlot, CapturePart),
}

/// The longest location that is sent, in bytes.
pub const MAX_LOCATION: usize = 2048;

impl PathTemplate {
    /// The captures, in the order in which the path declares them.
    pub fn captures(&self) -> &[CaptureSlot] {
        &self.captures
    }

    /// The segments, from left to right.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Segment<'_>> + DoubleEndedIterator {
        self.segments.iter().map(|parts| Segment {
            parts,
            captures: &self.captures,
        })
    }

    /// The segments of several pieces, in the order in which they are read: after the captures that are
    /// whole segments, each makes captures of the next ones known.
    pub fn mixed_segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.mixed.iter().map(|place| self.segment(*place))
    }

    fn segment(&self, place: usize) -> Segment<'_> {
        Segment {
            parts: self.segments.parts_of(place),
            captures: &self.captures,
        }
    }

    /// The most segments that a path of the template has; `None` if there may be any number.
    pub fn most_segments(&self) -> Option<usize> {
        let mut most = self.segments.number();
        for place in &self.longer {
            most += self.segment(*place).span()? - 1;
        }
        Some(most)
    }

    /// Appends the path with these captures to a URL, percent-encoded.
    pub fn write(&self, url: &mut String, captures: &[Capture<'_>], unencoded: &Unencoded) {
        let start = url.len();
        self.push_text(url, captures);
        // Nearly every path has nothing to encode.
        if url.get(start..).is_some_and(is_plain) {
            return;
        }
        url.truncate(start);
        for segment in self.segments.iter() {
            url.push('/');
            for part in segment {
                push_encoded(url, &part.text(captures).unwrap_or_default(), unencoded);
            }
        }
    }

    /// The most bytes that [`write`](Self::write) appends, whatever is encoded.
    pub(crate) fn most_written(&self, captures: &[Capture<'_>]) -> usize {
        let length: usize = self.texts(captures).map(|text| text.len()).sum();
        self.segments.number() + 3 * length
    }

    /// How many bytes [`write`](Self::write) appends.
    pub(crate) fn written_length(&self, captures: &[Capture<'_>], unencoded: &Unencoded) -> usize {
        let texts = self.texts(captures);
        let encoded: usize = texts.map(|text| encoded_length(&text, unencoded)).sum();
        self.segments.number() + encoded
    }

    /// The text of each part that has one.
    fn texts<'v>(&'v self, captures: &'v [Capture<'_>]) -> impl Iterator<Item = Cow<'v, str>> {
        let parts = self.segments.all_parts().iter();
        parts.filter_map(|part| part.text(captures))
    }

    /// The path with these captures as text, nothing encoded.
    pub fn text(&self, captures: &[Capture<'_>]) -> String {
        let mut path = String::new();
        self.push_text(&mut path, captures);
        path
    }

    fn push_text(&self, path: &mut String, captures: &[Capture<'_>]) {
        for segment in self.segments.iter() {
            path.push('/');
            for part in segment {
                path.push_str(&part.text(captures).unwrap_or_default());
            }
        }
    }

    /// The same template below the path of a base.
    #[must_use]
    pub fn below(&self, base: &[String]) -> Self {
        let mut segments = Segments::with_room();
        for literal in base {
            segments.push(Part::Literal(literal.clone()));
            segments.end_segment();
        }
        for parts in self.segments.iter() {
            for part in parts {
                segments.push(part.clone());
            }
            segments.end_segment();
        }
        let moved = |places: &[usize]| places.iter().map(|place| base.len() + place).collect();
        Self {
            segments,
            captures: self.captures.clone(),
            mixed: moved(&self.mixed),
            is_certain: self.is_certain,
            longer: moved(&self.longer),
            has_derived: self.has_derived,
        }
    }

    /// The first capture that is too short for a part that the template takes of it.
    pub(crate) fn too_short(&self, captures: &[Capture<'_>]) -> Option<&CaptureSlot> {
        if !self.has_derived {
            return None;
        }
        let mut parts = self.segments.all_parts().iter();
        parts.find_map(|part| match part {
            Part::Derived(index, _) if part.text(captures).is_none() => self.captures.get(*index),
            _ => None,
        })
    }
}

impl Part {
    /// Its text; `None` if a capture is missing, or too short for the part.
    pub(super) fn text<'v>(&'v self, captures: &'v [Capture<'_>]) -> Option<Cow<'v, str>> {
        let value = |index: &usize| captures.get(*index).map(Capture::as_str);
        match self {
            Self::Literal(literal) => Some(Cow::Borrowed(literal)),
            Self::Declared(index) | Self::Used(index) => value(index).map(Cow::Borrowed),
            Self::Derived(index, part) => part.of(value(index)?),
        }
    }

    /// The place of its capture; `None` for a literal.
    pub(super) fn capture(&self) -> Option<usize> {
        match self {
            Self::Literal(_) => None,
            Self::Declared(index) | Self::Used(index) | Self::Derived(index, _) => Some(*index),
        }
    }
}

impl<'t> Segment<'t> {
    /// The text of a segment without captures.
    pub fn literal(self) -> Option<&'t str> {
        match self.parts {
            [Part::Literal(literal)] => Some(literal),
            _ => None,
        }
    }

    /// The capture that is the whole segment, with its place among the template's captures.
    pub fn capture(self) -> Option<(usize, &'t CaptureSlot)> {
        match self.parts {
            [Part::Declared(index) | Part::Used(index)] => {
                Some((*index, self.captures.get(*index)?))
            }
            _ => None,
        }
    }

    /// What the segment consists of, from left to right.
    pub fn pieces(self) -> impl DoubleEndedIterator<Item = Piece<'t>> {
        self.parts.iter().filter_map(move |part| {
            let slot = self.captures.get(part.capture().unwrap_or_default());
            Some(match part {
                Part::Literal(literal) => Piece::Literal(literal),
                Part::Declared(index) | Part::Used(index) => Piece::Capture(*index, slot?),
                Part::Derived(index, part) => Piece::Part(*index, slot?, *part),
            })
        })
    }

    /// The literal that it begins with.
    pub fn beginning(self) -> Option<&'t str> {
        match self.parts {
            [Part::Literal(literal), ..] => Some(literal),
            _ => None,
        }
    }

    /// The literal that it ends with.
    pub fn ending(self) -> Option<&'t str> {
        match self.parts {
            [.., Part::Literal(literal)] => Some(literal),
            _ => None,
        }
    }

    /// Every literal of the segment, from left to right.
    pub fn literals(self) -> impl Iterator<Item = &'t str> {
        self.pieces().filter_map(|piece| match piece {
            Piece::Literal(literal) => Some(literal),
            Piece::Capture(..) | Piece::Part(..) => None,
        })
    }

    /// Whether the segment gives the capture of this name its type.
    pub fn declares(self, name: &str) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Declared(index) => {
                let slot = self.captures.get(*index);
                slot.is_some_and(|slot| slot.name() == name)
            }
            _ => false,
        })
    }

    /// Whether the segment is a `path` capture, which stands for one or more segments.
    pub fn is_path(self) -> bool {
        self.capture()
            .is_some_and(|(_, capture)| *capture.kind() == CaptureType::Path)
    }

    /// How many segments of a path it stands for: at least one, and at most so many.
    pub fn span(self) -> Option<usize> {
        match self.parts {
            _ if self.is_path() => None,
            [Part::Derived(_, part)] if part.is_prefix() => Some(2),
            _ => Some(1),
        }
    }

    /// Whether a text has the literals of the segment where they belong, with something where each
    /// capture belongs.
    pub fn has_shape_of(self, text: &str) -> bool {
        has_shape(self.parts, text).is_some()
    }

    pub(super) fn parts(self) -> &'t [Part] {
        self.parts
    }
}

pub(super) fn is_derived(part: &Part) -> bool {
    matches!(part, Part::Derived(..))
}

fn has_shape(mut parts: &[Part], mut text: &str) -> Option<()> {
    if let [Part::Literal(only)] = parts {
        return (only == text).then_some(());
    }
    if let [Part::Literal(first), others @ ..] = parts {
        text = text.strip_prefix(first.as_str())?;
        parts = others;
    }
    if let [others @ .., Part::Literal(last)] = parts {
        text = text.strip_suffix(last.as_str())?;
        parts = others;
    }
    for part in parts {
        match part {
            // The first place leaves the most for what comes after it.
            Part::Literal(literal) => text = text.split_once(literal.as_str())?.1,
            Part::Declared(_) | Part::Used(_) | Part::Derived(..) => {
                // A capture holds at least one character.
                let mut characters = text.chars();
                characters.next()?;
                text = characters.as_str();
            }
        }
    }
    Some(())
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in self.segments() {
            write!(formatter, "/{segment}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Segment<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (part, piece) in self.parts.iter().zip(self.pieces()) {
            match piece {
                Piece::Literal(literal) => formatter.write_str(literal)?,
                Piece::Capture(_, slot) if matches!(part, Part::Declared(_)) => {
                    write!(formatter, "{{{}:{}}}", slot.name(), slot.kind())?;
                }
                Piece::Capture(_, slot) => write!(formatter, "{{{}}}", slot.name())?,
                Piece::Part(_, slot, part) => write!(formatter, "{{{}.{part}}}", slot.name())?,
            }
        }
        Ok(())
    }
}
