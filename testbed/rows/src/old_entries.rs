//! Entries that version 0.1 compiled, and how it answered with them.

/// The entries, each with its name, as the commit `efb73ef` compiled them.
pub const OLD_ENTRIES: [(&str, &str); 5] = [
    (
        "crates-io",
        include_str!("../data/entries-0.1/crates-io.json"),
    ),
    (
        "crates-io-staging",
        include_str!("../data/entries-0.1/crates-io-staging.json"),
    ),
    ("mirror", include_str!("../data/entries-0.1/mirror.json")),
    (
        "two-targets",
        include_str!("../data/entries-0.1/two-targets.json"),
    ),
    ("odd", include_str!("../data/entries-0.1/odd.json")),
];

/// A request, and the answer of that version. The entry's name, host, path, `Accept`, and either
/// `origin REASON` or a status with headers and body.
pub fn old_answers() -> impl Iterator<Item = [&'static str; 5]> {
    let lines = include_str!("../data/entries-0.1/answers.tsv")
        .lines()
        .skip(1);
    lines.map(|line| {
        let cells: Vec<_> = line.split('\t').collect();
        cells.try_into().expect(line)
    })
}
