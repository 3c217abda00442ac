//! Test rows written as a table.

/// The rows of a table: a line each, with cells separated by ` | `.
///
/// Blank lines and the spaces around cells are ignored.
///
/// # Panics
///
/// If a row has another number of cells.
#[track_caller]
pub fn rows<const CELLS: usize>(table: &str) -> Vec<[&str; CELLS]> {
    let lines = table.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let (cells, last) = match line.strip_suffix(" |") {
                Some(cells) => (cells, Some("")),
                None => (line, None),
            };
            let cells = cells.split(" | ").map(str::trim).chain(last);
            let cells: Vec<_> = cells.collect();
            let found = cells.len();
            <[&str; CELLS]>::try_from(cells)
                .unwrap_or_else(|_| panic!("{found} cells, not {CELLS}, in {line}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn a_row_is_a_line() {
        let table = "
            /a  | GET |     | 1 2
            /bc | PUT | x|y |
                | PUT | |   | 3
        ";
        let expected = [
            ["/a", "GET", "", "1 2"],
            ["/bc", "PUT", "x|y", ""],
            ["", "PUT", "|", "3"],
        ];
        assert_eq!(rows(table), expected);
    }

    #[test]
    #[should_panic(expected = "2 cells, not 3, in a | b")]
    fn a_cell_that_is_missing_is_an_error() {
        rows::<3>("a | b");
    }
}
