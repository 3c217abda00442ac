//! The crates of a `Cargo.lock`.

use sha2::{Digest as _, Sha256};

use crate::smoke::gather::package::{Checksum, Package};

/// The names of crates.io in lock files.
const CRATES_IO: [&str; 2] = [
    "registry+https://github.com/rust-lang/crates.io-index",
    "sparse+https://index.crates.io/",
];

/// The crates of one registry in a lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LockFile {
    /// In the order of the file.
    pub(crate) packages: Vec<(Package, Option<Checksum>)>,
    /// How many have another source: a path, a repository, another registry.
    pub(crate) other_sources: usize,
}

/// Reads a lock file. The registry is crates.io, and any other that `index` names.
pub(crate) fn read(text: &str, index: Option<&str>) -> Result<LockFile, String> {
    let lock: cargo_lock::Lockfile = text
        .parse()
        .map_err(|error: cargo_lock::Error| error.to_string())?;
    if lock.packages.is_empty() {
        return Err("it lists no [[package]]; name a Cargo.lock".to_owned());
    }
    let mut found = LockFile::default();
    for package in lock.packages {
        let source = package.source.map(|source| source.to_string());
        let source = source.unwrap_or_default();
        if CRATES_IO.contains(&source.as_str()) || index == Some(&source) {
            let checksum = package.checksum.map(|checksum| checksum.to_string());
            let checksum = checksum.and_then(|digits| Checksum::parse(&digits));
            let package = Package::new(package.name.as_str(), &package.version.to_string())?;
            found.packages.push((package, checksum));
        } else {
            found.other_sources += 1;
        }
    }
    Ok(found)
}

/// A sample of the packages that depends on the seed alone, not on their order.
pub(crate) fn sample(mut packages: Vec<Package>, size: usize, seed: u64) -> Vec<Package> {
    packages.sort_by_cached_key(|package| {
        let key = format!("{seed} {}@{}", package.name(), package.version());
        Sha256::digest(key)
    });
    packages.truncate(size);
    packages.sort();
    packages
}

#[cfg(test)]
mod tests {
    use super::{read, sample};
    use crate::smoke::gather::package::Checksum;

    const OWN: &str = include_str!("../../../../Cargo.lock");

    #[test]
    fn the_crates_of_the_registry_are_read_and_the_others_counted() {
        let found = read(OWN, None).unwrap();
        // The packages of this workspace.
        assert_eq!(found.other_sources, 9);
        assert!(found.packages.len() > 100);
        assert!(
            found
                .packages
                .iter()
                .all(|(_, checksum)| checksum.is_some())
        );
    }

    #[test]
    fn another_registry_is_read_where_the_index_names_it() {
        let text = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\
                    source = \"sparse+http://127.0.0.1:1/\"\n";
        assert_eq!(read(text, None).unwrap().other_sources, 1);
        let found = read(text, Some("sparse+http://127.0.0.1:1/")).unwrap();
        assert_eq!(found.packages.len(), 1);
    }

    #[test]
    fn the_first_lock_files_have_their_checksums_apart() {
        let source = "registry+https://github.com/rust-lang/crates.io-index";
        let sum = "a".repeat(64);
        let text = format!(
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"{source}\"\n\
             [[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"{source}\"\n\
             [metadata]\n\"checksum a 1.0.0 ({source})\" = \"{sum}\"\n\
             \"checksum b 1.0.0 ({source})\" = \"<none>\"\n"
        );
        let found = read(&text, None).unwrap().packages.into_iter();
        let sums: Vec<_> = found.map(|(_, sum)| sum).collect();
        assert_eq!(sums, [Checksum::parse(&sum), None]);
    }

    #[test]
    fn other_files_are_refused() {
        for (text, words) in [
            ("[[", "TOML parse error at line 1, column 3"),
            ("version = 4", "it lists no [[package]]"),
            (
                "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ab\"\n\
                 source = \"sparse+https://index.crates.io/\"",
                "invalid checksum: expected 64 hex chars, got 2",
            ),
        ] {
            let error = read(text, None).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_sample_is_the_same_for_the_same_seed() {
        let packages = read(OWN, None).unwrap().packages.into_iter();
        let packages: Vec<_> = packages.map(|(package, _)| package).collect();
        let mut reversed = packages.clone();
        reversed.reverse();
        let first = sample(packages.clone(), 10, 7);
        assert_eq!(first.len(), 10);
        assert_eq!(first, sample(reversed, 10, 7));
        assert_ne!(first, sample(packages.clone(), 10, 8));
        assert_eq!(sample(packages.clone(), 9999, 7).len(), packages.len());
    }
}
