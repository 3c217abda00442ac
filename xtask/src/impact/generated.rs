use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::list::{Area, LIST, List, Pattern};

const CODEOWNERS: &str = ".github/CODEOWNERS";
const REVIEWING: &str = "docs/reviewing.md";

/// What stands before and after the table.
const BEGIN: &str = "<!-- The table is written by `cargo xtask impact --write`. -->\n";
const END: &str = "<!-- The end of the table. -->";

/// The files that follow from the list, each with the text that it has to have.
pub(crate) fn files(list: &List, root: &Path) -> Result<[(&'static str, String); 2]> {
    let path = root.join(REVIEWING);
    let page =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let page = with_table(&page, &table(list)).with_context(|| {
        format!("{REVIEWING} has no place for the table: write the lines `{BEGIN}` and `{END}`")
    })?;
    Ok([(CODEOWNERS, codeowners(list)), (REVIEWING, page)])
}

/// Writes those of the files that are not up to date, and names them.
pub(crate) fn write(list: &List, root: &Path) -> Result<Vec<&'static str>> {
    let mut written = Vec::new();
    for (file, text) in files(list, root)? {
        let path = root.join(file);
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            written.push(file);
        }
    }
    Ok(written)
}

/// In CODEOWNERS the last line that matches decides. So what nobody listed comes first and has an
/// owner, then what is ordinary and has none, then the areas.
fn codeowners(list: &List) -> String {
    let owner = list.owner();
    let mut text = format!(
        "# Written from {LIST} by `cargo xtask impact --write`. docs/reviewing.md says how it is \
         used.\n\n# What no line below names\n* {owner}\n\n# What is ordinary, and has no owner\n"
    );
    for pattern in list.ordinary() {
        let _ = writeln!(text, "/{pattern}");
    }
    for area in list.areas() {
        let _ = write!(text, "\n# {}\n", area.name());
        for pattern in area.paths() {
            let _ = writeln!(text, "/{pattern} {owner}");
        }
    }
    text
}

fn table(list: &List) -> String {
    let mut text = String::from(
        "\n| files | what could break, and for whom | to be shown in the review |\n|---|---|---|\n",
    );
    for area in list.areas() {
        let paths: Vec<_> = area.paths().iter().map(code_span).collect();
        let checks: Vec<_> = area.checks().collect();
        let _ = writeln!(
            text,
            "| **{}**<br>{} | {} | {} |",
            Area::name(area),
            paths.join("<br>"),
            area.breaks(),
            checks.join("<br>")
        );
    }
    text.push('\n');
    text
}

fn code_span(pattern: &Pattern) -> String {
    format!("`{pattern}`")
}

fn with_table(page: &str, table: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, codeowners, table, with_table};
    use crate::impact::list::List;

    const TEXT: &str = r#"
        owner = "@a/b"
        ordinary = ["docs/**"]

        [[areas]]
        name = "The redirect path"
        paths = ["src/**", "Cargo.toml"]
        breaks = "Every download."
        checks = ["a test", "a plan"]
    "#;

    #[test]
    fn an_area_has_the_last_word_in_codeowners() {
        let text = codeowners(&List::parse(TEXT).unwrap());
        let lines: Vec<_> = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        let expected = ["* @a/b", "/docs/**", "/src/** @a/b", "/Cargo.toml @a/b"];
        assert_eq!(lines, expected);
    }

    #[test]
    fn an_area_is_a_row_of_the_table() {
        assert_eq!(
            table(&List::parse(TEXT).unwrap()),
            "\n| files | what could break, and for whom | to be shown in the review |\n\
             |---|---|---|\n\
             | **The redirect path**<br>`src/**`<br>`Cargo.toml` | Every download. | \
             a test<br>a plan |\n\n"
        );
    }

    #[test]
    fn the_table_is_replaced_and_nothing_else() {
        let page = format!("before\n{BEGIN}old\n{END}\nafter\n");
        let expected = format!("before\n{BEGIN}new\n{END}\nafter\n");
        assert_eq!(with_table(&page, "new\n"), Some(expected));
        assert_eq!(with_table("no table\n", "new\n"), None);
    }
}
