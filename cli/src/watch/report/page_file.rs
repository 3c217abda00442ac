use std::path::{Path, PathBuf};

use crate::output::Failure;
use crate::replace::Replacement;

/// The file of a page, which is written whole or not at all.
#[derive(Debug)]
pub(crate) struct PageFile(PathBuf);

impl PageFile {
    /// Checks that a page can be written there, so that this does not fail after an incident.
    pub(crate) fn new(file: &Path) -> Result<Self, Failure> {
        Replacement::prepare(file, "")?;
        Ok(Self(file.to_owned()))
    }

    /// Writes the page. An earlier page stays until then.
    pub(crate) fn write(&self, page: &str) -> Result<(), Failure> {
        Replacement::prepare(&self.0, page)?.commit()
    }
}
