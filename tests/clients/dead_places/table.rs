//! The table in `docs/failures.md` says what the rows say.

use crate::dead_places::row::{Group, Row};
use crate::dead_places::rows::groups;

const SECTION: &str = "## When something is dead\n";

#[test]
fn the_page_of_failures_says_what_the_rows_say() {
    let page = include_str!("../../../docs/failures.md");
    let (_, section) = page.split_once(SECTION).expect("the section");
    let lines = section.lines().take_while(|line| !line.starts_with("## "));
    // The title and the rule below it come first.
    let written: Vec<_> = lines.filter(|line| line.starts_with('|')).skip(2).collect();
    let tried: Vec<_> = groups().iter().map(line_of).collect();
    assert!(
        written == tried,
        "the table in docs/failures.md is to be:\n{}",
        tried.join("\n")
    );
}

#[track_caller]
fn line_of(group: &Group) -> String {
    let outcomes = |row: &Row| [row.with.outcome, row.without.outcome];
    let mut rows = group.rows.iter().map(outcomes);
    let [with, without] = rows.next().expect("a row");
    assert!(
        rows.all(|other| other == [with, without]),
        "{}: the rows of a group have one outcome",
        group.what
    );
    format!("| {} | {with} | {without} |", group.what)
}
