use std::fmt::Write as _;

use serde::Serialize;

use super::list::{Area, LIST, List};

/// How many files of one area are named; a comment has its limit.
const MOST_NAMED: usize = 25;

/// What a change touches, by how much it could break.
#[derive(Debug, Serialize)]
pub(crate) struct Impact<'l> {
    #[serde(rename = "high_impact")]
    pub(crate) is_high: bool,
    areas: Vec<Touched<'l>>,
    /// Files that the list does not name. They count as high impact until it does.
    unlisted: Vec<String>,
    ordinary: Vec<String>,
}

/// An area, and the files of it that a change touches.
#[derive(Debug, Serialize)]
struct Touched<'l> {
    #[serde(flatten)]
    area: &'l Area,
    files: Vec<String>,
}

impl<'l> Impact<'l> {
    /// Sorts the files of a change by the areas of the list.
    pub(crate) fn new(list: &'l List, files: impl IntoIterator<Item = String>) -> Self {
        let touched = |area| Touched {
            area,
            files: Vec::new(),
        };
        let mut areas: Vec<_> = list.areas.iter().map(touched).collect();
        let (mut unlisted, mut ordinary) = (Vec::new(), Vec::new());
        for file in files {
            let of_file = areas.iter_mut().find(|touched| touched.area.names(&file));
            let files = match of_file {
                Some(touched) => &mut touched.files,
                None if list.ordinary.iter().any(|pattern| pattern.matches(&file)) => &mut ordinary,
                None => &mut unlisted,
            };
            files.push(file);
        }
        areas.retain(|touched| !touched.files.is_empty());
        Self {
            is_high: !(areas.is_empty() && unlisted.is_empty()),
            areas,
            unlisted,
            ordinary,
        }
    }

    /// The report for a terminal.
    pub(crate) fn to_text(&self) -> String {
        let marks = [("### ", ""), ("**", ""), ("- [ ] ", "- ")];
        let plain = |text: String, (mark, plain)| text.replace(mark, plain);
        marks.into_iter().fold(self.to_markdown(), plain)
    }

    /// The report as a comment on a pull request.
    pub(crate) fn to_markdown(&self) -> String {
        let mut text = String::from("### ");
        text += if self.is_high {
            "High impact: this change needs a second pair of eyes\n"
        } else {
            "No file of high impact\n"
        };
        for Touched { area, files } in &self.areas {
            let _ = write!(
                text,
                "\n**{}**\n\n{}\nWhat could break: {}\n\nTo be shown in the review:\n\n",
                area.name,
                names(files),
                area.breaks
            );
            for check in &area.checks {
                let _ = writeln!(text, "- [ ] {check}");
            }
        }
        if !self.unlisted.is_empty() {
            let _ = write!(
                text,
                "\n**Not on the list**\n\n{}\nThey count as high impact until {LIST} says what they \
                 can break.\n",
                names(&self.unlisted)
            );
        }
        let _ = match self.ordinary.len() {
            0 => writeln!(text, "\nNo other file changed."),
            1 => writeln!(text, "\nOne ordinary file changed."),
            count => writeln!(text, "\n{count} ordinary files changed."),
        };
        text
    }
}

/// A list of file names in which neither control characters nor Markdown have an effect.
fn names(files: &[String]) -> String {
    let mut text = String::new();
    for file in files.iter().take(MOST_NAMED) {
        let file = file.replace('`', "'").replace(char::is_control, "\u{fffd}");
        let _ = writeln!(text, "- `{file}`");
    }
    if let Some(more @ 1..) = files.len().checked_sub(MOST_NAMED) {
        let _ = writeln!(text, "- and {more} more");
    }
    text
}
