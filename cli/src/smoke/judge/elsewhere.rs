//! Answers that name another target than the first of their file, which is allowed but unusual.

use std::fmt;

use serde::Serialize;

/// An answer that names another target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Elsewhere {
    pub(crate) asked: Asked,
    pub(crate) target: String,
    /// The first target.
    pub(crate) instead_of: String,
    /// When the edge does so.
    #[serde(skip)]
    pub(crate) when: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "UPPERCASE")]
pub(crate) enum Asked {
    Get,
    Head,
    #[strum(serialize = "GET as JSON")]
    Json,
}

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            asked,
            target,
            instead_of,
            when,
        } = self;
        write!(
            f,
            "{asked} was sent to the target `{target}`, not `{instead_of}`: {when}"
        )
    }
}
