//! From a bad answer of the real module to somebody's pager, through the programs that operators run:
//! rsyslogd, `tail`, `signpost watch` and Alertmanager. Only Fastly's delivery of lines is a stand-in.
//!
//! `cargo xtask test viceroy` builds the module and runs these tests.

mod client_certificate;
mod deployed;
mod edge;
mod forms;
mod measured;
mod sender;
mod template;

use tokio::sync::Mutex;

/// Held by each test that runs many programs: the measurement needs the machine for itself.
static MACHINE: Mutex<()> = Mutex::const_new(());
