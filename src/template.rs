//! The template of a location's path, written by the builder and read back by the proof.
//!
//! [`LocationTemplate::write`] and [`LocationTemplate::read`] share the template and nothing else:
//! one percent-encodes and joins, the other splits what a client would see and parses each piece.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

use crate::capture::{Capture, CaptureType};
use crate::route::CaptureSlot;

/// A location's path below a target's base, such as `/crates/{name}/{name}-{version}.crate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationTemplate {
    segments: Vec<Vec<Part>>,
    slots: Vec<CaptureSlot>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// The place of the capture among the pattern's captures.
    Capture(usize),
}

/// Why a location template cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// The template does not start with `/`.
    #[error("`{0}` does not start with `/`")]
    NoLeadingSlash(String),
    /// A segment is empty, `.` or `..`.
    #[error("the segment `{0}` is empty, `.` or `..`")]
    UnsafeSegment(String),
    /// A literal holds something besides unreserved characters.
    #[error("`{0}` holds a character besides letters, digits and `-._~`")]
    LiteralCharacter(String),
    /// A brace is opened and not closed, or closed and not opened.
    #[error("the braces in `{0}` do not pair up")]
    Braces(String),
    /// A capture is used that the path does not declare.
    #[error("the path has no capture `{0}`")]
    UnknownCapture(String),
    /// A capture of the path is not used, so that two requests would share one location.
    #[error("the capture `{0}` of the path is not in the location")]
    UnusedCapture(String),
    /// Two captures touch, so that nothing says where one ends.
    #[error("two captures touch in `{0}`, so the location cannot be read back")]
    AdjacentCaptures(String),
    /// A `path` capture shares its segment.
    #[error("the capture `{0}` is of type path and must be a whole segment")]
    PathNotAlone(String),
}

/// How many captures may be tried in reading one path back. The templates of a registry need as many
/// as they have captures; one that needs so many more is refused before it costs the sandbox.
const MAX_TRIALS: usize = 1000;

/// What is not unreserved (RFC 3986, section 2.3) is written as upper-case `%XX`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Whether a byte stands for itself in every part of every URL: RFC 3986, section 2.3.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

impl LocationTemplate {
    /// Reads a template that uses each of the pattern's captures at least once.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] names the segment or capture that is wrong.
    pub fn parse(text: &str, slots: &[CaptureSlot]) -> Result<Self, TemplateError> {
        let path = text
            .strip_prefix('/')
            .ok_or_else(|| TemplateError::NoLeadingSlash(text.to_owned()))?;
        let segments = path
            .split('/')
            .map(|segment| parse_segment(segment, slots))
            .collect::<Result<Vec<_>, _>>()?;
        for (index, slot) in slots.iter().enumerate() {
            if !segments
                .iter()
                .flatten()
                .any(|part| *part == Part::Capture(index))
            {
                return Err(TemplateError::UnusedCapture(slot.name().to_owned()));
            }
        }
        Ok(Self {
            segments,
            slots: slots.to_vec(),
        })
    }

    /// What stands between the captures, from left to right.
    #[cfg(feature = "toml")]
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        self.segments
            .iter()
            .flatten()
            .filter_map(|part| match part {
                Part::Literal(literal) => Some(literal.as_str()),
                Part::Capture(_) => None,
            })
    }

    /// The segments that are one capture and nothing else: the place of each, and of its capture.
    #[cfg(feature = "toml")]
    pub(crate) fn whole_captures(&self) -> impl Iterator<Item = (usize, usize)> {
        let segments = self.segments.iter().enumerate();
        segments.filter_map(|(place, parts)| match parts.as_slice() {
            [Part::Capture(capture)] => Some((place, *capture)),
            _ => None,
        })
    }

    /// Appends the path with the captures filled in, percent-encoded, to `url`.
    pub fn write(&self, url: &mut String, captures: &[Capture<'_>]) {
        for segment in &self.segments {
            url.push('/');
            for part in segment {
                match part {
                    Part::Literal(literal) => url.push_str(literal),
                    Part::Capture(index) => {
                        if let Some(capture) = captures.get(*index) {
                            push_encoded(url, capture);
                        }
                    }
                }
            }
        }
    }

    /// Reads the captures back out of a path's decoded segments.
    ///
    /// Nothing is returned where the path does not fit the template, where it fits in more than one
    /// way, so that nobody could say which request it answers, or where finding out takes too long.
    ///
    /// ```
    /// use std::borrow::Cow;
    /// use signpost::route::PathPattern;
    /// use signpost::template::LocationTemplate;
    ///
    /// let pattern = PathPattern::parse("/{name:crate}/{version:semver}").unwrap();
    /// let template = LocationTemplate::parse("/{name}/{name}-{version}.crate", pattern.captures()).unwrap();
    /// let path = [Cow::Borrowed("libc"), Cow::Borrowed("libc-0.2.147.crate")];
    /// let captures = template.read(&path).unwrap();
    /// assert_eq!(captures[1].as_str(), "0.2.147");
    /// ```
    pub fn read<'p>(&self, path: &'p [Cow<'_, str>]) -> Option<Vec<Capture<'p>>> {
        let mut reading = Reading {
            slots: &self.slots,
            bound: vec![None; self.slots.len()],
            found: None,
            times: 0,
            trials: 0,
        };
        reading.segments(&self.segments, path);
        reading
            .found
            .filter(|_| reading.times == 1 && reading.trials <= MAX_TRIALS)
    }
}

fn push_encoded(url: &mut String, capture: &Capture<'_>) {
    // The slashes of a path capture separate its segments and stay as they are.
    for (index, segment) in capture.as_str().split('/').enumerate() {
        if index > 0 {
            url.push('/');
        }
        url.extend(utf8_percent_encode(segment, RESERVED));
    }
}

fn parse_segment(segment: &str, slots: &[CaptureSlot]) -> Result<Vec<Part>, TemplateError> {
    if matches!(segment, "" | "." | "..") {
        return Err(TemplateError::UnsafeSegment(segment.to_owned()));
    }
    let mut parts = Vec::new();
    let mut rest = segment;
    while let Some((literal, after)) = rest.split_once('{') {
        push_literal(&mut parts, literal, segment)?;
        let (name, after) = after
            .split_once('}')
            .ok_or_else(|| TemplateError::Braces(segment.to_owned()))?;
        let (index, slot) = slots
            .iter()
            .enumerate()
            .find(|(_, slot)| slot.name() == name)
            .ok_or_else(|| TemplateError::UnknownCapture(name.to_owned()))?;
        if matches!(parts.last(), Some(Part::Capture(_))) {
            return Err(TemplateError::AdjacentCaptures(segment.to_owned()));
        }
        let is_whole_segment = parts.is_empty() && after.is_empty();
        if slot.kind() == CaptureType::Path && !is_whole_segment {
            return Err(TemplateError::PathNotAlone(name.to_owned()));
        }
        parts.push(Part::Capture(index));
        rest = after;
    }
    push_literal(&mut parts, rest, segment)?;
    Ok(parts)
}

fn push_literal(parts: &mut Vec<Part>, literal: &str, segment: &str) -> Result<(), TemplateError> {
    if literal.contains('}') {
        return Err(TemplateError::Braces(segment.to_owned()));
    }
    if !literal.bytes().all(is_unreserved) {
        return Err(TemplateError::LiteralCharacter(literal.to_owned()));
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal.to_owned()));
    }
    Ok(())
}

/// The search for every way in which a path can be read through a template.
struct Reading<'t, 'p> {
    slots: &'t [CaptureSlot],
    bound: Vec<Option<Capture<'p>>>,
    found: Option<Vec<Capture<'p>>>,
    times: usize,
    trials: usize,
}

impl<'p> Reading<'_, 'p> {
    fn segments(&mut self, template: &[Vec<Part>], path: &'p [Cow<'_, str>]) {
        let Some((parts, later_template)) = template.split_first() else {
            if path.is_empty() {
                self.record();
            }
            return;
        };
        if let [Part::Capture(index)] = parts.as_slice()
            && self.kind(*index) == Some(CaptureType::Path)
        {
            for length in 1..=path.len() {
                let (taken, later_path) = path.split_at(length);
                // A slash inside a segment is not the one between two of them.
                if taken.iter().any(|segment| segment.contains('/')) {
                    return;
                }
                self.bind(*index, taken.join("/").into(), |reading| {
                    reading.segments(later_template, later_path);
                });
            }
            return;
        }
        if let Some((text, later_path)) = path.split_first() {
            self.parts(parts, text, later_template, later_path);
        }
    }

    fn parts(
        &mut self,
        parts: &[Part],
        text: &'p str,
        later_template: &[Vec<Part>],
        later_path: &'p [Cow<'_, str>],
    ) {
        match parts {
            [] if text.is_empty() => self.segments(later_template, later_path),
            [Part::Literal(literal), rest @ ..] => {
                if let Some(text) = text.strip_prefix(literal.as_str()) {
                    self.parts(rest, text, later_template, later_path);
                }
            }
            [Part::Capture(index)] => self.bind(*index, text.into(), |reading| {
                reading.segments(later_template, later_path);
            }),
            // Nothing follows that literal, so only one end is possible.
            [Part::Capture(index), Part::Literal(literal)] => {
                if let Some(taken) = text.strip_suffix(literal.as_str()) {
                    self.bind(*index, taken.into(), |reading| {
                        reading.segments(later_template, later_path);
                    });
                }
            }
            [Part::Capture(index), Part::Literal(literal), rest @ ..] => {
                let ends = text.char_indices().filter_map(|(end, _)| {
                    let (taken, left) = text.split_at_checked(end)?;
                    Some((taken, left.strip_prefix(literal.as_str())?))
                });
                for (taken, left) in ends {
                    self.bind(*index, taken.into(), |reading| {
                        reading.parts(rest, left, later_template, later_path);
                    });
                }
            }
            // Some text is left over. (Captures never touch: a literal says where each one ends.)
            _ => {}
        }
    }

    /// Goes on with `next` if the capture may be `text`: it parses, and equals what it was before.
    fn bind(&mut self, index: usize, text: Cow<'p, str>, next: impl FnOnce(&mut Self)) {
        self.trials += 1;
        if self.trials > MAX_TRIALS || self.times > 1 {
            return;
        }
        if let Some(Some(before)) = self.bound.get(index) {
            if before.as_str() == text {
                next(self);
            }
            return;
        }
        let capture = self.kind(index).and_then(|kind| kind.parse(text));
        if capture.is_none() {
            return;
        }
        self.set(index, capture);
        next(self);
        self.set(index, None);
    }

    fn set(&mut self, index: usize, capture: Option<Capture<'p>>) {
        if let Some(slot) = self.bound.get_mut(index) {
            *slot = capture;
        }
    }

    fn kind(&self, index: usize) -> Option<CaptureType> {
        self.slots.get(index).map(CaptureSlot::kind)
    }

    fn record(&mut self) {
        self.times += 1;
        self.found = self.bound.iter().cloned().collect();
    }
}

impl fmt::Display for LocationTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            formatter.write_str("/")?;
            for part in segment {
                match part {
                    Part::Literal(literal) => formatter.write_str(literal)?,
                    Part::Capture(index) => {
                        let name = self.slots.get(*index).map_or("", CaptureSlot::name);
                        write!(formatter, "{{{name}}}")?;
                    }
                }
            }
        }
        Ok(())
    }
}
