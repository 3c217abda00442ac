//! The texts that a capture can be, as an automaton: what the types mean to whoever compares two
//! templates. How long a text may be is left out of account, except where the type has one length.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};

use crate::values::{CapturePart, CaptureType};

/// The texts of a type.
#[derive(Clone)]
pub(super) struct Language {
    /// Without one, no text; the expressions below all have one.
    dfa: Option<Rc<dense::DFA<Vec<u32>>>>,
    /// Bytes that mean something of their own in it.
    bytes: Rc<str>,
}

thread_local! {
    /// A configuration has few types, and compares them often.
    static KNOWN: RefCell<HashMap<String, Language>> = RefCell::default();
}

impl Language {
    /// The values of a capture.
    pub(super) fn of(kind: &CaptureType) -> Self {
        let bytes = match kind {
            CaptureType::OneOf(words) => words.concat(),
            _ => String::new(),
        };
        Self::from_regex(&regex_of(kind), &bytes)
    }

    /// The texts that a part of some capture can be, in one segment.
    pub(super) fn of_part(part: CapturePart) -> Self {
        let regex = match part {
            CapturePart::First(number) => format!("{CHARACTER}{{{number}}}"),
            CapturePart::IndexPrefix => "[0-9A-Za-z_-]{1,2}".to_owned(),
            CapturePart::LowerIndexPrefix => "[0-9a-z_-]{1,2}".to_owned(),
        };
        Self::from_regex(&regex, "")
    }

    fn from_regex(regex: &str, bytes: &str) -> Self {
        KNOWN.with_borrow_mut(|known| {
            let new = || Self::build(regex, bytes);
            known.entry(regex.to_owned()).or_insert_with(new).clone()
        })
    }

    fn build(regex: &str, bytes: &str) -> Self {
        let dfa = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    // All texts of the type, not only those that a search would prefer.
                    .match_kind(MatchKind::All),
            )
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build(regex);
        // Each regex is one of those below, of words that were escaped.
        Self {
            dfa: dfa.ok().map(Rc::new),
            bytes: bytes.into(),
        }
    }

    /// Bytes that mean something of their own in it.
    pub(super) fn bytes(&self) -> &str {
        &self.bytes
    }

    /// The state before the first byte.
    pub(super) fn start(&self) -> u32 {
        let config = start::Config::new().anchored(Anchored::Yes);
        let state = self.dfa.as_ref().map(|dfa| dfa.start_state(&config));
        state.and_then(Result::ok).map_or(0, |state| state.as_u32())
    }

    /// The state after one more byte; `None` if no text goes on so.
    pub(super) fn next(&self, state: u32, byte: u8) -> Option<u32> {
        let dfa = self.dfa.as_ref()?;
        let state = dfa.next_state(StateID::new(state as usize).ok()?, byte);
        (!dfa.is_dead_state(state)).then(|| state.as_u32())
    }

    /// Whether a text may end here.
    pub(super) fn may_end(&self, state: u32) -> bool {
        let may_end = |dfa: &Rc<dense::DFA<_>>| {
            let state = StateID::new(state as usize).ok()?;
            Some(dfa.is_match_state(dfa.next_eoi_state(state)))
        };
        self.dfa.as_ref().and_then(may_end) == Some(true)
    }
}

/// A character of a captured segment.
const CHARACTER: &str = r"[!-~&&[^/\\%?#]]";

fn regex_of(kind: &CaptureType) -> Cow<'static, str> {
    let hex = |number: usize| format!("[0-9a-f]{{{number}}}").into();
    match kind {
        CaptureType::Crate => r"[A-Za-z][0-9A-Za-z_-]*".into(),
        // The expression that semver.org suggests.
        CaptureType::Semver => concat!(
            r"(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)",
            r"(?:-(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)",
            r"(?:\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?",
            r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
        )
        .into(),
        // Where a path capture meets another segment, it is one segment of it.
        CaptureType::Segment | CaptureType::Path => segment(CHARACTER).into(),
        CaptureType::Digits => "[0-9]+".into(),
        CaptureType::Lower => segment(r"[!-~&&[^/\\%?#A-Z]]").into(),
        CaptureType::Hex(number) => hex(usize::from(*number)),
        CaptureType::Sha1 => hex(40),
        CaptureType::Sha256 => hex(64),
        CaptureType::Sha512 => hex(128),
        CaptureType::OneOf(words) => words
            .iter()
            .map(|word| escaped(word))
            .collect::<Vec<_>>()
            .join("|")
            .into(),
    }
}

/// A word in which no character means anything of its own.
fn escaped(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric();
    let with_backslash = |character| [(!is_plain(character)).then_some('\\'), Some(character)];
    word.chars().flat_map(with_backslash).flatten().collect()
}

/// Segments of these characters that are neither `.` nor `..`.
fn segment(character: &str) -> String {
    let not_a_point = format!("[{character}&&[^.]]");
    format!(r"(?:{character}*{not_a_point}{character}*|\.\.\.+)")
}

#[cfg(test)]
mod tests {
    use super::Language;
    use crate::values::CaptureType;

    fn accepts(language: &Language, text: &str) -> bool {
        let mut bytes = text.bytes();
        let end = bytes.try_fold(language.start(), |state, byte| language.next(state, byte));
        end.is_some_and(|state| language.may_end(state))
    }

    /// Texts near the borders of the types.
    fn texts() -> Vec<String> {
        let plain = [
            "",
            ".",
            "..",
            "...",
            ".a",
            "a.",
            "a",
            "A",
            "aB",
            "a-b",
            "a_b",
            "1a",
            "0",
            "00",
            "42",
            "e3",
            "E3",
            "g1",
            "a/b",
            "a%b",
            "a?b",
            "a#b",
            "a\\b",
            "a b",
            "@!$&'()*+,;=:",
            "1.0",
            "1.0.0",
            "01.0.0",
            "1.0.0-0a",
            "1.0.0-00",
            "1.0.0-0",
            "1.0.0-a.b-c",
            "1.0.0-a..b",
            "1.0.0+0a.00",
            "1.0.0-a+b",
            "1.0.0+",
            "gz",
            "gz-x",
            "gz-",
            "tar",
            "tar.gz",
            "tar.",
            "zip",
        ];
        let digests = [2, 39, 40, 41, 63, 64, 65, 127, 128, 129]
            .map(|length| "0f".repeat(65)[..length].to_owned());
        plain
            .map(str::to_owned)
            .into_iter()
            .chain(digests)
            .collect()
    }

    #[test]
    fn an_automaton_takes_the_texts_that_are_read_as_its_type() {
        let words = |words: [&str; 2]| CaptureType::OneOf(words.map(str::to_owned).into());
        let of_words = [
            ["gz", "gz-x"],
            ["gz-x", "gz"],
            ["tar", "tar.gz"],
            ["tar.gz", "tar"],
        ]
        .map(words);
        let named = CaptureType::named().map(|(_, kind)| kind);
        let all = named.chain([CaptureType::Hex(2)]).chain(of_words);
        // Where a `path` meets a segment, it is one segment of it.
        for kind in all.filter(|kind| *kind != CaptureType::Path) {
            for text in texts() {
                let read = kind.parse(text.as_str()).is_some();
                assert_eq!(
                    accepts(&Language::of(&kind), &text),
                    read,
                    "{kind}: {text:?}"
                );
            }
        }
    }
}
