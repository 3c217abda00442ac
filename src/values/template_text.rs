//! Reads templates as a configuration has them.

use thiserror::Error;

use super::capture::{CaptureSlot, CaptureType};
use super::encoding::is_unreserved;
use super::template::{Part, PathTemplate};

/// Why a template cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// The template does not start with `/`.
    #[error("`{0}` does not start with `/`")]
    NoLeadingSlash(String),
    /// A segment of a path is empty, `.` or `..`.
    #[error("the segment `{0}` is empty, `.` or `..`, which no request path can match")]
    UnmatchableSegment(String),
    /// A segment of a location is empty, `.` or `..`.
    #[error("the segment `{0}` is empty, `.` or `..`")]
    UnsafeSegment(String),
    /// A literal segment of a path holds something besides unreserved characters.
    #[error("the literal segment `{0}` holds a character besides letters, digits and `-._~`")]
    SegmentCharacter(String),
    /// A literal of a location holds something besides unreserved characters.
    #[error("`{0}` holds a character besides letters, digits and `-._~`")]
    LiteralCharacter(String),
    /// A segment of a path has braces, but is not exactly one `{name:type}`.
    #[error("the segment `{0}` is not one whole capture `{{name:type}}`")]
    CaptureSyntax(String),
    /// The name of a capture is not letters, digits and `_`, beginning with a letter.
    #[error("`{0}` is not a capture name: letters, digits and `_`, beginning with a letter")]
    CaptureName(String),
    /// There is no capture type of that name.
    #[error("there is no capture type `{0}`; the types are crate, semver, segment, sha256, path")]
    CaptureType(String),
    /// A path declares two captures of one name.
    #[error("the capture `{0}` is declared twice")]
    DuplicateCapture(String),
    /// In a path, a `path` capture is followed by another segment.
    #[error("the capture `{0}` is of type path, which must be the last segment")]
    PathNotLast(String),
    /// A brace is opened and not closed, or closed and not opened.
    #[error("the braces in `{0}` do not pair up")]
    Braces(String),
    /// A location uses a capture that the path does not declare.
    #[error("the path has no capture `{0}`")]
    UnknownCapture(String),
    /// A location does not use a capture, so that two requests would share it.
    #[error("the capture `{0}` of the path is not in the location")]
    UnusedCapture(String),
    /// Two captures touch, so that the end of the first is not known.
    #[error("two captures touch in `{0}`, so the location cannot be read back")]
    AdjacentCaptures(String),
    /// A `path` capture shares its segment.
    #[error("the capture `{0}` is of type path and must be a whole segment")]
    PathNotAlone(String),
}

impl PathTemplate {
    /// Reads the path of a route, such as `/api/v1/crates/{name:crate}/{version:semver}/download`.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] names the segment that cannot be read.
    pub fn path(text: &str) -> Result<Self, TemplateError> {
        let mut template = Self {
            segments: Vec::new(),
            captures: Vec::new(),
            mixed: Vec::new(),
        };
        for segment in below_root(text)?.split('/') {
            if let Some(last) = template.captures.last()
                && last.kind() == CaptureType::Path
            {
                return Err(TemplateError::PathNotLast(last.name().to_owned()));
            }
            let part = template.declare(segment)?;
            template.segments.push(vec![part]);
        }
        Ok(template)
    }

    /// Reads the location of a route, which uses each of its path's captures at least once.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] names the segment or capture that is wrong.
    pub fn location(text: &str, captures: &[CaptureSlot]) -> Result<Self, TemplateError> {
        let segments = below_root(text)?
            .split('/')
            .map(|segment| use_captures(segment, captures))
            .collect::<Result<Vec<_>, _>>()?;
        for (index, capture) in captures.iter().enumerate() {
            if !segments
                .iter()
                .flatten()
                .any(|part| *part == Part::Used(index))
            {
                return Err(TemplateError::UnusedCapture(capture.name().to_owned()));
            }
        }
        Ok(Self {
            mixed: reading_order(&segments),
            segments,
            captures: captures.to_vec(),
        })
    }

    /// Reads a segment of a path, and declares the capture in it.
    fn declare(&mut self, segment: &str) -> Result<Part, TemplateError> {
        if segment.contains(['{', '}']) {
            let capture = declared_capture(segment)?;
            if self.captures.iter().any(|it| it.name() == capture.name()) {
                let name = capture.name().to_owned();
                return Err(TemplateError::DuplicateCapture(name));
            }
            self.captures.push(capture);
            return Ok(Part::Declared(self.captures.len() - 1));
        }
        if matches!(segment, "" | "." | "..") {
            return Err(TemplateError::UnmatchableSegment(segment.to_owned()));
        }
        if !segment.bytes().all(is_unreserved) {
            return Err(TemplateError::SegmentCharacter(segment.to_owned()));
        }
        Ok(Part::Literal(segment.to_owned()))
    }
}

/// The segments of several parts: always next one with at most one capture that is not known from a
/// whole segment or from those before it, if there is such a segment.
fn reading_order(segments: &[Vec<Part>]) -> Vec<usize> {
    let is_mixed = |(_, parts): &(usize, &Vec<Part>)| parts.len() > 1;
    let mut left: Vec<_> = segments.iter().enumerate().filter(is_mixed).collect();
    let mut order = Vec::with_capacity(left.len());
    let is_known = |part: &Part, order: &[usize]| {
        let read = |(index, parts): (usize, &Vec<Part>)| parts.len() == 1 || order.contains(&index);
        let mut before = segments.iter().enumerate().filter(|it| read(*it));
        before.any(|(_, parts)| parts.contains(part))
    };
    // The last one is next whatever is known.
    while left.len() > 1 {
        let is_readable = |(_, parts): &(usize, &Vec<Part>)| {
            let is_unknown =
                |part: &&Part| matches!(part, Part::Used(_)) && !is_known(part, &order);
            let first = parts.iter().find(is_unknown);
            let mut unknown = parts.iter().filter(is_unknown);
            unknown.all(|part| Some(part) == first)
        };
        let next = left.iter().position(is_readable).unwrap_or_default();
        order.push(left.remove(next).0);
    }
    order.extend(left.iter().map(|(index, _)| *index));
    order
}

fn below_root(text: &str) -> Result<&str, TemplateError> {
    text.strip_prefix('/')
        .ok_or_else(|| TemplateError::NoLeadingSlash(text.to_owned()))
}

/// Reads a segment `{name:type}`.
fn declared_capture(segment: &str) -> Result<CaptureSlot, TemplateError> {
    let (name, kind) = segment
        .strip_prefix('{')
        .and_then(|inner| inner.strip_suffix('}'))
        .and_then(|inner| inner.split_once(':'))
        .filter(|(name, kind)| !name.contains(['{', '}']) && !kind.contains(['{', '}']))
        .ok_or_else(|| TemplateError::CaptureSyntax(segment.to_owned()))?;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        return Err(TemplateError::CaptureName(name.to_owned()));
    }
    let kind = kind
        .parse()
        .map_err(|_| TemplateError::CaptureType(kind.to_owned()))?;
    Ok(CaptureSlot::new(name.to_owned(), kind))
}

/// Reads a segment of a location.
fn use_captures(segment: &str, captures: &[CaptureSlot]) -> Result<Vec<Part>, TemplateError> {
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
        let (index, capture) = captures
            .iter()
            .enumerate()
            .find(|(_, capture)| capture.name() == name)
            .ok_or_else(|| TemplateError::UnknownCapture(name.to_owned()))?;
        if matches!(parts.last(), Some(Part::Used(_))) {
            return Err(TemplateError::AdjacentCaptures(segment.to_owned()));
        }
        let is_whole_segment = parts.is_empty() && after.is_empty();
        if capture.kind() == CaptureType::Path && !is_whole_segment {
            return Err(TemplateError::PathNotAlone(name.to_owned()));
        }
        parts.push(Part::Used(index));
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
