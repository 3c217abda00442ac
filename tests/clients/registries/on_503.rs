//! What a client does when the CDN that it is sent to answers 503.

use std::time::Duration;

/// What a client does when every file is sent to a CDN that answers 503, and with `[retry]` the next
/// attempt to a CDN that has it.
#[derive(Debug)]
pub(crate) struct On503 {
    /// How the test makes the client's attempts fewer or faster. Empty if it does not.
    pub(crate) settings: &'static str,
    /// How long it waits by default before each further attempt at the CDN's own URL, as the page
    /// says it.
    pub(crate) by_default: &'static str,
    /// How long it waits with the settings, in milliseconds.
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
    /// It exits with this code, and asked nobody for a file.
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
    /// The waits before the further attempts.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits
            .iter()
            .copied()
            .map(Duration::from_millis)
            .collect()
    }
}
