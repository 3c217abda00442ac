//! Finds a path that two routes can both be asked for.

use std::borrow::Cow;

use super::common_text::{Unit, common_text};
use super::language::Language;
use super::samples;
use crate::values::{CaptureType, PathTemplate, Piece, Segment, encoding};

/// How many combinations of values are tried on one pair of paths.
const MAX_COMBINATIONS: usize = 256;

/// A path that both templates read, if there is one.
///
/// What cannot be apart by its segments alone is tried: with plain values, and with those that the
/// segments have in common. So what is found is a real path of both.
pub(super) fn common_path(one: &PathTemplate, other: &PathTemplate) -> Option<String> {
    lengths(one, other).find_map(|length| {
        let (left, right) = (expand(one, length)?, expand(other, length)?);
        // Literals tell most routes apart, and cost least.
        let literals = left.iter().zip(&right);
        let mut literals = literals.filter_map(|(left, right)| left.literal().zip(right.literal()));
        if literals.any(|(left, right)| left != right) {
            return None;
        }
        let mut values = (Values::plain(one), Values::plain(other));
        for (left, right) in left.iter().zip(&right) {
            let common = common_text(&units(*left), &units(*right))?;
            values.0.note(*left, &common.left);
            values.1.note(*right, &common.right);
        }
        let (of_one, of_other) = (|| values.0.paths(one), || values.1.paths(other));
        // The first of each has plain values only.
        let plain = of_one().take(1).chain(of_other().take(1));
        let mut paths = plain.chain(of_one()).chain(of_other());
        paths.find(|path| reads(one, path) && reads(other, path))
    })
}

/// Whether a template reads this path, in which nothing is encoded.
pub(super) fn reads(template: &PathTemplate, path: &str) -> bool {
    let segments: Vec<_> = encoding::segments(path).map(Cow::Borrowed).collect();
    template.read(&segments).is_ok()
}

/// What a segment consists of, as texts that it can be.
pub(super) fn units(segment: Segment<'_>) -> Vec<Unit> {
    let unit = |piece| match piece {
        Piece::Literal(literal) => Unit::Literal(literal.to_owned()),
        Piece::Capture(_, slot) => Unit::Language(Language::of(slot.kind())),
        Piece::Part(_, _, part) => Unit::Language(Language::of_part(part)),
    };
    segment.pieces().map(unit).collect()
}

/// The numbers of segments that paths of both templates may have.
fn lengths(one: &PathTemplate, other: &PathTemplate) -> impl Iterator<Item = usize> {
    let at_least = |template: &PathTemplate| template.segments().len();
    let at_most = PathTemplate::most_segments;
    let (first, sum) = (
        at_least(one).max(at_least(other)),
        at_least(one) + at_least(other),
    );
    // Two path captures may each take all that the other template has.
    let last = [at_most(one), at_most(other)].into_iter().flatten().min();
    first..=last.unwrap_or(sum)
}

/// The segments for paths of that many segments: one that may be several stands for each of them.
fn expand(template: &PathTemplate, length: usize) -> Option<Vec<Segment<'_>>> {
    let missing = length.checked_sub(template.segments().len())?;
    let mut expanded = Vec::with_capacity(length);
    for segment in template.segments() {
        let number = if segment.span() == Some(1) {
            1
        } else {
            1 + missing
        };
        expanded.extend(std::iter::repeat_n(segment, number));
    }
    (expanded.len() == length).then_some(expanded)
}

/// What is tried for each capture of a template.
struct Values {
    of_captures: Vec<Vec<String>>,
    /// The segments of its `path` capture.
    path: Vec<String>,
}

impl Values {
    fn plain(template: &PathTemplate) -> Self {
        let of_captures = samples::plain(template).into_iter();
        Self {
            of_captures: of_captures.map(|value| vec![value]).collect(),
            path: Vec::new(),
        }
    }

    /// Adds what the captures of a segment are of a text.
    fn note(&mut self, segment: Segment<'_>, texts: &[String]) {
        for (piece, text) in segment.pieces().zip(texts) {
            let Piece::Capture(place, slot) = piece else {
                continue;
            };
            let text = if *slot.kind() == CaptureType::Path {
                self.path.push(text.clone());
                self.path.join("/")
            } else {
                text.clone()
            };
            if let Some(values) = self.of_captures.get_mut(place)
                && !values.contains(&text)
            {
                values.push(text);
            }
        }
    }

    fn paths<'v>(&'v self, template: &'v PathTemplate) -> impl Iterator<Item = String> + 'v {
        let all = samples::combinations(&self.of_captures, MAX_COMBINATIONS);
        all.filter_map(|values| samples::path(template, &values))
    }
}
