//! Counts the ways to read a segment in which several captures are unknown, such as `{a}-{b}`.

use super::capture_type::CaptureType;

/// What is known of a part of a segment before the segment is read.
pub(super) enum Extent<'k> {
    Text(&'k str),
    Length(usize),
    Type(&'k CaptureType),
}

/// For each part and each place in the text, in how many ways the parts from there on read the rest
/// of the text: none, one, or two for any more.
struct Ways<'k> {
    text: &'k str,
    numbers: Vec<Vec<u8>>,
}

/// The length of each part, if the text can be read in exactly one way. The error is the part that no
/// reading gets past; if there are several readings, the first.
///
/// A capture looks no further than its type's longest value, so the time grows with the length of
/// the text and not with the number of ways. A segment has four unknown captures at most, or does not
/// compile.
pub(super) fn one_reading(parts: &[Extent<'_>], text: &str) -> Result<Vec<usize>, usize> {
    let most = |part: &Extent<'_>| match part {
        Extent::Text(text) => text.len(),
        Extent::Length(length) => *length,
        Extent::Type(kind) => kind.lengths().1,
    };
    let most: usize = parts.iter().map(most).sum();
    if text.len() > most {
        // What no reading reaches makes no difference, and would take time.
        let near = text.get(..text.floor_char_boundary(most));
        return Err(furthest(parts, near.unwrap_or_default()));
    }
    let ways = Ways::count(parts, text);
    match ways.number(0, 0) {
        1 => {}
        0 => return Err(furthest(parts, text)),
        _ => return Err(0),
    }
    let mut at = 0;
    let mut lengths = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let end = ways.ends(index, part, at).next().unwrap_or(at);
        lengths.push(end - at);
        at = end;
    }
    Ok(lengths)
}

/// The first part that cannot be read, wherever those before it end.
fn furthest(parts: &[Extent<'_>], text: &str) -> usize {
    let mut starts = vec![0];
    for (index, part) in parts.iter().enumerate() {
        let mut reached = vec![false; text.len() + 1];
        // Captures never touch, so what stands after one is known.
        let may_end = |end: usize| match parts.get(index + 1) {
            Some(Extent::Text(next)) => text.get(end..).is_some_and(|it| it.starts_with(next)),
            _ => true,
        };
        for end in starts.iter().flat_map(|at| ends(text, part, *at, may_end)) {
            if let Some(reached) = reached.get_mut(end) {
                *reached = true;
            }
        }
        starts = (0..=text.len())
            .filter(|at| reached.get(*at) == Some(&true))
            .collect();
        if starts.is_empty() {
            return index;
        }
    }
    parts.len()
}

/// Where a part that begins here may end, the shortest first.
fn ends(
    text: &str,
    part: &Extent<'_>,
    at: usize,
    may_end: impl Fn(usize) -> bool,
) -> impl Iterator<Item = usize> {
    let (shortest, longest) = match part {
        Extent::Text(known) => (known.len(), known.len()),
        Extent::Length(length) => (*length, *length),
        Extent::Type(kind) => kind.lengths(),
    };
    let fits = move |end: &usize| {
        let text = text.get(at..*end);
        text.is_some_and(|text| match part {
            Extent::Text(known) => *known == text,
            Extent::Length(_) => true,
            Extent::Type(kind) => kind.parse(text).is_some(),
        })
    };
    let last = text.len().min(at + longest);
    // The text is looked at only where that is of use.
    (at + shortest..=last)
        .filter(move |end| may_end(*end))
        .filter(fits)
}

impl<'k> Ways<'k> {
    /// Counts from the last part to the first.
    fn count(parts: &'k [Extent<'_>], text: &'k str) -> Self {
        let mut ways = Self {
            text,
            numbers: vec![vec![0; text.len() + 1]; parts.len() + 1],
        };
        ways.set(parts.len(), text.len(), 1);
        for (index, part) in parts.iter().enumerate().rev() {
            // Captures never touch, so what stands before one is known.
            let before = match parts.get(index.wrapping_sub(1)) {
                Some(Extent::Text(before)) => Some(*before),
                _ => None,
            };
            let last_start = if index == 0 { 0 } else { text.len() };
            for at in 0..=last_start {
                let may_begin = |before| text.get(..at).is_some_and(|it| it.ends_with(before));
                if before.is_none_or(may_begin) {
                    let ends = ways.ends(index, part, at).take(2);
                    let number: u8 = ends.map(|end| ways.number(index + 1, end)).sum();
                    ways.set(index, at, number.min(2));
                }
            }
        }
        ways
    }

    /// Where a part that begins here may end, so that the parts after it can read the rest.
    fn ends(&self, index: usize, part: &Extent<'_>, at: usize) -> impl Iterator<Item = usize> {
        ends(self.text, part, at, move |end| {
            self.number(index + 1, end) > 0
        })
    }

    fn number(&self, index: usize, at: usize) -> u8 {
        let number = self.numbers.get(index).and_then(|it| it.get(at));
        number.copied().unwrap_or_default()
    }

    fn set(&mut self, index: usize, at: usize, number: u8) {
        let numbers = self.numbers.get_mut(index);
        if let Some(before) = numbers.and_then(|it| it.get_mut(at)) {
            *before = number;
        }
    }
}
