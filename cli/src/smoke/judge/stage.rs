//! The stages at which a probe can fail.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

/// What can be wrong, by stable code. `signpost smoke --help` explains each.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, Serialize, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Stage {
    Certificate,
    Edge,
    Status,
    Location,
    Vary,
    Decision,
    Answer,
    Origin,
    Negative,
    Head,
    Json,
    Range,
    Condition,
    Cors,
    CdnConnect,
    CdnTimeout,
    CdnStatus,
    CdnLoop,
    CdnBody,
    CdnContent,
    Checksum,
}

/// The columns of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Column {
    /// The answer to GET.
    Answer,
    Head,
    Json,
    File,
    #[strum(serialize = "sha-256")]
    Checksum,
}

impl Stage {
    pub(crate) fn code(self) -> &'static str {
        self.into()
    }

    pub(crate) const fn column(self) -> Column {
        match self {
            Self::Certificate
            | Self::Edge
            | Self::Status
            | Self::Location
            | Self::Vary
            | Self::Decision
            | Self::Answer
            | Self::Origin
            | Self::Negative => Column::Answer,
            Self::Head => Column::Head,
            Self::Json => Column::Json,
            Self::Range
            | Self::Condition
            | Self::Cors
            | Self::CdnConnect
            | Self::CdnTimeout
            | Self::CdnStatus
            | Self::CdnLoop
            | Self::CdnBody
            | Self::CdnContent => Column::File,
            Self::Checksum => Column::Checksum,
        }
    }
}

impl Column {
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}
