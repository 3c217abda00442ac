//! Reads logs, plain or compressed: cuts them into lines, and reads what each line says.

mod access_log;
mod asked;
mod chunks;
mod compression;
mod entry;
mod envelope;
mod form;
mod input;
mod json;
mod reader;
#[cfg(test)]
mod tests;
mod time;
mod told;
mod unreadable;
mod w3c;

pub use asked::Asked;
pub use chunks::{Chunk, Chunks};
pub use entry::Entry;
pub use input::{Input, is_dash};
pub use reader::Reader;
pub use time::Time;
// For `testbed/properties` alone.
pub use told::{Told, ToldLine, tell};
pub use unreadable::{Unreadable, Why};
