//! Signpost answers a package registry's download requests at the edge with redirects to the CDN.
//! A redirect leaves only when its URL is proven; every other request goes to the origin.
//!
//! This is the pure library: no I/O, no clock, no platform. It has layers, and each imports only
//! those above it in this list:
//!
//! 1. [`values`]: types that are valid by construction.
//! 2. [`config`]: a valid configuration, read from compiled JSON.
//! 3. The stages, in the order of a request. Each takes the whole result of the one before:
//!
//!    | module | from | to |
//!    |---|---|---|
//!    | [`request`] | method, host, path, `Accept` | [`Request`](request::Request): what arrived, decoded once |
//!    | [`sides`] | request and configurations | the [`Side`](sides::Side) of the file |
//!    | [`route`] | request and configuration | [`RouteMatch`](route::RouteMatch), or [`NoMatch`](route::NoMatch) |
//!    | [`attempts`] | match and memory | the client's earlier [`Attempts`](attempts::Attempts) at the file |
//!    | [`target`] | match, health, earlier attempts | [`Chosen`](target::Chosen) target, and a [`Candidate`](target::Candidate) URL |
//!    | [`location`] | candidate | [`Location`](location::Location), or a [`Refusal`](location::Refusal): the proof |
//!    | [`decision`] | proof and switch | [`Decision`](decision::Decision): redirect, or origin for a [`Reason`](decision::Reason) |
//!    | [`origin_redirect`] | the origin's answer and the location | left, reported or repaired |
//!    | [`proxy`] | names of fields, a failure of a backend | what a proxy removes, adds and answers |
//!    | [`reply`] | match and location | status, headers and body as plain data |
//!    | [`log_line`] | exchange and decision | one line of JSON |
//!
//! 4. [`answer()`]: the only way through the stages, each once. [`entries`] and [`received`] are what a
//!    platform hands over, as values.
//! 5. [`authoring`]: configuration as people write it, tried on its examples. The edge is built without
//!    it.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

pub mod values;

pub mod config;

pub mod request;
pub mod sides;
pub mod route;
pub mod attempts;
pub mod target;
pub mod location;
pub mod decision;
pub mod origin_redirect;
pub mod proxy;
pub mod reply;
pub mod log_line;

pub mod answer;
pub mod entries;
pub mod received;

#[cfg(feature = "toml")]
pub mod authoring;

pub use answer::{Answer, Surroundings, answer, answers_at_every_target};
