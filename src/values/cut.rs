use std::fmt;

use super::encoding::any_byte;

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
    is_shortened: bool,
    /// Whether JSON escapes none of it.
    is_plain: bool,
}

/// The most bytes that JSON makes of one: a control character becomes `\u001b`.
const LONGEST_ESCAPE: usize = 6;

impl<'a> Cut<'a> {
    /// What a text ends in that was cut.
    pub const MARK: &'static str = "…";

    /// Cuts a text so that it takes at most `most` bytes in a JSON string, its mark included.
    pub fn in_json(text: &'a str, most: usize) -> Self {
        // Nearly every text is short and plain, so that nothing needs to be counted.
        let is_plain = !any_byte(text, is_escaped);
        let end = if is_plain && text.len() <= most {
            None
        } else {
            end_of_cut(text, most)
        };
        Self {
            kept: end.and_then(|end| text.get(..end)).unwrap_or(text),
            is_shortened: end.is_some(),
            is_plain,
        }
    }

    /// Appends it to a JSON string (RFC 8259, section 7), as what stands between the quotation marks.
    pub fn write_in_json(&self, json: &mut String) {
        if self.is_plain {
            json.push_str(self.kept);
        } else {
            // A text always becomes JSON.
            let quoted = serde_json::to_string(self.kept).unwrap_or_default();
            let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            json.push_str(inner.unwrap_or_default());
        }
        if self.is_shortened {
            json.push_str(Self::MARK);
        }
    }

    /// Whether something is missing.
    pub fn is_cut(&self) -> bool {
        self.is_shortened
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

/// Whether JSON escapes a byte (RFC 8259, section 7).
fn is_escaped(byte: u8) -> bool {
    (byte < b' ') | matches!(byte, b'"' | b'\\')
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
        formatter.write_str(if self.is_shortened { Self::MARK } else { "" })
    }
}
