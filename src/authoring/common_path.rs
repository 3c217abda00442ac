//! Finds a path that two routes can both be asked for.

use super::common_text::{Unit, common_text};
use super::language::Language;
use super::samples;
use crate::values::{
    CapturePart, CaptureSlot, CaptureType, PathTemplate, Piece, Segment, encoding,
};

/// A path that both templates read, if there is one.
///
/// Two segments in one place that have no text in common tell the templates apart, for certain. Otherwise
/// paths are tried, made of plain values and of those that the segments have in common. So what is found
/// is a real path of both, and one that depends on a capture in many places may be overlooked.
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
        for (from_left, from_right) in left.iter().zip(&right) {
            let common = common_text(&units(*from_left), &units(*from_right))?;
            values.0.note(&singles(*from_left), &common.left);
            values.1.note(&singles(*from_right), &common.right);
        }
        // What a capture is elsewhere as a whole segment is what it can be here.
        for (from_left, from_right) in left.iter().zip(&right) {
            let (left_units, left_spans) = bound(*from_left, &left, &right);
            let (right_units, right_spans) = bound(*from_right, &right, &left);
            if let Some(common) = common_text(&left_units, &right_units) {
                values.0.note(&left_spans, &common.left);
                values.1.note(&right_spans, &common.right);
            }
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
    let segments = encoding::decoded_segments(path).unwrap_or_default();
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

/// A piece of a segment, with how many units of a sequence stand for it.
type Span<'t> = (Piece<'t>, usize);

/// The pieces of a segment, each one unit.
fn singles(segment: Segment<'_>) -> Vec<Span<'_>> {
    segment.pieces().map(|piece| (piece, 1)).collect()
}

/// What a segment consists of, where each capture that is a whole segment elsewhere in these segments is
/// what the other template has there.
fn bound<'t>(
    segment: Segment<'t>,
    segments: &[Segment<'t>],
    others: &[Segment<'_>],
) -> (Vec<Unit>, Vec<Span<'t>>) {
    let (mut all, mut spans) = (Vec::new(), Vec::new());
    for (piece, unit) in segment.pieces().zip(units(segment)) {
        let mut places = segments.iter().zip(others);
        let elsewhere = match piece {
            Piece::Capture(place, _) if segment.capture().is_none() => {
                places.find(|(it, other)| {
                    it.capture().is_some_and(|(whole, _)| whole == place)
                        && other.capture().is_none()
                })
            }
            _ => None,
        };
        let bound = elsewhere.map_or(vec![unit], |(_, other)| units(*other));
        spans.push((piece, bound.len()));
        all.extend(bound);
    }
    (all, spans)
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
    /// The segments of the prefix of a crate.
    prefix: Vec<String>,
}

impl Values {
    fn plain(template: &PathTemplate) -> Self {
        let of_captures = samples::plain(template).into_iter();
        Self {
            of_captures: of_captures.map(|value| vec![value]).collect(),
            path: Vec::new(),
            prefix: Vec::new(),
        }
    }

    /// Adds what the captures of a segment are of a text.
    fn note(&mut self, spans: &[Span<'_>], texts: &[String]) {
        let mut texts = texts.iter();
        for (piece, number) in spans {
            let text: String = texts.by_ref().take(*number).map(String::as_str).collect();
            let (place, value) = match piece {
                Piece::Literal(_) => continue,
                Piece::Capture(place, slot) if *slot.kind() == CaptureType::Path => {
                    self.path.push(text);
                    (*place, self.path.join("/"))
                }
                Piece::Capture(place, _) => (*place, text),
                Piece::Part(place, slot, part) => {
                    let prefix = &mut self.prefix;
                    if *part == CapturePart::IndexPrefix || *part == CapturePart::LowerIndexPrefix {
                        prefix.push(text.clone());
                    }
                    (*place, value_with(*part, &text, prefix, slot))
                }
            };
            if let Some(values) = self.of_captures.get_mut(place)
                && !values.contains(&value)
            {
                values.push(value);
            }
        }
    }

    fn paths<'v>(&'v self, template: &'v PathTemplate) -> impl Iterator<Item = String> + 'v {
        let all = samples::combinations(&self.of_captures);
        all.filter_map(|values| samples::path(template, &values))
    }
}

/// A value that has this part. A prefix may be of two segments.
fn value_with(part: CapturePart, text: &str, prefix: &[String], slot: &CaptureSlot) -> String {
    let padded = |text: &str| format!("{text:a<2}");
    match (part, prefix) {
        (CapturePart::First(number), _) => {
            let plain = samples::value(slot.kind());
            let rest = plain.get(number.into()..).unwrap_or_default();
            format!("{text}{rest}")
        }
        (_, [only]) if only == "1" => "a".to_owned(),
        (_, [only]) if only == "2" => "aa".to_owned(),
        (_, [first, second]) if first == "3" => format!("{second}aa"),
        (_, [first, second]) => format!("{}{}", padded(first), padded(second)),
        _ => text.to_owned(),
    }
}
