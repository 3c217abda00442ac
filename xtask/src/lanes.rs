//! The lanes of `cargo xtask test`, a file each.

pub(crate) mod fastly_cli;
pub(crate) mod native;
pub(crate) mod viceroy;
pub(crate) mod wasm;
