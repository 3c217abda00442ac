//! A segment of a template, and what it consists of.

use std::borrow::Cow;
use std::fmt;

use super::capture::{Capture, CaptureSlot};
use super::capture_type::CaptureType;
use super::part::CapturePart;

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
    pub(super) fn new(parts: &'t [Part], captures: &'t [CaptureSlot]) -> Self {
        Self { parts, captures }
    }

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
