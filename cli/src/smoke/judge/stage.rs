//! The stages at which a probe can fail.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

/// What can be wrong, by stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, Serialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Stage {
    /// `edge`: the edge could not be reached, or did not answer.
    Edge,
    /// `status`: the edge answered with another status.
    Status,
    /// `location`: the edge named another location, or none.
    Location,
    /// `vary`: `Vary` differs.
    Vary,
    /// `decision`: `signpost-decision` differs.
    Decision,
    /// `answer`: another header, or the body, differs.
    Answer,
    /// `origin`: the origin did not answer with the file or the way to it.
    Origin,
    /// `negative`: a path was redirected that must not be.
    Negative,
    /// `head`: the answer to HEAD differs from the answer to GET.
    Head,
    /// `json`: the answer to a client that accepts JSON differs.
    Json,
    /// `cdn-connect`: the location could not be resolved or connected to, or its certificate is
    /// invalid.
    CdnConnect,
    /// `cdn-timeout`: the location did not answer completely in time.
    CdnTimeout,
    /// `cdn-status`: the location answered with another status than 200.
    CdnStatus,
    /// `cdn-body`: the file ended too early, is empty, or has more than `--max-bytes`.
    CdnBody,
    /// `checksum`: the file has another SHA-256 than the lock file or the index says, or these two
    /// differ.
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

    /// The column that shows it.
    pub(crate) const fn column(self) -> Column {
        match self {
            Self::Edge
            | Self::Status
            | Self::Location
            | Self::Vary
            | Self::Decision
            | Self::Answer
            | Self::Origin
            | Self::Negative => Column::Answer,
            Self::Head => Column::Head,
            Self::Json => Column::Json,
            Self::CdnConnect | Self::CdnTimeout | Self::CdnStatus | Self::CdnBody => Column::File,
            Self::Checksum => Column::Checksum,
        }
    }
}

impl Column {
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}
