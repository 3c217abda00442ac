//! What Signpost is tested against on one machine, with nothing beyond loopback.
//!
//! Everything here binds `127.0.0.1` on a port that the system chooses and ends when its value is
//! dropped, also when a test panics. Only what a test gets as [`Lent`] is used by further tests, and ends with the last
//! of them. Nothing sleeps: whatever has to be waited for is announced by a line of output, an answer, or a closed
//! connection.
//!
//! - [`Viceroy`] runs the edge module, configured by a [`LocalServer`] that is derived from the
//!   very `fastly.toml` that is deployed. [`module_under_test`] is the module that the tests drive.
//!   [`Lent`] is one with an origin behind it, which tests use one after the other.
//! - [`StandInOrigin`] records each request that reaches the origin; [`StandInCdn`] serves files
//!   and counts how often each was fetched; [`TlsCdn`] does so over TLS, and can be spoiled.
//!   [`stand_in_file`] is what both serve. [`TlsFront`] speaks TLS for a server that does not, and
//!   [`Meddler`] adds a header to its answers.
//! - [`add_hosts`] lets the routes of a configuration apply to an edge on this machine.
//! - [`refused_address`] and [`silent_address`] are origins that do not answer.
//! - [`FastlyApi`] stands in for the API that the Fastly CLI speaks to. An [`Edge`] follows its entries, and a
//!   [`Door`] of it is for one client.
//! - [`Alertmanager`] is a real one, and the webhook that it notifies; [`is_installed`] tells whether such a
//!   program is there.
//! - [`Rsyslog`] is a real one, [`Delivery`] sends it lines as Fastly does, and [`Pipeline`] runs what reads
//!   its file.
//! - [`client`] sends requests exactly as they are written.
//! - [`package`], [`Registry`] and [`cargo_fetch`] let a real `cargo` be the client; [`index_files`] are
//!   for a registry whose index is elsewhere.
//! - [`imports`] reads which file of a crate imports which, for the tests of the architecture.
//! - [`rows`] reads test rows from a table; [`assert_table`] holds a table in a document to them.
//! - [`LOG_FORMATS`] are the forms in which logs are stored.
//! - [`soak`] sends the module many requests of all kinds while its origin fails and recovers.

mod alertmanager;
mod cargo;
mod cdn;
mod cdn_tls;
mod child;
pub mod client;
mod delivery;
mod edge;
mod fastly_api;
mod fetch;
mod file;
mod hosts;
pub mod imports;
mod installed;
mod lent;
mod local_server;
mod log_formats;
mod log_line;
mod meddler;
mod module;
mod origin;
mod package;
mod page;
mod pipeline;
mod registry;
mod rows;
mod rsyslog;
mod server;
pub mod soak;
mod tls;
mod tls_front;
mod transcript;
mod unreachable;
mod viceroy;

pub use alertmanager::{Alertmanager, Notice};
pub use cdn::StandInCdn;
pub use cdn_tls::{Pull, Spoil, TlsCdn};
pub use delivery::{Delivery, MessageType};
pub use edge::{Door, Edge};
pub use fastly_api::{Call, FastlyApi, Fault, ServiceVersion};
pub use fetch::{Fetched, cargo_fetch, cargo_fetch_trusting};
pub use file::stand_in_file;
pub use hosts::add_hosts;
pub use installed::{is_installed, note_missing};
pub use lent::{Lent, Pair};
pub use local_server::{Backend, LocalServer};
pub use log_formats::{
    LOG_FORMATS, LOGGED_AGENT, LOGGED_HOST, LOGGED_STATUS, LogFormat, LoggedRequest,
    logged_requests, mixed_log,
};
pub use log_line::LogLine;
pub use meddler::Meddler;
pub use module::module_under_test;
pub use origin::{RecordedRequest, StandInOrigin};
pub use package::{Crate, package};
pub use page::{assert_table, one_of, section};
pub use pipeline::Pipeline;
pub use registry::{Registry, index_files};
pub use rows::rows;
pub use rsyslog::Rsyslog;
pub use tls::{Certificate, Protocol, Validity};
pub use tls_front::TlsFront;
pub use transcript::Lines;
pub use unreachable::{DeadAddress, REFUSED, refused_address, silent_address};
pub use viceroy::Viceroy;
