use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::file::in_words;
use crate::output::Failure;
use crate::replace::Replacement;

/// The file of a page, which is written whole or not at all.
#[derive(Debug)]
pub(crate) struct PageFile(PathBuf);

impl PageFile {
    /// Checks that a page can be written there, so that this does not fail after an incident.
    pub(crate) fn new(file: &Path) -> Result<Self, Failure> {
        let is_special = fs::metadata(file).is_ok_and(|found| !found.is_file());
        let tried = if is_special {
            Err(io::Error::other("it is no regular file; name one"))
        } else {
            let parent = file.parent().filter(|parent| *parent != Path::new(""));
            tempfile::tempfile_in(parent.unwrap_or(Path::new("."))).map(drop)
        };
        tried.map_err(|error| cannot_write(file, &in_words(&error)))?;
        Ok(Self(file.to_owned()))
    }

    /// Writes the page. An earlier page stays until then.
    pub(crate) fn write(&self, page: &str) -> Result<(), Failure> {
        Replacement::prepare(&self.0, page)
            .and_then(Replacement::carry_out)
            .map_err(|why| cannot_write(&self.0, &why))
    }
}

fn cannot_write(file: &Path, why: &str) -> Failure {
    Failure::new(format!("cannot write {}: {why}", file.display()))
}
