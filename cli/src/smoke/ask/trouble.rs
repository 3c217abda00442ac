//! Why an answer is missing or incomplete.

use std::error::Error as _;

/// Where a request failed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) kind: TroubleKind,
    pub(crate) message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TroubleKind {
    /// DNS, connecting, or the certificate.
    Connect,
    Timeout,
    /// The answer ended too early.
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

/// The causes of an error, each once. Leaves out the URL, which the probe names.
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
