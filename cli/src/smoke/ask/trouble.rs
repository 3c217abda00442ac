//! Why there is no answer, or no whole one.

use std::error::Error as _;

/// At what a request failed, and the causes in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) kind: TroubleKind,
    pub(crate) message: String,
}

/// At what it failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TroubleKind {
    /// Looking the name up, connecting, or the certificate.
    #[default]
    Connect,
    /// It took too long.
    Timeout,
    /// It ended before all was received.
    Body,
}

impl From<reqwest::Error> for Trouble {
    fn from(error: reqwest::Error) -> Self {
        let kind = if error.is_connect() {
            TroubleKind::Connect
        } else if error.is_timeout() {
            TroubleKind::Timeout
        } else {
            TroubleKind::Body
        };
        let message = words_of(error);
        Self { kind, message }
    }
}

/// The causes of an error, each once. The first words name only the URL, which the probe does too.
pub(crate) fn words_of(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !words.iter().any(|other: &String| other.contains(&text)) {
            words.push(text);
        }
        cause = error.source();
    }
    if words.is_empty() {
        return error.to_string();
    }
    words.join(": ")
}
