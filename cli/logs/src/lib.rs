//! Reads the logs of registries, and judges what they say: which downloads fail, and since when.
//!
//! The operator's tool reads logs with it for `plan`, `watch` and `release`, and most of its commands write with
//! [`text`]. It is a package of its own so that tests compile it optimised, and the rest of the tool not: its own tests
//! read the traffic of days.
//!
//! Imports go down: [`Failure`] and [`text`] are at the bottom, then [`log`], then [`watch`].

#![forbid(unsafe_code)]

mod failure;
pub mod log;
pub mod text;
pub mod watch;

pub use failure::{Failure, in_words};
