use std::fmt::{self, Write as _};

use serde::Serialize;

use super::list::{Area, LIST, List};

/// How many files of one area are named; a report is to be read, and a comment has its limit.
const MOST_NAMED: usize = 25;

/// What a change touches, by how much it could break.
#[derive(Debug, Serialize)]
pub(crate) struct Impact<'l> {
    #[serde(rename = "high_impact")]
    is_high: bool,
    areas: Vec<Touched<'l>>,
    /// Files that the list does not name. They count as high impact until it does.
    unlisted: Vec<String>,
    ordinary: Vec<String>,
}

/// An area, and those of its files that a change touches.
#[derive(Debug, Serialize)]
struct Touched<'l> {
    #[serde(flatten)]
    area: &'l Area,
    files: Vec<String>,
}

impl<'l> Impact<'l> {
    /// Sorts the files of a change by the areas of the list.
    pub(crate) fn of(list: &'l List, files: impl IntoIterator<Item = String>) -> Self {
        let mut areas: Vec<_> = list
            .areas()
            .iter()
            .map(|area| Touched {
                area,
                files: Vec::new(),
            })
            .collect();
        let (mut unlisted, mut ordinary) = (Vec::new(), Vec::new());
        for file in files {
            let mut of_file = areas.iter_mut().filter(|touched| touched.area.names(&file));
            if let Some(touched) = of_file.next() {
                touched.files.push(file);
            } else if list.is_ordinary(&file) {
                ordinary.push(file);
            } else {
                unlisted.push(file);
            }
        }
        areas.retain(|touched| !touched.files.is_empty());
        Self {
            is_high: !(areas.is_empty() && unlisted.is_empty()),
            areas,
            unlisted,
            ordinary,
        }
    }

    /// The report as a comment on a pull request.
    pub(crate) fn to_markdown(&self) -> String {
        let mut text = String::new();
        if self.is_high {
            text.push_str("### High impact: this change needs a second pair of eyes\n\n");
        } else {
            text.push_str("### No file of high impact\n\n");
        }
        for Touched { area, files } in &self.areas {
            let _ = write!(
                text,
                "**{}**: {}\n\nWhat could break: {}\n\nTo be shown in this review:\n\n",
                area.name(),
                code_spans(files),
                area.breaks()
            );
            for check in area.checks() {
                let _ = writeln!(text, "- [ ] {check}");
            }
            text.push('\n');
        }
        if !self.unlisted.is_empty() {
            let _ = write!(
                text,
                "**Not on the list**: {}\n\nThey count as high impact until `{LIST}` says what \
                 they can break.\n\n",
                code_spans(&self.unlisted)
            );
        }
        let _ = writeln!(text, "{}", self.others());
        text
    }

    fn others(&self) -> String {
        match self.ordinary.len() {
            0 => "No other file changed.".to_owned(),
            1 => "One ordinary file changed.".to_owned(),
            count => format!("{count} ordinary files changed."),
        }
    }
}

impl fmt::Display for Impact<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_high {
            formatter.write_str("High impact: this change needs a second pair of eyes.\n")?;
        } else {
            formatter.write_str("No file of high impact.\n")?;
        }
        for Touched { area, files } in &self.areas {
            writeln!(formatter, "\n{}", area.name())?;
            write_files(formatter, files)?;
            writeln!(formatter, "  What could break: {}", area.breaks())?;
            formatter.write_str("  To be shown in the review:\n")?;
            for check in area.checks() {
                writeln!(formatter, "    - {check}")?;
            }
        }
        if !self.unlisted.is_empty() {
            formatter.write_str("\nNot on the list\n")?;
            write_files(formatter, &self.unlisted)?;
            writeln!(
                formatter,
                "  They count as high impact until {LIST} says what they can break."
            )?;
        }
        writeln!(formatter, "\n{}", self.others())
    }
}

fn write_files(formatter: &mut fmt::Formatter<'_>, files: &[String]) -> fmt::Result {
    for file in files.iter().take(MOST_NAMED) {
        writeln!(formatter, "  {}", printable(file))?;
    }
    match files.len().saturating_sub(MOST_NAMED) {
        0 => Ok(()),
        more => writeln!(formatter, "  and {more} more"),
    }
}

fn code_spans(files: &[String]) -> String {
    let mut names: Vec<_> = files
        .iter()
        .take(MOST_NAMED)
        .map(|file| code_span(file))
        .collect();
    if let Some(more @ 1..) = files.len().checked_sub(MOST_NAMED) {
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

/// A name as Markdown shows it, whatever its author put into it: no mention, link or heading.
fn code_span(name: &str) -> String {
    format!("`{}`", printable(name).replace('`', "'"))
}

fn printable(name: &str) -> String {
    let shown = |letter: char| {
        if letter.is_control() {
            '\u{fffd}'
        } else {
            letter
        }
    };
    name.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::{Impact, MOST_NAMED};
    use crate::impact::list::List;

    const TEXT: &str = r#"
        owner = "@a/b"
        ordinary = ["docs/**"]

        [[areas]]
        name = "The redirect path"
        paths = ["src/**"]
        breaks = "Every download."
        checks = ["`cargo xtask test`", "`signpost smoke`"]

        [[areas]]
        name = "The rules"
        paths = ["docs/reviewing.md"]
        breaks = "The review."
        checks = ["a reason"]
    "#;

    fn check(files: &[&str], text: &str) {
        let list = List::parse(TEXT).unwrap();
        let impact = Impact::of(&list, files.iter().map(|&file| file.to_owned()));
        assert_eq!(impact.to_string(), text, "{files:?}");
    }

    #[test]
    fn a_report_names_files_what_could_break_and_what_to_show() {
        check(&[], "No file of high impact.\n\nNo other file changed.\n");
        check(
            &["docs/a.md"],
            "No file of high impact.\n\nOne ordinary file changed.\n",
        );
        check(
            &["docs/a.md", "docs/b.md", "src/a.rs", "src/edge/b.rs"],
            "High impact: this change needs a second pair of eyes.\n\n\
             The redirect path\n  src/a.rs\n  src/edge/b.rs\n  \
               What could break: Every download.\n  \
               To be shown in the review:\n    - `cargo xtask test`\n    - `signpost smoke`\n\n\
             2 ordinary files changed.\n",
        );
    }

    #[test]
    fn an_area_counts_more_than_what_is_ordinary() {
        check(
            &["docs/reviewing.md"],
            "High impact: this change needs a second pair of eyes.\n\n\
             The rules\n  docs/reviewing.md\n  What could break: The review.\n  \
               To be shown in the review:\n    - a reason\n\n\
             No other file changed.\n",
        );
    }

    #[test]
    fn a_file_that_nobody_listed_is_of_high_impact() {
        check(
            &["deploy\n/run"],
            "High impact: this change needs a second pair of eyes.\n\n\
             Not on the list\n  deploy\u{fffd}/run\n  \
               They count as high impact until .github/impact.toml says what they can break.\n\n\
             No other file changed.\n",
        );
    }

    #[test]
    fn a_comment_has_boxes_to_tick_and_names_that_do_nothing() {
        let list = List::parse(TEXT).unwrap();
        let files = ["src/@a/b` [c](d)\n# e", "x/`<img>`"].map(str::to_owned);
        assert_eq!(
            Impact::of(&list, files).to_markdown(),
            "### High impact: this change needs a second pair of eyes\n\n\
             **The redirect path**: `src/@a/b' [c](d)\u{fffd}# e`\n\n\
             What could break: Every download.\n\n\
             To be shown in this review:\n\n\
             - [ ] `cargo xtask test`\n- [ ] `signpost smoke`\n\n\
             **Not on the list**: `x/'<img>'`\n\n\
             They count as high impact until `.github/impact.toml` says what they can break.\n\n\
             No other file changed.\n"
        );
        assert_eq!(
            Impact::of(&list, None).to_markdown(),
            "### No file of high impact\n\nNo other file changed.\n"
        );
    }

    #[test]
    fn a_long_list_of_files_is_cut() {
        let list = List::parse(TEXT).unwrap();
        for (count, expected) in [(MOST_NAMED, None), (MOST_NAMED + 2, Some("and 2 more"))] {
            let files = (0..count).map(|number| format!("src/{number}.rs"));
            let impact = Impact::of(&list, files);
            for text in [impact.to_string(), impact.to_markdown()] {
                assert_eq!(text.matches(".rs").count(), MOST_NAMED, "{count}");
                let more = text.contains(" more").then_some("and 2 more");
                assert_eq!(more, expected, "{count}");
            }
        }
    }

    #[test]
    fn programs_read_the_same() {
        let list = List::parse(TEXT).unwrap();
        let files = ["docs/a.md", "src/a.rs", "x"].map(str::to_owned);
        let impact = serde_json::to_value(Impact::of(&list, files)).unwrap();
        let expected = serde_json::json!({
            "high_impact": true,
            "areas": [{
                "name": "The redirect path",
                "breaks": "Every download.",
                "checks": ["`cargo xtask test`", "`signpost smoke`"],
                "files": ["src/a.rs"],
            }],
            "unlisted": ["x"],
            "ordinary": ["docs/a.md"],
        });
        assert_eq!(impact, expected);
        let none = serde_json::to_value(Impact::of(&list, None)).unwrap();
        assert_eq!(none["high_impact"], false);
    }
}
