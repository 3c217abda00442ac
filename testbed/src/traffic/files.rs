use std::sync::LazyLock;

/// A file of the registry.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

/// The crates that a large workspace locks, without the few whose version has to be encoded in a
/// location.
pub(super) fn all() -> &'static [File] {
    static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
        include_str!("../../../tests/data/crates.tsv")
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut columns = line.split('\t');
                let name = columns.next()?;
                let version = columns.next()?;
                (!version.contains('+')).then_some(File { name, version })
            })
            .collect()
    });
    &FILES
}

/// How many there are; at least one.
pub(super) fn count() -> u16 {
    u16::try_from(all().len()).unwrap_or(u16::MAX).max(1)
}
