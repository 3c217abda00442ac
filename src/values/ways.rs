//! Counts the ways to read a segment in which several captures are unknown, such as `{a}-{b}`.

use super::capture::CaptureType;

/// A part of a segment.
pub(super) enum Piece<'k> {
    Known(&'k str),
    Unknown(CaptureType),
}

/// For each piece and each place in the text, in how many ways the pieces from there on read the rest
/// of the text: none, one, or two for any more.
struct Ways<'k> {
    text: &'k str,
    numbers: Vec<u8>,
}

/// The length of each piece, if the text can be read in exactly one way.
///
/// A capture looks no further than its type's longest value, so the time grows with the length of
/// the text and not with the number of ways.
pub(super) fn one_reading(pieces: &[Piece<'_>], text: &str) -> Option<Vec<usize>> {
    let ways = Ways::count(pieces, text);
    if ways.number(0, 0) != 1 {
        return None;
    }
    let mut at = 0;
    let mut lengths = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        let end = ways.ends(index, piece, at).next()?;
        lengths.push(end - at);
        at = end;
    }
    Some(lengths)
}

impl<'k> Ways<'k> {
    /// Counts from the last piece to the first.
    fn count(pieces: &[Piece<'_>], text: &'k str) -> Self {
        let mut ways = Self {
            text,
            numbers: vec![0; (pieces.len() + 1) * (text.len() + 1)],
        };
        ways.set(pieces.len(), text.len(), 1);
        for (index, piece) in pieces.iter().enumerate().rev() {
            // Captures never touch, so what stands before one is known.
            let before = match pieces.get(index.wrapping_sub(1)) {
                Some(Piece::Known(before)) => Some(*before),
                _ => None,
            };
            let last_start = if index == 0 { 0 } else { text.len() };
            for at in 0..=last_start {
                let may_begin = |before| text.get(..at).is_some_and(|it| it.ends_with(before));
                if before.is_none_or(may_begin) {
                    let ends = ways.ends(index, piece, at).take(2);
                    let number: u8 = ends.map(|end| ways.number(index + 1, end)).sum();
                    ways.set(index, at, number.min(2));
                }
            }
        }
        ways
    }

    /// Where a piece that begins here may end, so that the pieces after it can read the rest.
    fn ends(&self, index: usize, piece: &Piece<'_>, at: usize) -> impl Iterator<Item = usize> {
        let lengths = match piece {
            Piece::Known(known) => known.len()..=known.len(),
            Piece::Unknown(kind) => 1..=kind.max_length(),
        };
        lengths.map(move |length| at + length).filter(move |end| {
            let text = self.text.get(at..*end);
            self.number(index + 1, *end) > 0
                && text.is_some_and(|text| match piece {
                    Piece::Known(known) => *known == text,
                    Piece::Unknown(kind) => kind.parse(text).is_some(),
                })
        })
    }

    fn number(&self, index: usize, at: usize) -> u8 {
        let number = self.numbers.get(self.place(index, at));
        number.copied().unwrap_or_default()
    }

    fn set(&mut self, index: usize, at: usize, number: u8) {
        let place = self.place(index, at);
        if let Some(before) = self.numbers.get_mut(place) {
            *before = number;
        }
    }

    fn place(&self, index: usize, at: usize) -> usize {
        index * (self.text.len() + 1) + at
    }
}
