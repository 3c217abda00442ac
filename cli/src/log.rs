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

pub(crate) use asked::Asked;
pub(crate) use chunks::{Chunk, Chunks};
pub(crate) use entry::Entry;
pub(crate) use input::Input;
pub(crate) use reader::Reader;
pub(crate) use time::Time;
// For `testbed/properties` alone.
pub use told::{Told, ToldLine, tell};
pub(crate) use unreadable::{Unreadable, Why};
