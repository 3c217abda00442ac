//! What a client does when the CDN that it is sent to answers 503.

use std::time::Duration;

/// What a client does when every file is sent to a CDN that answers 503, and with `[retry]` the next
/// attempt to a CDN that has it.
#[derive(Debug)]
pub(crate) struct On503 {
    /// The version that does so: its first numbers. Of another version this is not checked.
    pub(crate) version: &'static str,
    /// How the test makes the client's attempts fewer or faster. Empty if it does not.
    pub(crate) settings: &'static str,
    /// How long it waits without the settings, as the page says it: seen by hand, in no test. Empty
    /// if there are no settings.
    pub(crate) by_default: &'static str,
    /// How long it waits before each further attempt at the CDN's own URL, in milliseconds.
    pub(crate) waits: &'static [u64],
    /// How it ends each time that it is run, until it succeeds.
    pub(crate) runs: &'static [Run],
}

/// How a client ends, and how many files it asked of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Its exit code.
    pub(crate) exit: i32,
    /// Requests that came to the CDN that answers 503.
    pub(crate) dead: usize,
    /// Requests that came to the other CDN.
    pub(crate) alive: usize,
    /// Requests for files that came to the origin.
    pub(crate) origin: usize,
}

impl Run {
    /// It exits with this code, and asks for no file.
    pub(crate) const fn exits(code: i32) -> Self {
        Self {
            exit: code,
            dead: 0,
            alive: 0,
            origin: 0,
        }
    }

    /// With so many requests to the CDN that answers 503.
    pub(crate) const fn dead(self, dead: usize) -> Self {
        Self { dead, ..self }
    }

    /// With so many requests to the other CDN.
    pub(crate) const fn alive(self, alive: usize) -> Self {
        Self { alive, ..self }
    }

    /// With so many requests to the origin.
    pub(crate) const fn origin(self, origin: usize) -> Self {
        Self { origin, ..self }
    }
}

impl On503 {
    /// Whether this is what the client does in this version.
    pub(crate) fn is_of(&self, version: &str) -> bool {
        let rest = version.strip_prefix(self.version);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// The waits as the page says them; empty if there is none.
    pub(crate) fn waits_by_default(&self) -> String {
        let seconds = self.waits().into_iter().map(|wait| wait.as_secs_f64());
        let words: Vec<_> = seconds.map(|wait| format!("{wait} s")).collect();
        match words.as_slice() {
            _ if !self.settings.is_empty() => self.by_default.to_owned(),
            [] => String::new(),
            [only] => only.clone(),
            [before @ .., last] => format!("{} and {last}", before.join(", ")),
        }
    }

    /// The waits before the further attempts.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits
            .iter()
            .copied()
            .map(Duration::from_millis)
            .collect()
    }
}

#[test]
fn a_row_is_of_the_versions_that_begin_with_its_numbers() {
    for (tried, installed, expected) in [
        ("3.8", "3.8", true),
        ("3.8", "3.8.7", true),
        ("3.8", "3.80.1", false),
        ("3.8", "3.9.9", false),
        ("11", "11.19.1", true),
        ("1", "11.19.1", false),
    ] {
        let row = On503 {
            version: tried,
            settings: "",
            by_default: "",
            waits: &[],
            runs: &[],
        };
        assert_eq!(row.is_of(installed), expected, "{tried}: {installed}");
    }
}
