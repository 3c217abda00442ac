//! The documents, and the tables in them that tests hold to their rows.

use std::fs;
use std::path::Path;

/// What stands below a heading of a page, up to the next heading.
///
/// The page is named by its path in the repository, and the heading as it is written, with its `#`.
///
/// # Panics
///
/// If the page cannot be read, or has no such heading.
#[track_caller]
pub fn section(page: &str, heading: &str) -> String {
    let repository = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let text = fs::read_to_string(repository.join(page));
    let text = text.unwrap_or_else(|error| panic!("cannot read {page}: {error}"));
    below(&text, heading).unwrap_or_else(|| panic!("{page} has no heading `{heading}`"))
}

/// Checks that the only table below a heading of a page has these titles and rows.
///
/// # Panics
///
/// If it has others; then the message is the table to write there. Also when [`section`] does.
#[track_caller]
pub fn assert_table<const CELLS: usize>(
    page: &str,
    heading: &str,
    titles: [&str; CELLS],
    rows: &[[String; CELLS]],
) {
    let section = section(page, heading);
    let written: Vec<_> = section
        .lines()
        .filter(|line| line.starts_with('|'))
        .collect();
    let expected = table(titles, rows);
    assert!(
        written == expected,
        "the table below `{heading}` in {page} is to be:\n{}",
        expected.join("\n")
    );
}

/// The items, as a sentence lists them: `a, b or c`.
pub fn one_of(items: &[impl AsRef<str>]) -> String {
    let items: Vec<_> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        items => items.concat(),
    }
}

fn below(text: &str, heading: &str) -> Option<String> {
    let mut lines = text.lines();
    lines.find(|line| *line == heading)?;
    let lines: Vec<_> = lines.take_while(|line| !line.starts_with('#')).collect();
    Some(lines.join("\n"))
}

fn table<const CELLS: usize>(titles: [&str; CELLS], rows: &[[String; CELLS]]) -> Vec<String> {
    let titles = format!("| {} |", titles.join(" | "));
    let rule = format!("|{}", "---|".repeat(CELLS));
    let rows = rows.iter().map(|row| format!("| {} |", row.join(" | ")));
    [titles, rule].into_iter().chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::{below, one_of, table};

    #[test]
    fn a_section_ends_at_the_next_heading() {
        let page = "# A\na\n## B\nb\n\n| b |\n### C\nc\n";
        for (heading, text) in [
            ("# A", Some("a")),
            ("## B", Some("b\n\n| b |")),
            ("### C", Some("c")),
            ("## C", None),
        ] {
            assert_eq!(below(page, heading).as_deref(), text, "{heading}");
        }
    }

    #[test]
    fn items_are_listed() {
        let items = ["a", "b", "c"];
        let lists = ["", "a", "a or b", "a, b or c"];
        for (number, list) in lists.into_iter().enumerate() {
            assert_eq!(one_of(&items[..number]), list);
        }
    }

    #[test]
    fn a_table_is_titles_a_rule_and_rows() {
        let rows = [["1", ""].map(str::to_owned)];
        assert_eq!(
            table(["a", "b"], &rows),
            ["| a | b |", "|---|---|", "| 1 |  |"]
        );
    }
}
