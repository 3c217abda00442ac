//! Real downloads: crates that a large workspace locks, as `name`, `version` and `sha256`.

/// Every name and version of `tests/data/crates.tsv`, 1,309 of them.
pub(crate) fn all() -> Vec<(&'static str, &'static str)> {
    let crates: Vec<_> = include_str!("../data/crates.tsv")
        .lines()
        .skip(1)
        .map(|line| {
            let mut columns = line.split('\t');
            let name = columns.next().expect("a name");
            (name, columns.next().expect("a version"))
        })
        .collect();
    assert_eq!(crates.len(), 1_309);
    crates
}
