//! Reads the logs of registries, and judges what they say: which downloads fail, and since when.
//!
//! The operator's tool reads a log with it for `plan`, `watch`, `release` and `smoke`. It is a package of its own because
//! its tests read the traffic of days: it is optimised when they are compiled, and the rest of the tool is not.
//!
//! Imports go down: [`Failure`] and [`text`] are at the bottom, then `log`, then `watch`.

#![forbid(unsafe_code)]

mod failure;
pub mod log;
pub mod text;
pub mod watch;

pub use failure::{Failure, in_words};
