//! From a bad answer of the real module to somebody's pager, through the programs that operators run:
//! rsyslogd, `tail`, `signpost watch` and Alertmanager. Only Fastly's delivery of lines is a stand-in.

mod client_certificate;
mod deployed;
mod edge;
mod forms;
mod measured;
mod sender;
mod template;

use tokio::sync::Mutex;

/// Held by each test that runs many programs, so that no two of them measure each other.
static MACHINE: Mutex<()> = Mutex::const_new(());
