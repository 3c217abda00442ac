//! The stages at which a probe can fail.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

/// What was found wrong, as a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, Serialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Stage {
    /// `edge`: the edge could not be reached, or gave no answer.
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
    /// `origin`: the origin was to answer with the file or the way to it, and did not.
    Origin,
    /// `negative`: a path that must not be redirected was.
    Negative,
    /// `head`: HEAD was not answered as GET was.
    Head,
    /// `json`: the answer to a client that accepts JSON differs.
    Json,
    /// `cdn-connect`: the location could not be resolved or connected to, or its certificate fails.
    CdnConnect,
    /// `cdn-timeout`: the location did not answer whole in time.
    CdnTimeout,
    /// `cdn-status`: the location answered with another status than 200.
    CdnStatus,
    /// `cdn-body`: the file ended too early, is empty, or is larger than `--max-bytes`.
    CdnBody,
    /// `checksum`: the file has another SHA-256 than the lock file or the index says, or these two
    /// say different ones.
    Checksum,
}

/// The columns of the table: the stages that are tried together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Column {
    /// What the edge answers to GET.
    Answer,
    /// What it answers to HEAD.
    Head,
    /// What it answers to a client that accepts JSON.
    Json,
    /// The file at the location.
    File,
    /// Its SHA-256.
    #[strum(serialize = "sha-256")]
    Checksum,
}

impl Stage {
    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        self.into()
    }

    /// The column of the table that it is shown in.
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
    /// The heading.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}
