//! Paths with captures, read in every way in which the literals allow it.

use crate::kinds;

/// A part of a path or a location.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    /// `{name:kind}`
    Capture {
        name: String,
        kind: String,
    },
    /// `{name}` or `{name.part}`; the part is empty for the whole capture.
    Again {
        name: String,
        part: String,
    },
}

/// The text that stands in the place of each piece that is no literal.
pub(crate) type Reading<'a> = Vec<(&'a Piece, &'a str)>;

/// Reads a path or a location as it is written in a configuration.
pub(crate) fn read(mut rest: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('{') {
            let (inside, after) = inside.split_once('}').expect("a `}`");
            pieces.push(read_braces(inside));
            rest = after;
        } else {
            let end = rest.find('{').unwrap_or(rest.len());
            pieces.push(Piece::Literal(rest[..end].to_owned()));
            rest = &rest[end..];
        }
    }
    pieces
}

fn read_braces(inside: &str) -> Piece {
    if let Some((name, kind)) = inside.split_once(':') {
        let (name, kind) = (name.to_owned(), kind.to_owned());
        return Piece::Capture { name, kind };
    }
    let (name, part) = inside.split_once('.').unwrap_or((inside, ""));
    let (name, part) = (name.to_owned(), part.to_owned());
    Piece::Again { name, part }
}

/// Every way to put a text in the place of each piece, so that the literals are where they belong. It is not
/// empty, but for a `path` after a slash at the end. Whether the texts are of their types is another question.
pub(crate) fn readings<'a>(pieces: &'a [Piece], text: &'a str) -> Vec<Reading<'a>> {
    let Some((piece, others)) = pieces.split_first() else {
        return if text.is_empty() {
            vec![Vec::new()]
        } else {
            Vec::new()
        };
    };
    if let Piece::Literal(literal) = piece {
        let Some(rest) = text.strip_prefix(literal.as_str()) else {
            return Vec::new();
        };
        // A slash at the end of a path leaves an empty segment.
        return match others {
            [last] if rest.is_empty() && literal.ends_with('/') && takes_slashes(last) => {
                vec![vec![(last, rest)]]
            }
            _ => readings(others, rest),
        };
    }
    let slashes = slashes(piece);
    let mut found = Vec::new();
    for (start, character) in text.char_indices() {
        let (taken, rest) = text.split_at(start + character.len_utf8());
        if character == '/' && taken.matches('/').count() > slashes {
            break;
        }
        for mut reading in readings(others, rest) {
            reading.insert(0, (piece, taken));
            found.push(reading);
        }
    }
    found
}

fn takes_slashes(piece: &Piece) -> bool {
    matches!(piece, Piece::Capture { kind, .. } if kind == "path")
}

/// How many slashes the text of a piece may have.
fn slashes(piece: &Piece) -> usize {
    match piece {
        _ if takes_slashes(piece) => usize::MAX,
        // The folders of cargo's index are one or two: `1`, `3/l`, `se/rd`.
        Piece::Again { part, .. } if part.ends_with("index-prefix") => 1,
        _ => 0,
    }
}

/// What a reading captures under a name: the type, and the text.
pub(crate) fn captured<'a>(reading: &Reading<'a>, wanted: &str) -> (&'a str, &'a str) {
    let mut found = reading.iter().filter_map(|&(piece, text)| match piece {
        Piece::Capture { name, kind } if name == wanted => Some((kind.as_str(), text)),
        _ => None,
    });
    found.next().expect("a capture of this name")
}

/// The part of a text; `None` if the text is too short for it.
pub(crate) fn part_of(text: &str, part: &str) -> Option<String> {
    match part {
        "" => Some(text.to_owned()),
        "index-prefix" => index_prefix(text),
        "lower-index-prefix" => index_prefix(&text.to_ascii_lowercase()),
        _ => {
            let count = part
                .strip_prefix("first(")
                .and_then(|count| count.strip_suffix(')'));
            let count: usize = count.expect(part).parse().expect("a number");
            text.get(..count).map(str::to_owned)
        }
    }
}

/// The folders of cargo's index: `1`, `2`, `3/a` and `ab/cd`.
fn index_prefix(name: &str) -> Option<String> {
    match name.len() {
        1 | 2 => Some(name.len().to_string()),
        3 => Some(format!("3/{}", name.get(..1)?)),
        _ => Some(format!("{}/{}", name.get(..2)?, name.get(2..4)?)),
    }
}

/// The reasons why a reading does not fit: one for each text that is not of its type, or not what is
/// repeated.
pub(crate) fn misfits(reading: &Reading<'_>) -> Vec<&'static str> {
    let reasons = reading.iter().filter_map(|(piece, text)| match piece {
        Piece::Capture { kind, .. } if !kinds::takes(kind, text) => Some(kinds::reason(kind)),
        Piece::Again { name, part } => {
            let (kind, whole) = captured(reading, name);
            let fits = part_of(whole, part).is_some_and(|expected| expected == *text);
            (!fits).then(|| kinds::reason(kind))
        }
        Piece::Capture { .. } | Piece::Literal(_) => None,
    });
    reasons.collect()
}
