//! Templates, values and paths that are close to the grammar of a route.

use std::borrow::Cow;

use arbitrary::Unstructured;
use signpost::values::{Capture, CaptureSlot, CaptureType, PathTemplate, Piece};

/// What a path consists of.
const OF_PATH: &[&str] = &[
    "/",
    "/",
    "/x",
    "/files/",
    "-",
    ".",
    ".x",
    "--",
    "..",
    "@",
    "1.",
    "v",
    "a",
    "_",
    "+",
    "{a:crate}",
    "{b:semver}",
    "{c:segment}",
    "{d:path}",
    "{e:digits}",
    "{f:lower}",
    "{g:hex(2)}",
    "{h:sha256}",
    "{i:zip|tar.gz|x-1}",
    "{j:segment}",
    "{k:semver}",
    "{a}",
    "{b}",
    "{c}",
    "{d}",
    "{e}",
    "{a.index-prefix}",
    "{a.lower-index-prefix}",
    "{h.first(2)}",
    "{c.first(1)}",
    "{f.first(3)}",
];

/// What a value consists of. Most of it is a literal or a separator of some template.
const OF_VALUE: &[&str] = &[
    "a", "0", "1", "-", ".", "_", "+", "@", "x", "A", "..", "--", "1.0.0", "-1.", ".x", "x-1",
    "zip", "v", "1.", "/x/", "/", "e3", "~", "\"", "{", "'", ":", "rc.1", "ab", "files",
];

/// Text of some of these pieces.
pub(crate) fn text(bytes: &mut Unstructured<'_>, pieces: &[&str], most: usize) -> String {
    let mut text = String::new();
    for _ in 0..most {
        match bytes.int_in_range(0..=pieces.len()) {
            Ok(place) if place < pieces.len() && !bytes.is_empty() => text.push_str(pieces[place]),
            _ => break,
        }
    }
    text
}

/// The text of a path.
pub(crate) fn path(bytes: &mut Unstructured<'_>) -> String {
    format!("/{}", text(bytes, OF_PATH, 10))
}

/// The text of a location, in which no capture has a type: of pieces, or all captures with a slash between
/// them.
pub(crate) fn location(bytes: &mut Unstructured<'_>, path: &PathTemplate) -> String {
    let text = self::path(bytes);
    let mut untyped = String::with_capacity(text.len());
    for piece in text.split_inclusive(['{', '}']) {
        let (name, kind) = piece.split_once(':').unwrap_or((piece, ""));
        untyped.push_str(name);
        untyped.push_str(if kind.ends_with('}') { "}" } else { "" });
    }
    for slot in path.captures() {
        let used = format!("{{{}}}", slot.name());
        if !untyped.contains(&used) {
            untyped.push_str(if untyped.ends_with('/') { "" } else { "/" });
            untyped.push_str(&used);
        }
    }
    untyped
}

/// A value for each capture.
pub(crate) fn values(bytes: &mut Unstructured<'_>, slots: &[CaptureSlot]) -> Vec<Capture<'static>> {
    slots.iter().map(|slot| value(bytes, slot.kind())).collect()
}

fn value(bytes: &mut Unstructured<'_>, kind: &CaptureType) -> Capture<'static> {
    let pieces = text(bytes, OF_VALUE, 6);
    let written = match kind {
        CaptureType::Crate => format!("c{pieces}"),
        CaptureType::Semver => format!("1.0.0-{pieces}"),
        CaptureType::Hex(_) | CaptureType::Sha1 | CaptureType::Sha256 | CaptureType::Sha512 => {
            let digits = pieces.bytes().chain(std::iter::repeat(b'0'));
            let digits = digits.map(|byte| char::from(b"0123456789abcdef"[usize::from(byte % 16)]));
            digits.take(kind.lengths().0).collect()
        }
        CaptureType::OneOf(words) => words[pieces.len() % words.len()].clone(),
        CaptureType::Digits => pieces
            .bytes()
            .map(|byte| char::from(b'0' + byte % 10))
            .collect(),
        CaptureType::Lower => pieces.to_lowercase(),
        CaptureType::Segment | CaptureType::Path => pieces.clone(),
    };
    let plain = match kind {
        CaptureType::Semver => "1.0.0",
        CaptureType::Digits => "0",
        _ => "a",
    };
    let read = [pieces, written, plain.to_owned()].into_iter();
    let mut read = read.filter_map(|text| kind.parse(text));
    read.next()
        .unwrap_or_else(|| panic!("no value of the type {kind}"))
}

/// Whether each part that the template takes of a value is there.
pub(crate) fn has_parts(template: &PathTemplate, values: &[Capture<'_>]) -> bool {
    let mut pieces = template
        .segments()
        .flat_map(signpost::values::Segment::pieces);
    pieces.all(|piece| match piece {
        Piece::Part(place, _, part) => part.of(values[place].as_str()).is_some(),
        Piece::Literal(_) | Piece::Capture(..) => true,
    })
}

/// Whether any path of the template is read for certain: each segment has one capture at most, and nothing
/// stands twice.
pub(crate) fn is_plain(template: &PathTemplate) -> bool {
    let captures = |segment: signpost::values::Segment<'_>| {
        segment
            .pieces()
            .filter(|piece| !matches!(piece, Piece::Literal(_)))
            .count()
    };
    stands_once(template) && template.segments().all(|segment| captures(segment) <= 1)
}

/// Whether each capture stands once in the template, and no part of one does: then nothing that is read
/// depends on a sample.
pub(crate) fn stands_once(template: &PathTemplate) -> bool {
    let pieces = template
        .segments()
        .flat_map(signpost::values::Segment::pieces);
    let mut captures = 0;
    for piece in pieces {
        match piece {
            Piece::Literal(_) => {}
            Piece::Capture(..) => captures += 1,
            Piece::Part(..) => return false,
        }
    }
    captures == template.captures().len()
}

/// The segments of a decoded path.
pub(crate) fn segments(path: &str) -> Vec<Cow<'_, str>> {
    path.split('/').skip(1).map(Cow::Borrowed).collect()
}

/// A path that differs from this one in a few bytes.
pub(crate) fn near(bytes: &mut Unstructured<'_>, path: &str) -> String {
    let mut near = path.to_owned();
    for _ in 0..bytes.int_in_range(1..=3).unwrap_or(1) {
        let place = bytes.choose_index(near.len() + 1).unwrap_or_default();
        let taken = usize::from(bytes.arbitrary::<u8>().unwrap_or_default() % 4);
        let end = (place + taken).min(near.len());
        let piece = text(bytes, OF_VALUE, 1);
        if near.is_char_boundary(place) && near.is_char_boundary(end) {
            near.replace_range(place..end, &piece);
        }
    }
    near
}
