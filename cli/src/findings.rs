//! Problems in files: code, place and message.

mod code;
mod finding;
mod render;

pub use code::Code;
pub(crate) use finding::Finding;
pub(crate) use render::render;
