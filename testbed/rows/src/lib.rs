//! Rows and configurations that several of Signpost's packages are tested with.
//!
//! The tests of the library run natively and as WebAssembly, so this crate has no I/O and does not
//! depend on the library.

mod cases;
mod configs;
mod crates;
pub mod hostile;
mod old_entries;
mod presets;
mod registry_cases;
pub mod sides;
mod small;
pub mod structured;

pub use cases::{Case, Configuration, Expect, cases, configurations};
pub use configs::{
    MIRROR, PRODUCTION, SMALL, STAGING, changed, compiled, of_any_host, with_hosts,
    with_its_revision, with_second_target,
};
pub use crates::{CrateFile, crates};
pub use old_entries::{OLD_ENTRIES, old_answers};
pub use presets::{PRESETS, PresetRow, preset, preset_rows};
pub use small::SmallConfig;
