//! Writing a file whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use crate::file::in_words;

/// Gives a file this text. Whoever reads it sees all of the old text or all of the new.
pub(crate) fn with(file: &Path, text: &str) -> Result<(), String> {
    replace(file, text).map_err(|error| in_words(&error))
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let existing = match fs::metadata(file) {
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        // A device or a pipe would be gone afterwards, with a file in its place.
        Ok(found) if !found.is_file() => {
            return Err(io::Error::other(
                "it is no regular file; leave the option out to write to standard output",
            ));
        }
        Ok(found) => Some(found.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    // What a link leads to is replaced, and not the link.
    let target = match existing {
        Some(_) => fs::canonicalize(file)?,
        None => file.to_owned(),
    };
    let directory = match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut new = beside(directory)?;
    new.write_all(text.as_bytes())?;
    if let Some(permissions) = existing {
        new.as_file().set_permissions(permissions)?;
    }
    new.as_file().sync_all()?;
    new.persist(target).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(unix)]
fn beside(directory: &Path) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;

    // As any new file: what the process's mask leaves of this.
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
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::with;

    #[test]
    fn a_file_is_replaced_where_it_lies_and_keeps_its_permissions() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        with(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let error = with(directory.path(), "text").unwrap_err();
        assert!(error.contains("directory"), "{error}");
        let error = with("/dev/null".as_ref(), "text").unwrap_err();
        assert!(error.contains("no regular file"), "{error}");
        let error = with(&directory.path().join("no/file"), "text").unwrap_err();
        assert!(error.contains("no such"), "{error}");
    }
}
