//! Something that is wrong, and the answer of a location.

use std::net::SocketAddr;

use serde::Serialize;

use crate::smoke::ask::cached::Cached;
use crate::smoke::judge::mismatch::{Mismatch, shown};
use crate::smoke::judge::stage::Stage;

/// Something that is wrong, at its stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) stage: Stage,
    pub(crate) message: String,
    /// The expected and the received text, if there are any.
    #[serde(flatten)]
    pub(crate) mismatch: Option<Mismatch>,
}

/// The answer of a location.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    /// The server that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<SocketAddr>,
    /// Whether a cache had it, if the server says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cached: Option<Cached>,
    /// Where it redirects, as the server wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect: Option<String>,
    /// The first bytes.
    #[serde(skip)]
    pub(crate) beginning: Vec<u8>,
}

impl Finding {
    /// A finding without texts to compare.
    pub(crate) fn new(stage: Stage, message: impl Into<String>) -> Self {
        Self {
            stage,
            message: shown(&message.into()),
            mismatch: None,
        }
    }

    /// The finding in a line, for this request.
    pub(crate) fn in_a_line(&self, request: &str) -> String {
        let mismatch = self.mismatch.as_ref().map(Mismatch::in_a_line);
        let message = std::iter::once(self.message.clone()).chain(mismatch);
        format!("{request}: {}", message.collect::<Vec<_>>().join(": "))
    }

    /// A finding if two texts differ.
    pub(crate) fn difference(
        stage: Stage,
        message: impl Into<String>,
        expected: Option<&str>,
        received: Option<&str>,
    ) -> Option<Self> {
        let mismatch = Mismatch::between(expected, received)?;
        Some(Self {
            stage,
            message: shown(&message.into()),
            mismatch: Some(mismatch),
        })
    }
}
