use std::fmt;

use serde::{Serialize, Serializer};

/// A text as far as it is written: one that is too long is cut between two characters, and ends in
/// [`MARK`](Cut::MARK).
///
/// ```
/// use signpost::values::Cut;
///
/// assert_eq!(Cut::in_json("cargo/1.95.0", 8).to_string(), "cargo…");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut<'a> {
    kept: &'a str,
    is_cut: bool,
}

/// The most bytes that JSON makes of one: a control character becomes `\u001b`.
const LONGEST_ESCAPE: usize = 6;

impl<'a> Cut<'a> {
    /// What a text ends in that was cut.
    pub const MARK: &'static str = "…";

    /// Cuts a text so that it takes at most `most` bytes in a JSON string, its mark included.
    pub fn in_json(text: &'a str, most: usize) -> Self {
        // Nearly every text is so short that nothing needs to be counted.
        let end = if text.len() * LONGEST_ESCAPE <= most {
            None
        } else {
            end_of_cut(text, most)
        };
        Self {
            kept: end.and_then(|end| text.get(..end)).unwrap_or(text),
            is_cut: end.is_some(),
        }
    }

    /// Whether something is missing.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

/// Where a text is cut that is too long. Apart, so that it is compiled once and not for each value.
#[inline(never)]
fn end_of_cut(text: &str, most: usize) -> Option<usize> {
    let (mut length, mut end) = (0, 0);
    for (at, character) in text.char_indices() {
        if length + Cut::MARK.len() <= most {
            end = at;
        }
        length += length_in_json(character);
        if length > most {
            return Some(end);
        }
    }
    None
}

fn length_in_json(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => LONGEST_ESCAPE,
        other => other.len_utf8(),
    }
}

impl fmt::Display for Cut<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kept)?;
        formatter.write_str(if self.is_cut { Self::MARK } else { "" })
    }
}

impl Serialize for Cut<'_> {
    #[inline(never)]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_cut {
            serializer.collect_str(self)
        } else {
            serializer.serialize_str(self.kept)
        }
    }
}
