use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};
use signpost_rows::{CrateFile, crates};

/// A file of the registry.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    bucket: u8,
}

/// Real crate files, without the few whose version has to be encoded in a location.
pub(super) fn all() -> &'static [File] {
    static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
        let files = crates().iter().filter(|file| !file.version.contains('+'));
        files
            .map(|&CrateFile { name, version, .. }| File {
                name,
                version,
                bucket: bucket_of(name, version),
            })
            .collect()
    });
    &FILES
}

/// How many there are; at least one.
pub(super) fn count() -> u16 {
    u16::try_from(all().len()).unwrap_or(u16::MAX).max(1)
}

/// A number from 0 to 99: the switch `enforce 10%` redirects a file if its number is below 10.
pub(super) fn bucket(number: u16) -> u8 {
    all()
        .get(usize::from(number))
        .map_or(u8::MAX, |file| file.bucket)
}

/// As the edge finds it from the captures, which a test compares.
fn bucket_of(name: &str, version: &str) -> u8 {
    let hash = Sha256::digest(format!("{name}\0{version}\0"));
    let remainder = hash.iter().fold(0, |remainder, byte| {
        (remainder * 256 + u32::from(*byte)) % 100
    });
    u8::try_from(remainder).unwrap_or_default()
}
