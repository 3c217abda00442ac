use std::sync::LazyLock;

/// A crate file of crates.io.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrateFile {
    /// The crate's name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The SHA-256 of the file, in lower-case hexadecimal digits.
    pub sha256: &'static str,
}

/// The 1,309 crate files that a large workspace locks, from `data/crates.tsv`.
///
/// # Panics
///
/// If the file has another form or another number of rows.
pub fn crates() -> &'static [CrateFile] {
    static CRATES: LazyLock<Vec<CrateFile>> = LazyLock::new(|| {
        let lines = include_str!("../data/crates.tsv").lines().skip(1);
        let crates: Vec<_> = lines.map(read).collect();
        assert_eq!(crates.len(), 1_309);
        crates
    });
    &CRATES
}

fn read(line: &'static str) -> CrateFile {
    let cells: Vec<_> = line.split('\t').collect();
    let [name, version, sha256] = cells[..] else {
        panic!("a name, a version and a checksum: {line}");
    };
    CrateFile {
        name,
        version,
        sha256,
    }
}
