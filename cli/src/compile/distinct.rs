//! Checks that a command reads and writes different files.

use std::path::Path;

use crate::file::{handle, input_handle, is_dash};
use crate::output::Failure;

/// Refuses to write the JSON over the configuration, or two texts over one file.
pub(super) fn check(
    input: &Path,
    out: Option<&Path>,
    manifest: Option<&Path>,
) -> Result<(), Failure> {
    let source = input_handle(input);
    let out = out.filter(|out| !is_dash(out));
    for (option, file) in [("--out", out), ("--fastly-toml", manifest)] {
        if let Some(file) = file
            && source.is_some()
            && source == handle(file)
        {
            return Err(Failure::new(format!(
                "{option} names {}, which is the configuration that is compiled; name another file, or its source would be written over",
                file.display()
            )));
        }
    }
    match (out, out.and_then(handle), manifest.and_then(handle)) {
        (Some(out), Some(one), Some(other)) if one == other => Err(Failure::new(format!(
            "--out names {}, which is the file of --fastly-toml; name another file for the JSON",
            out.display()
        ))),
        _ => Ok(()),
    }
}
