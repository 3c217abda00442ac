//! The operator's tool of Signpost: tries a configuration before the edge runs it.
//!
//! Every command runs the edge's own code. A command finds values that can be compared and printed;
//! only its `run` reads files and writes to the terminal.
//!
//! Imports go down: `findings`, `outlets` and files are at the bottom, and `signpost_logs` below them. Commands use
//! them and never import each other.

#![forbid(unsafe_code)]

mod check;
mod command_line;
mod compile;
mod completions;
mod crate_index;
#[cfg(test)]
mod deployed;
mod differences;
mod explain;
mod file;
mod findings;
mod https;
mod init;
#[cfg(unix)]
mod interrupts;
mod man;
mod outlets;
mod output;
mod plan;
mod release;
mod replace;
mod routes;
#[cfg(test)]
mod small;
mod smoke;
mod unhealthy;
mod watch;

pub use command_line::{CommandLine, Here, main, main_in};
pub use findings::Code;
pub use output::{Failure, Outcome};
pub use release::{Judged, Watch, World};
