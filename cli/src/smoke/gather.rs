//! Derives the probes and the expected answers.

pub(crate) mod addresses;
pub(crate) mod crates;
pub(crate) mod expected;
pub(crate) mod index;
mod known;
mod lockfile;
mod negative;
pub(crate) mod package;
pub(crate) mod probes;
pub(crate) mod redirect;
pub(crate) mod sums;
