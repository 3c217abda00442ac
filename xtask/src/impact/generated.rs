use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::list::{LIST, List};

const CODEOWNERS: &str = ".github/CODEOWNERS";
const REVIEWING: &str = "docs/reviewing.md";

/// The lines before and after the table.
const BEGIN: &str = "<!-- The table is written by `cargo xtask impact --write`. -->\n";
const END: &str = "<!-- The end of the table. -->";

/// Writes the files that follow from the list.
pub(crate) fn write(list: &List, root: &Path) -> Result<()> {
    let page = fs::read_to_string(root.join(REVIEWING)).unwrap_or_default();
    let page = with_table(&page, &table(list)).with_context(|| {
        format!("{REVIEWING} has no place for the table: write the lines `{BEGIN}` and `{END}`")
    })?;
    for (file, text) in [(CODEOWNERS, codeowners(list)), (REVIEWING, page)] {
        fs::write(root.join(file), text).with_context(|| format!("cannot write {file}"))?;
        println!("wrote {file}");
    }
    Ok(())
}

/// In CODEOWNERS the last line that matches decides. So the owned default comes first, then the
/// ordinary files, which have no owner, then the areas.
fn codeowners(list: &List) -> String {
    let owner = &list.owner;
    let mut text = format!(
        "# Written from {LIST} by `cargo xtask impact --write`. docs/reviewing.md says how it is \
         used.\n\n# What no line below names\n* {owner}\n\n# What is ordinary, and has no owner\n"
    );
    for pattern in &list.ordinary {
        let _ = writeln!(text, "/{pattern}");
    }
    for area in &list.areas {
        let _ = write!(text, "\n# {}\n", area.name);
        for pattern in &area.paths {
            let _ = writeln!(text, "/{pattern} {owner}");
        }
    }
    text
}

fn table(list: &List) -> String {
    let mut text = String::from(
        "\n| files | what could break, and for whom | to be shown in the review |\n|---|---|---|\n",
    );
    for area in &list.areas {
        let paths: Vec<_> = area.paths.iter().map(|path| format!("`{path}`")).collect();
        let (name, breaks) = (&area.name, &area.breaks);
        let (paths, checks) = (paths.join("<br>"), area.checks.join("<br>"));
        let _ = writeln!(text, "| **{name}**<br>{paths} | {breaks} | {checks} |");
    }
    text + "\n"
}

fn with_table(page: &str, table: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{table}{END}{after}"))
}
