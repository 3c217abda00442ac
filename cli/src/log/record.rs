//! A log line in JSON: Signpost's or crates.io's.

use std::borrow::Cow;

use serde::Deserialize;

use super::chunks::MAX_BYTES;

/// The fields that a command reads. crates.io's lines have no `signpost`.
#[derive(Debug, Deserialize)]
pub(crate) struct Record<'l> {
    #[serde(borrow)]
    pub(crate) version: Option<Text<'l>>,
    #[serde(borrow)]
    pub(crate) date_time: Option<Text<'l>>,
    #[serde(borrow)]
    pub(crate) method: Cow<'l, str>,
    #[serde(borrow)]
    pub(crate) url: Cow<'l, str>,
    pub(crate) status: Option<u16>,
    #[serde(borrow)]
    pub(crate) content_type: Option<Text<'l>>,
    #[serde(borrow)]
    pub(crate) ip: Option<Text<'l>>,
    #[serde(borrow)]
    pub(crate) http: Option<Http<'l>>,
    #[serde(borrow)]
    pub(crate) signpost: Option<Decided<'l>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Http<'l> {
    #[serde(borrow)]
    pub(crate) useragent: Option<Bytes<'l>>,
}

/// What Signpost decided.
#[derive(Debug, Deserialize)]
pub(crate) struct Decided<'l> {
    #[serde(borrow)]
    pub(crate) decision: Option<Text<'l>>,
    #[serde(borrow)]
    pub(crate) reason: Option<Text<'l>>,
    #[serde(borrow)]
    pub(crate) refusal: Option<Text<'l>>,
    #[serde(borrow)]
    pub(crate) revision: Option<Text<'l>>,
    #[serde(borrow)]
    pub(crate) switch: Option<Text<'l>>,
}

/// A string that is only copied if JSON escapes something in it. Serde would copy an `Option<Cow>`.
#[derive(Debug, Deserialize)]
pub(crate) struct Text<'l>(#[serde(borrow)] pub(crate) Cow<'l, str>);

/// A string that need not be UTF-8, such as a `User-Agent`.
#[derive(Debug, Deserialize)]
pub(crate) struct Bytes<'l>(#[serde(borrow)] pub(crate) Cow<'l, [u8]>);

/// Why a line is no record.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("it has more than {MAX_BYTES} bytes")]
    TooLong,
    #[error("it is empty")]
    Empty,
    #[error("it is not UTF-8")]
    NotUtf8,
    #[error("it is not a log line: {0}")]
    Json(serde_json::Error),
}

impl<'l> Record<'l> {
    /// Reads a line, without its line end.
    pub(crate) fn read(line: &'l [u8]) -> Result<Self, RecordError> {
        if line.len() > MAX_BYTES {
            return Err(RecordError::TooLong);
        }
        if line.trim_ascii().is_empty() {
            return Err(RecordError::Empty);
        }
        // Checking the whole line once is faster than checking each string.
        match str::from_utf8(line) {
            Ok(text) => serde_json::from_str(text).map_err(RecordError::Json),
            Err(_) => serde_json::from_slice(line).map_err(|_| RecordError::NotUtf8),
        }
    }
}

impl Decided<'_> {
    pub(crate) fn is_redirect(&self) -> bool {
        self.is("redirect")
    }

    pub(crate) fn is_preflight(&self) -> bool {
        self.is("preflight")
    }

    fn is(&self, decision: &str) -> bool {
        self.decision
            .as_ref()
            .is_some_and(|text| text.0 == decision)
    }
}
