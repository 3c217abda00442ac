//! Writes a file whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::output::Failure;

/// A new text, written beside its file. The file keeps its old text until then.
#[derive(Debug)]
pub(crate) struct Replacement {
    new: NamedTempFile,
    target: PathBuf,
}

impl Replacement {
    /// Does everything that can fail for lack of space or permission.
    pub(crate) fn prepare(file: &Path, text: &str) -> Result<Self, Failure> {
        let failure = |error, directory: &Path| cannot_write(file, &error, directory);
        let existing = existing(file).map_err(|error| failure(error, directory_of(file)))?;
        // Replaces what a link leads to, not the link.
        let target = match existing {
            Some(_) => fs::canonicalize(file),
            None => Ok(file.to_owned()),
        };
        let target = target.map_err(|error| failure(error, directory_of(file)))?;
        let directory = directory_of(&target);
        let new = write(directory, text, existing).map_err(|error| failure(error, directory))?;
        Ok(Self { new, target })
    }

    /// Replaces the file. Readers see all of the old text or all of the new.
    pub(crate) fn commit(self) -> Result<(), Failure> {
        let written = self.new.persist(&self.target);
        let directory = directory_of(&self.target);
        written
            .map(drop)
            .map_err(|error| cannot_write(&self.target, &error.error, directory))
    }
}

fn cannot_write(file: &Path, error: &io::Error, directory: &Path) -> Failure {
    let why = in_words(error, directory);
    Failure::new(format!("cannot write {}: {why}", file.display()))
}

fn existing(file: &Path) -> io::Result<Option<Permissions>> {
    match fs::metadata(file) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        // Replacing a device or a pipe would remove it.
        Ok(found) if !found.is_file() => Err(io::Error::other(
            "it is not a regular file; name a regular file or a new one",
        )),
        Ok(found) => Ok(Some(found.permissions())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(_) if fs::symlink_metadata(file).is_ok() => Err(io::Error::other(
            "it is a link that leads nowhere; remove it, or make the file that it leads to",
        )),
        Err(_) => Ok(None),
    }
}

fn write(
    directory: &Path,
    text: &str,
    permissions: Option<Permissions>,
) -> io::Result<NamedTempFile> {
    let mut new = beside(directory)?;
    new.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions {
        new.as_file().set_permissions(permissions)?;
    }
    new.as_file().sync_all()?;
    Ok(new)
}

fn directory_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Why a file in this directory could not be written.
fn in_words(error: &io::Error, directory: &Path) -> String {
    let name = directory.display();
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no directory {name}; make it first"),
        io::ErrorKind::NotADirectory => format!("{name} is not a directory"),
        io::ErrorKind::PermissionDenied => format!("you may not write in the directory {name}"),
        io::ErrorKind::ReadOnlyFilesystem => {
            format!("the directory {name} is on a file system that is only for reading")
        }
        io::ErrorKind::StorageFull => format!("there is no space left in the directory {name}"),
        io::ErrorKind::IsADirectory => "it is a directory; name a file".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(unix)]
fn beside(directory: &Path) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;

    // The mask of the process applies, as for any new file.
    let permissions = Permissions::from_mode(0o666);
    Builder::new()
        .permissions(permissions)
        .tempfile_in(directory)
}

#[cfg(not(unix))]
fn beside(directory: &Path) -> io::Result<NamedTempFile> {
    Builder::new().tempfile_in(directory)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::io;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::Path;

    use super::{Replacement, in_words};

    #[test]
    fn a_file_is_replaced_where_it_lies_and_keeps_its_permissions() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        let replacement = Replacement::prepare(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        replacement.commit().unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_replacement_that_is_not_carried_out_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "old").unwrap();
        drop(Replacement::prepare(&file, "new").unwrap());
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_regular_files_are_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path(), directory.path().join("link"));
        symlink("nowhere", &link).unwrap();
        for (file, words) in [
            (path, "it is a directory".to_owned()),
            (Path::new("/dev/null"), "not a regular file".to_owned()),
            (&link, "a link that leads nowhere".to_owned()),
            (
                &path.join("no/file"),
                format!("there is no directory {}/no; make it first", path.display()),
            ),
            (
                Path::new("/dev/null/file"),
                "/dev/null is not a directory".to_owned(),
            ),
        ] {
            let error = Replacement::prepare(file, "text").unwrap_err().to_string();
            assert!(error.contains(&words), "{words} is not in {error}");
        }
    }

    #[test]
    fn errors_name_the_directory() {
        for (kind, words) in [
            (
                io::ErrorKind::PermissionDenied,
                "you may not write in the directory ro",
            ),
            (
                io::ErrorKind::ReadOnlyFilesystem,
                "the directory ro is on a file system that is only for reading",
            ),
            (
                io::ErrorKind::StorageFull,
                "there is no space left in the directory ro",
            ),
        ] {
            assert_eq!(in_words(&kind.into(), Path::new("ro")), words);
        }
    }
}
