//! Paths with captures in them: the one that a route answers, and the one of its locations.

use std::borrow::Cow;
use std::fmt;

use super::capture::{Capture, CaptureSlot};
use super::encoding::{Unencoded, encoded_length, push_encoded};
use super::segment::{Part, Segment};
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

/// The longest location that is sent, in bytes.
pub const MAX_LOCATION: usize = 2048;

impl PathTemplate {
    /// The captures, in the order in which the path declares them.
    pub fn captures(&self) -> &[CaptureSlot] {
        &self.captures
    }

    /// The segments, from left to right.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Segment<'_>> + DoubleEndedIterator {
        let segments = self.segments.iter();
        segments.map(|parts| Segment::new(parts, &self.captures))
    }

    /// The segments of several pieces, in the order in which they are read: after the captures that are
    /// whole segments, each makes captures of the next ones known.
    pub fn mixed_segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.mixed.iter().map(|place| self.segment(*place))
    }

    fn segment(&self, place: usize) -> Segment<'_> {
        Segment::new(self.segments.parts_of(place), &self.captures)
    }

    /// The most segments that a path of the template has; `None` if there may be any number.
    pub fn most_segments(&self) -> Option<usize> {
        let mut most = self.segments.len();
        for place in &self.longer {
            most += self.segment(*place).span()? - 1;
        }
        Some(most)
    }

    /// Appends the path with these captures to a URL, percent-encoded.
    pub fn write(&self, url: &mut String, captures: &[Capture<'_>], unencoded: &Unencoded) {
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
        self.segments.len() + 3 * length
    }

    /// How many bytes [`write`](Self::write) appends.
    pub(crate) fn written_length(&self, captures: &[Capture<'_>], unencoded: &Unencoded) -> usize {
        let texts = self.texts(captures);
        let encoded: usize = texts.map(|text| encoded_length(&text, unencoded)).sum();
        self.segments.len() + encoded
    }

    /// The text of each part that has one.
    fn texts<'v>(&'v self, captures: &'v [Capture<'_>]) -> impl Iterator<Item = Cow<'v, str>> {
        let parts = self.segments.all_parts().iter();
        parts.filter_map(|part| part.text(captures))
    }

    /// The path with these captures as text, nothing encoded.
    pub fn text(&self, captures: &[Capture<'_>]) -> String {
        let mut path = String::new();
        for segment in self.segments.iter() {
            path.push('/');
            for part in segment {
                path.push_str(&part.text(captures).unwrap_or_default());
            }
        }
        path
    }

    /// The same template below the path of a base.
    #[must_use]
    pub fn below(&self, base: &[String]) -> Self {
        let mut segments = Segments::new();
        for literal in base {
            segments.push([Part::Literal(literal.clone())]);
        }
        for parts in self.segments.iter() {
            segments.push(parts.iter().cloned());
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

impl fmt::Display for PathTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in self.segments() {
            write!(formatter, "/{segment}")?;
        }
        Ok(())
    }
}
