//! Two texts that should be equal, and where they differ.

use std::fmt;

use serde::Serialize;
use signpost_logs::text::{beginning, visible};

/// The most characters that are shown. A location has at most 2,048; a body may be a whole page.
const MOST: usize = 2048;

/// The expected and the received text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Mismatch {
    expected: Option<String>,
    received: Option<String>,
    /// How many characters they have in common.
    differs_at: usize,
}

impl Mismatch {
    /// The difference between two texts, either of which may be missing; nothing if they are equal.
    pub(crate) fn between(expected: Option<&str>, received: Option<&str>) -> Option<Self> {
        if expected == received {
            return None;
        }
        let (expected, received) = (expected.map(shown), received.map(shown));
        let both = expected.iter().flat_map(|text| text.chars());
        let both = both.zip(received.iter().flat_map(|text| text.chars()));
        let differs_at = both
            .take_while(|(expected, received)| expected == received)
            .count();
        Some(Self {
            expected,
            received,
            differs_at,
        })
    }

    /// Both texts in a line.
    pub(crate) fn in_a_line(&self) -> String {
        let [expected, received] =
            [&self.expected, &self.received].map(|text| or_none(text.as_deref()));
        format!("expected {expected}, received {received}")
    }
}

fn or_none(text: Option<&str>) -> &str {
    text.unwrap_or("(none)")
}

/// Two lines, and a mark below the first difference.
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "expected {}", or_none(self.expected.as_deref()))?;
        writeln!(f, "received {}", or_none(self.received.as_deref()))?;
        let column = "received ".len() + self.differs_at;
        write!(f, "{:column$}^ differs here", "")
    }
}

/// Text from outside: escaped, and cut if it is long.
pub(crate) fn shown(text: &str) -> String {
    match text.chars().count().saturating_sub(MOST) {
        0 => visible(text),
        more => format!("{} ({more} characters more)", beginning(text, MOST)),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Mismatch, shown};

    #[test]
    fn the_mark_stands_below_the_first_character_that_differs() {
        let rows = [
            (
                Some("https://static.crates.io/crates/a"),
                Some("https://static.crates.iocrates/a"),
                "expected https://static.crates.io/crates/a\n\
                 received https://static.crates.iocrates/a\n\
                 \u{20}                                ^ differs here",
            ),
            (
                Some("abc"),
                Some("ab"),
                "expected abc\nreceived ab\n           ^ differs here",
            ),
            (
                Some("é!"),
                Some("é\n"),
                "expected é!\nreceived é\\n\n          ^ differs here",
            ),
            (
                Some("Accept"),
                None,
                "expected Accept\nreceived (none)\n         ^ differs here",
            ),
        ];
        for (expected, received, shown) in rows {
            let mismatch = Mismatch::between(expected, received).unwrap();
            assert_eq!(mismatch.to_string(), shown, "{expected:?} and {received:?}");
        }
    }

    #[test]
    fn equal_texts_have_no_mismatch() {
        assert_eq!(Mismatch::between(Some("a"), Some("a")), None);
        assert_eq!(Mismatch::between(None, None), None);
    }

    #[test]
    fn harmful_text_is_escaped_and_long_text_is_cut() {
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
