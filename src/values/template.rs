//! Paths with captures in them: the one that a route answers, and the one of its locations.

use std::fmt;

use super::capture::{Capture, CaptureSlot, CaptureType};
use super::encoding::push_encoded;

/// A path whose segments hold literals and captures, such as `/crates/{name}/{name}-{version}.crate`.
///
/// A route has two. Its path declares the captures, each as a whole segment. Its location uses every
/// one of them: the builder writes with it, and the proof reads with it.
///
/// ```
/// use signpost::values::PathTemplate;
///
/// let path = PathTemplate::path("/{name:crate}/{version:semver}").unwrap();
/// let location = PathTemplate::location("/{name}/{name}-{version}.crate", path.captures()).unwrap();
/// let segments = ["libc".into(), "0.2.147".into()];
/// let mut url = "https://static.crates.io".to_owned();
/// location.write(&mut url, &path.read(&segments).unwrap());
/// assert_eq!(url, "https://static.crates.io/libc/libc-0.2.147.crate");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTemplate {
    /// Each segment as what it consists of. Two captures never touch.
    pub(super) segments: Vec<Vec<Part>>,
    pub(super) captures: Vec<CaptureSlot>,
    /// The segments of several parts, in the order in which they can be read: each makes captures of
    /// the next ones known.
    pub(super) mixed: Vec<usize>,
}

/// A part of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    /// `{name:type}`, with the place of the capture among the template's captures.
    Declared(usize),
    /// `{name}`.
    Used(usize),
}

/// A segment of a template. [`Display`](fmt::Display) writes it as the template has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'t> {
    parts: &'t [Part],
    captures: &'t [CaptureSlot],
}

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

    /// Appends the path with these captures to a URL, percent-encoded.
    pub fn write(&self, url: &mut String, captures: &[Capture<'_>]) {
        for segment in &self.segments {
            url.push('/');
            for part in segment {
                match part {
                    Part::Literal(literal) => url.push_str(literal),
                    Part::Declared(index) | Part::Used(index) => {
                        if let Some(capture) = captures.get(*index) {
                            push_encoded(url, capture.as_str());
                        }
                    }
                }
            }
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

    /// Every literal of the segment, from left to right.
    pub fn literals(self) -> impl Iterator<Item = &'t str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(literal) => Some(literal.as_str()),
            Part::Declared(_) | Part::Used(_) => None,
        })
    }

    /// Whether the segment is a `path` capture, which stands for one or more segments.
    pub fn is_path(self) -> bool {
        self.capture()
            .is_some_and(|(_, capture)| capture.kind() == CaptureType::Path)
    }

    pub(super) fn parts(self) -> &'t [Part] {
        self.parts
    }
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
        for part in self.parts {
            let capture = |index: &usize| self.captures.iter().skip(*index).take(1);
            match part {
                Part::Literal(literal) => formatter.write_str(literal)?,
                Part::Declared(index) => capture(index)
                    .try_for_each(|it| write!(formatter, "{{{}:{}}}", it.name(), it.kind()))?,
                Part::Used(index) => {
                    capture(index).try_for_each(|it| write!(formatter, "{{{}}}", it.name()))?;
                }
            }
        }
        Ok(())
    }
}
