//! Answers that send to another target than the first of their file, which is right and not usual.

use std::fmt;

use serde::Serialize;

/// An answer that sends to another target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Elsewhere {
    /// How it was asked for.
    pub(crate) asked: Asked,
    /// The name of the target that it sends to.
    pub(crate) target: String,
    /// The name of the first target.
    pub(crate) instead_of: String,
    /// When the edge does so.
    #[serde(skip)]
    pub(crate) when: &'static str,
}

/// How an answer was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "UPPERCASE")]
pub(crate) enum Asked {
    /// With GET.
    Get,
    /// With HEAD.
    Head,
    /// As JSON.
    #[strum(serialize = "GET as JSON")]
    Json,
}

/// Where it sends, and why that is right.
impl fmt::Display for Elsewhere {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            asked,
            target,
            instead_of,
            when,
        } = self;
        write!(
            formatter,
            "{asked} was sent to the target `{target}`, not `{instead_of}`: {when}"
        )
    }
}
