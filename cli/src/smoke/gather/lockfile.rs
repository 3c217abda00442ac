//! The crates of a `Cargo.lock`.

use sha2::{Digest as _, Sha256};
use toml_edit::{DocumentMut, Table};

use crate::smoke::gather::package::{Checksum, Package};

/// How a lock file names crates.io.
const CRATES_IO: [&str; 2] = [
    "registry+https://github.com/rust-lang/crates.io-index",
    "sparse+https://index.crates.io/",
];

/// The crates of one registry in a lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LockFile {
    /// Those of the registry, in the order in which they stand.
    pub(crate) packages: Vec<(Package, Option<Checksum>)>,
    /// How many are of elsewhere: a path, a repository, another registry.
    pub(crate) of_elsewhere: usize,
}

/// Reads a lock file. The registry is crates.io, and whatever else `index` names.
pub(crate) fn read(text: &str, index: Option<&str>) -> Result<LockFile, String> {
    let document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| format!("it is not TOML: {}", error.message()))?;
    let packages = document
        .get("package")
        .and_then(|packages| packages.as_array_of_tables())
        .ok_or("it lists no [[package]]; name a Cargo.lock")?;
    let mut found = LockFile::default();
    for table in packages {
        let source = text_of(table, "source").unwrap_or_default();
        if CRATES_IO.contains(&source) || Some(source) == index {
            let (package, checksum) = package(table)?;
            let checksum = checksum.or_else(|| checksum_apart(&document, &package, source));
            found.packages.push((package, checksum));
        } else {
            found.of_elsewhere += 1;
        }
    }
    Ok(found)
}

/// A sample of the packages that is the same for the same seed, wherever they stand in the file.
pub(crate) fn sample(mut packages: Vec<Package>, size: usize, seed: u64) -> Vec<Package> {
    packages.sort_by_cached_key(|package| {
        let key = format!("{seed} {}@{}", package.name(), package.version());
        Sha256::digest(key)
    });
    packages.truncate(size);
    packages.sort();
    packages
}

fn package(table: &Table) -> Result<(Package, Option<Checksum>), String> {
    let name = text_of(table, "name").ok_or("a package has no name")?;
    let version =
        text_of(table, "version").ok_or_else(|| format!("the package {name} has no version"))?;
    let checksum = text_of(table, "checksum")
        .map(|text| {
            Checksum::parse(text)
                .ok_or_else(|| format!("the checksum of {name} {version} is not a SHA-256"))
        })
        .transpose()?;
    Ok((Package::new(name, version)?, checksum))
}

/// The checksum where the first lock files have it: under `[metadata]`. It reads `<none>` there for
/// what has none.
fn checksum_apart(document: &DocumentMut, package: &Package, source: &str) -> Option<Checksum> {
    let (name, version) = (package.name(), package.version());
    let key = format!("checksum {name} {version} ({source})");
    Checksum::parse(document.get("metadata")?.get(&key)?.as_str()?)
}

fn text_of<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.get(key).and_then(|value| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::{read, sample};
    use crate::smoke::gather::package::Checksum;

    const OWN: &str = include_str!("../../../../Cargo.lock");

    #[test]
    fn the_crates_of_the_registry_are_read_and_the_others_counted() {
        let found = read(OWN, None).unwrap();
        // This workspace's own four packages.
        assert_eq!(found.of_elsewhere, 4);
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
        assert_eq!(read(text, None).unwrap().of_elsewhere, 1);
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
    fn what_is_no_lock_file_is_said() {
        for (text, words) in [
            ("[[", "it is not TOML"),
            ("version = 4", "it lists no [[package]]"),
            (
                "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ab\"\n\
                 source = \"sparse+https://index.crates.io/\"",
                "the checksum of a 1.0.0 is not a SHA-256",
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
