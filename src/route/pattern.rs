//! The path pattern of a route: whole segments, literal or captured.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

use super::Stop;
use crate::capture::{Capture, CaptureType};

/// A path pattern such as `/api/v1/crates/{name:crate}/{version:semver}/download`. It matches whole
/// segments, never parts of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    segments: Vec<PatternSegment>,
    captures: Vec<CaptureSlot>,
}

/// A capture that a pattern declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureSlot {
    name: String,
    kind: CaptureType,
}

/// One segment of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PatternSegment {
    Literal(String),
    Capture(CaptureType),
}

/// Why a path pattern cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatternError {
    /// The pattern does not start with `/`.
    #[error("`{0}` does not start with `/`")]
    NoLeadingSlash(String),
    /// A segment is empty, `.` or `..`.
    #[error("the segment `{0}` is empty, `.` or `..`, which no request path can match")]
    UnmatchableSegment(String),
    /// A literal segment holds something besides unreserved characters.
    #[error("the literal segment `{0}` holds a character besides letters, digits and `-._~`")]
    LiteralCharacter(String),
    /// A segment has braces, but is not exactly one `{name:type}`.
    #[error("the segment `{0}` is not one whole capture `{{name:type}}`")]
    CaptureSyntax(String),
    /// The name of a capture is not letters, digits and `_`, beginning with a letter.
    #[error("`{0}` is not a capture name: letters, digits and `_`, beginning with a letter")]
    CaptureName(String),
    /// There is no capture type of that name.
    #[error("there is no capture type `{0}`; the types are crate, semver, segment, sha256, path")]
    CaptureType(String),
    /// Two captures have one name.
    #[error("the capture `{0}` is declared twice")]
    DuplicateCapture(String),
    /// A `path` capture is followed by another segment.
    #[error("the capture `{0}` is of type path, which must be the last segment")]
    PathNotLast(String),
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// [`PatternError`] names the segment that cannot be read.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let path = text
            .strip_prefix('/')
            .ok_or_else(|| PatternError::NoLeadingSlash(text.to_owned()))?;
        let mut pattern = Self {
            segments: Vec::new(),
            captures: Vec::new(),
        };
        for segment in path.split('/') {
            if let Some(last) = pattern.captures.last()
                && last.kind == CaptureType::Path
            {
                return Err(PatternError::PathNotLast(last.name.clone()));
            }
            pattern.push(segment)?;
        }
        Ok(pattern)
    }

    /// The captures that the pattern declares, from left to right.
    pub fn captures(&self) -> &[CaptureSlot] {
        &self.captures
    }

    /// The segments, from left to right.
    #[cfg(feature = "toml")]
    pub(crate) fn segments(&self) -> &[PatternSegment] {
        &self.segments
    }

    fn push(&mut self, segment: &str) -> Result<(), PatternError> {
        if segment.contains(['{', '}']) {
            let slot = CaptureSlot::parse(segment)?;
            if self.captures.iter().any(|other| other.name == slot.name) {
                return Err(PatternError::DuplicateCapture(slot.name));
            }
            self.segments.push(PatternSegment::Capture(slot.kind));
            self.captures.push(slot);
            return Ok(());
        }
        if matches!(segment, "" | "." | "..") {
            return Err(PatternError::UnmatchableSegment(segment.to_owned()));
        }
        if !segment.bytes().all(crate::template::is_unreserved) {
            return Err(PatternError::LiteralCharacter(segment.to_owned()));
        }
        self.segments
            .push(PatternSegment::Literal(segment.to_owned()));
        Ok(())
    }

    /// Where a path has another shape than this pattern, if it has: the number of segments fits and
    /// the literals are equal, whatever the captures hold.
    pub(super) fn stop_by_shape<'c, 'r>(
        &'c self,
        path: &'r [Cow<'_, str>],
    ) -> Option<Stop<'c, 'r>> {
        let (expected, found) = (self.segments.len(), path.len());
        let or_more = matches!(
            self.segments.last(),
            Some(PatternSegment::Capture(CaptureType::Path))
        );
        if found < expected || (found > expected && !or_more) {
            return Some(Stop::SegmentCount {
                expected,
                or_more,
                found,
            });
        }
        let mut places = self.segments.iter().zip(path).enumerate();
        places.find_map(|(segment, (expected, found))| match expected {
            PatternSegment::Literal(expected) if expected != found => Some(Stop::Literal {
                segment,
                expected,
                found,
            }),
            _ => None,
        })
    }

    /// Takes the captures out of a path that has this pattern's shape; where one does not hold, its
    /// segment and slot.
    pub(super) fn captures_in<'c, 'r>(
        &'c self,
        path: &'r [Cow<'_, str>],
    ) -> Result<Vec<Capture<'r>>, (usize, &'c CaptureSlot)> {
        let mut captures = Vec::with_capacity(self.captures.len());
        let places = self
            .segments
            .iter()
            .enumerate()
            .filter(|(_, segment)| matches!(segment, PatternSegment::Capture(_)));
        for ((segment, _), slot) in places.zip(&self.captures) {
            let capture = slot.kind.parse(slot.text_at(segment, path));
            captures.push(capture.ok_or((segment, slot))?);
        }
        Ok(captures)
    }
}

impl CaptureSlot {
    /// The name by which the location refers to the capture.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the captured value must be.
    pub fn kind(&self) -> CaptureType {
        self.kind
    }

    /// The text that stands in a path where the capture begins: one segment, or all from there on.
    pub(super) fn text_at<'r>(&self, segment: usize, path: &'r [Cow<'_, str>]) -> Cow<'r, str> {
        let rest = path.get(segment..).unwrap_or_default();
        match self.kind {
            CaptureType::Path => rest.join("/").into(),
            _ => rest.first().map_or("", |text| &**text).into(),
        }
    }

    fn parse(segment: &str) -> Result<Self, PatternError> {
        let (name, kind) = segment
            .strip_prefix('{')
            .and_then(|inner| inner.strip_suffix('}'))
            .and_then(|inner| inner.split_once(':'))
            .filter(|(name, kind)| !name.contains(['{', '}']) && !kind.contains(['{', '}']))
            .ok_or_else(|| PatternError::CaptureSyntax(segment.to_owned()))?;
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            return Err(PatternError::CaptureName(name.to_owned()));
        }
        let kind = CaptureType::from_name(kind)
            .ok_or_else(|| PatternError::CaptureType(kind.to_owned()))?;
        Ok(Self {
            name: name.to_owned(),
            kind,
        })
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut slots = self.captures.iter();
        for segment in &self.segments {
            match segment {
                PatternSegment::Literal(literal) => write!(formatter, "/{literal}")?,
                PatternSegment::Capture(kind) => {
                    let name = slots.next().map_or("", CaptureSlot::name);
                    write!(formatter, "/{{{name}:{kind}}}")?;
                }
            }
        }
        Ok(())
    }
}
