//! Reads templates as a configuration has them.

use std::fmt;

use super::capture::CaptureSlot;
use super::capture_type::CaptureType;
use super::encoding::{may_be_literal, split_first};
use super::instead::Instead;
use super::part::CapturePart;
use super::reading_order::reading_order;
use super::segment::{Part, Segment, is_derived};
use super::segments::Segments;
use super::template::PathTemplate;
use super::template_checks::{longer_segments, unused_captures};
use super::template_error::TemplateErrors;

impl PathTemplate {
    /// Reads the path of a route, such as `/api/v1/crates/{name:crate}/{version:semver}/download`.
    ///
    /// # Errors
    ///
    /// All its [`TemplateErrors`].
    pub fn path(text: &str) -> Result<Self, TemplateErrors> {
        Reader::new(Vec::new(), true).read(text)
    }

    /// Reads the location of a route, which uses each of these captures at least once.
    ///
    /// # Errors
    ///
    /// All its [`TemplateErrors`].
    pub fn location(text: &str, captures: &[CaptureSlot]) -> Result<Self, TemplateErrors> {
        Reader::new(captures.to_vec(), false).read(text)
    }
}

/// A part of a segment as it is written.
#[derive(Clone, Copy)]
enum Written<'t> {
    Literal(&'t str),
    /// What stands between two braces.
    Capture {
        name: &'t str,
        kind: Option<&'t str>,
        part: Option<&'t str>,
    },
}

struct Reader<'t> {
    /// What was read of the segment that is being read.
    written: Vec<Written<'t>>,
    captures: Vec<CaptureSlot>,
    errors: Vec<String>,
    is_path: bool,
}

impl<'t> Reader<'t> {
    fn new(captures: Vec<CaptureSlot>, is_path: bool) -> Self {
        Self {
            written: Vec::new(),
            captures,
            errors: Vec::new(),
            is_path,
        }
    }

    #[cold]
    fn note(&mut self, error: fmt::Arguments<'_>) {
        self.errors.push(error.to_string());
    }

    fn split(&mut self, text: &'t str) -> Segments<Written<'t>> {
        let mut segments = Segments::new();
        if matches!(text, "" | "/") {
            self.note(format_args!(
                "the path is empty; write one such as `/files/x`"
            ));
            return segments;
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            self.note(format_args!(
                "`{text}` is a URL; write the path only; the host comes from the target's base"
            ));
            return segments;
        }
        let below_root = text.strip_prefix('/').unwrap_or_else(|| {
            self.note(format_args!(
                "`{text}` does not start with `/`; write `/{text}`"
            ));
            text
        });
        let (below_root, ends_in_slash) = match below_root.strip_suffix('/') {
            Some(before) => (before, true),
            None => (below_root, false),
        };
        let mut rest = Some(below_root);
        while let Some(text) = rest {
            let (segment, after) = split_first(text, b'/');
            rest = after;
            if segment.is_empty() {
                self.note(format_args!("two slashes stand in a row; leave one out"));
            } else if matches!(segment, "." | "..") {
                self.note(format_args!(
                    "no path of a file has the segment `{segment}`"
                ));
            }
            self.split_segment(segment);
            segments.push(self.written.drain(..));
        }
        if ends_in_slash {
            self.note(format_args!("the path ends in a slash; leave it out"));
        }
        segments
    }

    fn split_segment(&mut self, segment: &'t str) {
        let mut rest = segment;
        loop {
            let (literal, after) = split_first(rest, b'{');
            self.literal(literal, segment);
            let Some(after) = after else { return };
            let (inner, after) = match split_first(after, b'}') {
                (inner, Some(after)) if !inner.contains('{') => (inner, after),
                _ => {
                    self.note(format_args!("the braces in `{segment}` do not pair up"));
                    return;
                }
            };
            rest = after;
            let (name, kind) = split_first(inner, b':');
            let (name, part) = if kind.is_none() {
                split_first(name, b'.')
            } else {
                (name, None)
            };
            let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !is_name {
                self.note(format_args!(
                    "`{{{inner}}}` does not begin with a capture name: letters, digits and `_`, the first a letter"
                ));
                continue;
            }
            if matches!(self.written.last(), Some(Written::Capture { .. })) {
                self.note(format_args!(
                    "two captures touch in `{segment}`; write a literal between them, so that the end of the first is known"
                ));
            }
            if let Some(kind) = kind.filter(|_| self.is_path) {
                self.declare(name, kind);
            }
            self.written.push(Written::Capture { name, kind, part });
        }
    }

    fn literal(&mut self, literal: &'t str, segment: &str) {
        if literal.is_empty() {
            return;
        }
        self.written.push(Written::Literal(literal));
        if !literal.bytes().all(may_be_literal) {
            if literal.contains('}') {
                self.note(format_args!("the braces in `{segment}` do not pair up"));
            } else {
                self.note_character(literal);
            }
        }
    }

    fn note_character(&mut self, literal: &str) {
        let may_be = |character: char| u8::try_from(character).is_ok_and(may_be_literal);
        if let Some(character) = literal.chars().find(|it| !may_be(*it)) {
            self.note(format_args!(
                "`{literal}` holds `{character}`; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded"
            ));
        }
    }

    /// Declares a capture that has a type.
    fn declare(&mut self, name: &str, kind: &str) {
        if self.place_of(name).is_some() {
            self.note(format_args!(
                "`{{{name}}}` has a type in two places; write the type once, and `{{{name}}}` where its text is repeated"
            ));
            return;
        }
        let kind = self.read_type(kind);
        self.captures.push(CaptureSlot::new(name.to_owned(), kind));
    }

    /// Reads a type. One that means nothing is taken for a segment, so that the rest can be read.
    fn read_type(&mut self, text: &str) -> CaptureType {
        if text.contains('|') {
            let words: Vec<_> = text.split('|').map(str::to_owned).collect();
            let mut earlier = words.iter().enumerate();
            let is_wrong = earlier.any(|(index, word)| {
                matches!(&**word, "" | "." | "..")
                    || words.iter().take(index).any(|other| other == word)
            });
            if is_wrong {
                self.note(format_args!(
                    "`{text}` has a word twice, or an empty one, `.` or `..`; list at least two different words"
                ));
            }
            for word in &words {
                self.note_character(word);
            }
            return CaptureType::OneOf(words);
        }
        text.parse().unwrap_or_else(|_| {
            let names = CaptureType::named().map(|(name, _)| name);
            if text.starts_with("hex") {
                self.note(format_args!(
                    "`{text}` is no capture type; write how many digits, 1 to 255, such as `hex(2)`"
                ));
            } else {
                let instead = Instead::of(&text.to_ascii_lowercase(), names);
                self.note(format_args!(
                    "there is no capture type `{text}`; types are {}, or words such as zip|info{instead}",
                    CaptureType::NAMES
                ));
            }
            CaptureType::Segment
        })
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        self.captures.iter().position(|slot| slot.name() == name)
    }

    fn read(mut self, text: &'t str) -> Result<PathTemplate, TemplateErrors> {
        let mut segments = Segments::new();
        for written in self.split(text).iter() {
            segments.push(written.iter().filter_map(|part| self.resolve(part)));
        }
        self.errors
            .extend(longer_segments(&segments, &self.captures, self.is_path));
        // Only of a template without gaps is it known what it does not use.
        if self.errors.is_empty() {
            self.errors = unused_captures(&segments, &self.captures);
        }
        if self.errors.is_empty() {
            let (mixed, is_certain) = reading_order(&segments);
            let mut template = PathTemplate {
                mixed,
                is_certain,
                has_derived: segments.all_parts().iter().any(is_derived),
                segments,
                captures: self.captures,
                longer: Vec::new(),
            };
            let spans = template.segments().map(Segment::span);
            let longer = spans.enumerate().filter(|(_, span)| *span != Some(1));
            template.longer = longer.map(|(place, _)| place).collect();
            return Ok(template);
        }
        Err(TemplateErrors {
            errors: self.errors,
            captures: self.captures,
        })
    }

    /// Finds the capture that is meant.
    fn resolve(&mut self, written: &Written<'t>) -> Option<Part> {
        let (name, kind, part) = match *written {
            Written::Literal(literal) => return Some(Part::Literal(literal.to_owned())),
            Written::Capture { name, kind, part } => (name, kind, part),
        };
        if let Some(kind) = kind.filter(|_| !self.is_path) {
            self.note(format_args!(
                "`{{{name}:{kind}}}` has a type in the location; write `{{{name}}}`, because the path has the type"
            ));
            return None;
        }
        let Some(place) = self.place_of(name) else {
            self.note_unknown(name);
            return None;
        };
        let Some(part) = part else {
            return Some(if kind.is_some() {
                Part::Declared(place)
            } else {
                Part::Used(place)
            });
        };
        let Ok(read) = part.parse::<CapturePart>() else {
            let instead = Instead::of(part, ["index-prefix", "lower-index-prefix", "first(2)"]);
            self.note(format_args!(
                "there is no part `{part}`; parts are {}, with N from 1 to 255{instead}",
                CapturePart::NAMES
            ));
            return None;
        };
        let kind = self.captures.get(place)?.kind();
        if !read.fits(kind) {
            let kind = kind.to_string();
            self.note(format_args!(
                "`{name}` is of type {kind}, which has no {read}; index-prefix is for crate, and first(N) takes at most the length of one segment"
            ));
        }
        Some(Part::Derived(place, read))
    }

    fn note_unknown(&mut self, name: &str) {
        let names = self.captures.iter().map(CaptureSlot::name);
        let instead = Instead::of(name, names);
        if self.is_path {
            self.note(format_args!(
                "`{{{name}}}` has no type; write `{{{name}:segment}}`. Types: {}{instead}",
                CaptureType::NAMES
            ));
            let slot = CaptureSlot::new(name.to_owned(), CaptureType::Segment);
            self.captures.push(slot);
        } else {
            self.note(format_args!("the path has no capture `{name}`{instead}"));
        }
    }
}
