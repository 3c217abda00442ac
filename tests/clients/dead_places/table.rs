//! The table in `docs/failures.md` says what the rows say.

use signpost_testbed::assert_table;

use crate::dead_places::row::{Group, Row};
use crate::dead_places::rows::groups;

const TITLES: [&str; 3] = [
    "what is dead",
    "what the user of cargo sees, with Signpost",
    "without",
];

#[test]
fn the_page_of_failures_says_what_the_rows_say() {
    let rows: Vec<_> = groups().iter().map(cells).collect();
    assert_table(
        "docs/failures.md",
        "## When something is dead",
        TITLES,
        &rows,
    );
}

#[track_caller]
fn cells(group: &Group) -> [String; 3] {
    let outcomes = |row: &Row| [row.with.outcome, row.without.outcome];
    let mut rows = group.rows.iter().map(outcomes);
    let [with, without] = rows.next().expect("a row");
    assert!(
        rows.all(|other| other == [with, without]),
        "{}: the rows of a group have one outcome",
        group.what
    );
    [group.what.clone(), with.to_string(), without.to_string()]
}
