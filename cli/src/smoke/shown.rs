//! What came from outside, as it may be shown: in one line, and not for ever.

/// The most characters of a text that are shown. A location has at most 2,048; a body may be a page.
const MOST: usize = 2048;

/// The text, cut after its first 2,048 characters, with an escape for each that could break a line,
/// drive a terminal, turn the direction of writing or not stand in XML.
pub(crate) fn shown(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown = String::new();
    for character in characters.by_ref().take(MOST) {
        if is_plain(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_default());
        }
    }
    match characters.count() {
        0 => shown,
        more => format!("{shown}… ({more} characters more)"),
    }
}

fn is_plain(character: char) -> bool {
    let is_invisible = matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    let is_no_character = u32::from(character) & 0xfffe == 0xfffe;
    !character.is_control() && !is_invisible && !is_no_character
}

#[cfg(test)]
mod tests {
    use super::{MOST, shown};

    #[test]
    fn what_could_do_harm_is_escaped_and_what_is_long_is_cut() {
        for (text, expected) in [
            ("https://static.crates.io/é", "https://static.crates.io/é"),
            ("a\u{1b}[31m\n", "a\\u{1b}[31m\\n"),
            ("a\u{9b}31m", "a\\u{9b}31m"),
            ("a\u{202e}b\u{2066}", "a\\u{202e}b\\u{2066}"),
            ("a\u{fffe}\u{ffff}", "a\\u{fffe}\\u{ffff}"),
        ] {
            assert_eq!(shown(text), expected);
        }
        let long = shown(&"a".repeat(60_000));
        assert!(long.ends_with("… (57952 characters more)"), "{long}");
        assert!(long.starts_with(&"a".repeat(MOST)));
    }
}
