//! The operator's tool of Signpost: what the edge will do with a configuration, found out before it
//! does it.
//!
//! Every command runs the very code of the edge, natively. What a command finds is a value that can
//! be compared and printed; only the command itself reads files and writes to the terminal.

#![forbid(unsafe_code)]

mod check;
mod command_line;
mod compile;
mod completions;
mod crate_index;
mod differences;
mod explain;
mod file;
mod findings;
#[cfg(test)]
#[path = "../../tests/hostile_rows/mod.rs"]
mod hostile_rows;
mod log;
mod man;
mod output;
mod plan;
mod replace;
mod routes;
mod smoke;
mod text;
mod unhealthy;
mod watch;

pub use command_line::{CommandLine, main};
pub use findings::Code;
pub use output::{Failure, Outcome};
