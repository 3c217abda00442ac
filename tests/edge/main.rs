//! The real edge module under Viceroy, over HTTP, with production's own configuration.
//!
//! `cargo xtask test viceroy` builds the module and runs these tests.

mod bed;
#[path = "../cases/mod.rs"]
mod cases;
mod cases_over_http;
mod faults;
mod hostile;
#[path = "../hostile_rows/mod.rs"]
mod hostile_rows;
mod http2;
mod log;
mod origin_down;
mod origin_redirects;
mod pass_through;
mod sandbox;
mod targets;
#[path = "../unchecked/mod.rs"]
mod unchecked;
