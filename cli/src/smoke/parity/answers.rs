//! The answers of a target for a file, and the columns in which they are compared.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use crate::smoke::ask::heard::Heard;
use crate::smoke::judge::finding::{Finding, Received};

/// The answers of a target for a file.
pub(crate) struct Answers {
    /// The whole file, and which server sent it.
    pub(crate) file: Result<(Received, Option<String>), Finding>,
    /// A range, as a browser asks for it; nothing if there is no file.
    pub(crate) range: Option<Result<Heard, Finding>>,
    /// Nothing if there is no file.
    pub(crate) head: Option<Result<Heard, Finding>>,
}

/// What is compared, a column of the table each.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, Serialize, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Aspect {
    /// The status, or the stage at which the file did not come.
    Status,
    Bytes,
    #[serde(rename = "sha-256")]
    #[strum(serialize = "sha-256")]
    Checksum,
    /// The media type.
    Type,
    /// `Access-Control-Allow-Origin`.
    Cors,
    Range,
    Head,
}

impl Aspect {
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}
