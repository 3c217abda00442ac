//! Keeps `--partial` from writing over anything but a summary.

use std::path::Path;

use super::partial;
use crate::file::{self, handle, input_handle};
use crate::output::Failure;

/// Refuses a file that the plan reads, and one that holds something else than a summary.
pub(super) fn check<'f>(
    file: &Path,
    inputs: impl IntoIterator<Item = &'f Path>,
) -> Result<(), Failure> {
    let name = file.display();
    let target = handle(file);
    let is_target = |input: &&Path| target.is_some() && input_handle(input) == target;
    if let Some(input) = inputs.into_iter().find(is_target) {
        return Err(Failure::new(format!(
            "--partial names {name}, which the plan reads as {}; name another file, or it would be written over",
            file::name(input)
        )));
    }
    if partial::can_replace(file)? {
        return Ok(());
    }
    Err(Failure::new(format!(
        "--partial names {name}, which is not a summary; name another file, or remove this one first"
    )))
}
