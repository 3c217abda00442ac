//! What is written for the checks alone. It is taken out before the rest is compiled.

use serde::Deserialize;

use super::example::RawExamples;

/// What is written for the checks alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Aside {
    pub(super) examples: RawExamples,
    pub(super) keys: AsideKeys,
}

/// The keys at the top of the file that are for the checks alone, without the examples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AsideKeys {
    pub(super) private_suffixes: Vec<String>,
}
