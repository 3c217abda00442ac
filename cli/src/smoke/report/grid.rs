//! Lines of cells, in columns.

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};

pub(crate) const GREEN: Style = AnsiColor::Green.on_default();

pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();

/// The most characters of a path.
const MAX_PATH: usize = 64;

/// A text in its colour.
pub(crate) type Cell = (String, Style);

/// A table: a heading, and the lines below it.
pub(crate) struct Grid(pub(crate) Vec<Vec<Cell>>);

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.0 {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, (text, _)) in widths.iter_mut().zip(row) {
                *width = text.chars().count().max(*width);
            }
        }
        for row in &self.0 {
            let mut line = String::new();
            for ((text, style), width) in row.iter().zip(&widths) {
                let space = width.saturating_sub(text.chars().count());
                let _ = write!(line, "{style}{text}{style:#}{:space$}  ", "");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

pub(crate) fn plain(text: impl Into<String>) -> Cell {
    (text.into(), Style::new())
}

/// A long path without its middle: its beginning and end tell most.
pub(crate) fn shortened(path: &str) -> String {
    let length = path.chars().count();
    if length <= MAX_PATH {
        return path.to_owned();
    }
    let half = MAX_PATH / 2;
    let first: String = path.chars().take(half).collect();
    let last: String = path.chars().skip(length - half + 1).collect();
    format!("{first}…{last}")
}
