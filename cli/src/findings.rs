//! What is wrong with a file: a code, a place and a message.

mod code;
mod finding;
mod render;

pub use code::Code;
pub(crate) use finding::Finding;
pub(crate) use render::render;
