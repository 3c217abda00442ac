use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};
use signpost_rows::{CrateFile, crates};

/// A file of the registry.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    bucket: u8,
    places: Places,
}

/// When the paths of a file come to `next`: its download, its page, and its download with an invalid version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub(super) download: u8,
    pub(super) page: u8,
    pub(super) misspelt: u8,
}

/// Real crate files, without the few whose version has to be encoded in a location.
pub(super) fn all() -> &'static [File] {
    static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
        let files = crates().iter().filter(|file| !file.version.contains('+'));
        files
            .map(|&CrateFile { name, version, .. }| File {
                name,
                version,
                bucket: percent_of(&format!("{name}\0{version}\0")),
                places: Places {
                    download: place_of(&format!("{name}\0{version}\0download\0")),
                    page: place_of(&format!("{name}\0")),
                    misspelt: place_of(&format!("{name}\0latest\0download\0")),
                },
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

/// Numbers from 0 to 99: the switch `enforce, next 10%` gives a path to `next` if its number is below 10.
pub(super) fn places(number: u16) -> Option<Places> {
    all().get(usize::from(number)).map(|file| file.places)
}

/// The place of a path by the rest of its decoded segments, each followed by a NUL.
fn place_of(rest: &str) -> u8 {
    percent_of(&format!("nextapi\0v1\0crates\0{rest}"))
}

/// As the edge finds it from the captures or the path, which tests compare.
fn percent_of(text: &str) -> u8 {
    let hash = Sha256::digest(text);
    let remainder = hash.iter().fold(0, |remainder, byte| {
        (remainder * 256 + u32::from(*byte)) % 100
    });
    u8::try_from(remainder).unwrap_or_default()
}
