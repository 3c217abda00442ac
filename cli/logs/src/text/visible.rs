//! Escapes text from outside, so that it cannot control a terminal: move the cursor, change
//! colours, or reverse the direction of writing.

use std::fmt::Write as _;

/// The text with an escape for every invisible character, such as `\u{1b}`.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_seen(character) {
            shown.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(shown, "{}", character.escape_debug());
        }
    }
    shown
}

/// The first characters of a text, escaped as by [`visible`], and an ellipsis if there are more.
pub fn beginning(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => visible(text),
        Some((end, _)) => visible(&text[..end]) + "…",
    }
}

/// The lines with one visible character for each invisible one, so that columns stay the same.
/// Keeps tabs and line ends.
pub fn in_place(text: &str) -> String {
    let mut characters = text.chars().peekable();
    let mut shown = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        let is_end = character == '\r' && characters.peek() == Some(&'\n');
        let is_kept = is_end || matches!(character, '\n' | '\t') || is_seen(character);
        shown.push(if is_kept {
            character
        } else {
            picture(character)
        });
    }
    shown
}

/// Whether a character shows as itself and nothing else.
fn is_seen(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    // An accent on a letter is visible, so it is tested behind one.
    let mut text = String::from("a");
    text.push(character);
    text.escape_debug().count() == 2
}

/// Unicode's picture of an ASCII control character.
fn picture(character: char) -> char {
    match character {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)),
        '\x7f' => Some('\u{2421}'),
        _ => None,
    }
    .unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::{beginning, in_place, visible};

    #[test]
    fn deceptive_characters_are_escaped() {
        for (text, shown) in [
            ("/a'b\"c\\d ä e\u{301} 日", "/a'b\"c\\d ä e\u{301} 日"),
            ("\u{1b}[31m\r\n", "\\u{1b}[31m\\r\\n"),
            ("\u{202e}evil", "\\u{202e}evil"),
            ("\u{7f}\u{9b}2J\u{200b}", "\\u{7f}\\u{9b}2J\\u{200b}"),
            ("a\u{202e}b\u{2066}", "a\\u{202e}b\\u{2066}"),
            // XML cannot contain these.
            ("a\u{fffe}\u{ffff}", "a\\u{fffe}\\u{ffff}"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn long_text_is_cut_before_it_is_escaped() {
        for (text, shown) in [
            ("plain-text", "plain-text"),
            ("\u{1b}[2Jx", "\\u{1b}[2Jx"),
            ("a\nb", "a\\nb"),
            ("\u{202e}abc", "\\u{202e}abc"),
            ("ümläut", "ümläut"),
            ("0123456789abcdefX", "0123456789abcdef…"),
        ] {
            assert_eq!(beginning(text, 16), shown, "{text:?}");
        }
    }

    #[test]
    fn a_line_keeps_its_columns() {
        for (text, shown) in [
            ("a\t'b' ä\r\ne\u{301}\n", "a\t'b' ä\r\ne\u{301}\n"),
            ("\u{1b}[31m\rb\0\u{7f}", "␛[31m␍b␀␡"),
            ("\u{202e}a\u{9b}b\u{feff}", "\u{fffd}a\u{fffd}b\u{fffd}"),
        ] {
            assert_eq!(in_place(text), shown, "{text:?}");
            assert_eq!(in_place(text).chars().count(), text.chars().count());
        }
    }
}
