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
mod diagnostics;
mod differences;
mod explain;
mod file;
#[cfg(test)]
#[path = "../../tests/hostile_rows/mod.rs"]
mod hostile_rows;
mod man;
mod output;
mod plan;
mod release;
mod replace;
mod routes;
mod smoke;
mod unhealthy;
mod visible;
mod watch;

pub use check::Code;
pub use command_line::{CommandLine, Here, main, main_in};
pub use output::{Failure, Outcome};
pub use release::World;
