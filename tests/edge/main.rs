//! The real edge module under Viceroy, over HTTP, with production's own configuration.
//!
//! `cargo xtask test viceroy` builds the module and runs these tests.

mod bed;
mod cases_over_http;
mod combinations;
mod faults;
mod hostile;
mod http2;
mod https;
mod lent;
mod lint;
mod log;
mod machines;
mod origin_down;
mod origin_redirects;
mod pass_through;
mod sandbox;
mod sides;
mod soak;
mod targets;
