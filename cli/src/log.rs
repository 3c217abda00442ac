//! Reads logs, plain or compressed: cuts them into lines, and reads what each line says.

mod access_log;
mod chunks;
mod compression;
mod input;
mod line;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use chunks::{Chunk, Chunks};
pub(crate) use input::Input;
pub(crate) use line::{Asked, Unreadable, read};
pub(crate) use record::{Record, Text};
