//! Rows and configurations that several of Signpost's packages are tested with.
//!
//! The tests of the library run natively and as WebAssembly, so this crate has no I/O and does not
//! depend on the library.

mod cases;
mod configs;
mod crates;
pub mod hostile;
mod presets;
mod small;

pub use cases::{CASES, Case, Configuration, Expect};
pub use configs::{
    MIRROR, PRODUCTION, SMALL, changed, compiled, with_its_revision, with_second_target,
};
pub use crates::{CrateFile, crates};
pub use presets::{PRESETS, PresetRow, preset_rows};
pub use small::SmallConfig;
