//! Why an answer is missing or incomplete.

use crate::https::words_of;

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
