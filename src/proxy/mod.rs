//! What every proxy owes the two sides of it, whatever it decides: which fields it removes, how it names
//! itself, and what it answers when no backend does.

mod failure;
mod fields;
mod via;

pub use failure::Failure;
pub use fields::{Connection, ends_before_client, ends_before_origin};
pub use via::via;
