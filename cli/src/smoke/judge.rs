//! Compares answers with the expected ones.

pub(crate) mod certificate;
pub(crate) mod chain;
pub(crate) mod content;
pub(crate) mod copies;
pub(crate) mod elsewhere;
pub(crate) mod finding;
pub(crate) mod mismatch;
pub(crate) mod stage;
pub(crate) mod verdict;
pub(crate) mod verify;
