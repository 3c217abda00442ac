//! The table of the probes.

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};

use strum::VariantArray as _;

use crate::smoke::judge::stage::Column;
use crate::smoke::judge::verdict::{Cell, Verdict};

/// A heading, and a line for each verdict.
pub(crate) struct Table<'r>(pub(crate) &'r [Verdict]);

pub(crate) const GREEN: Style = AnsiColor::Green.on_default();

pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();

/// The most characters of a path.
const MAX_PATH: usize = 64;

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = rows(self.0);
        let mut widths: Vec<usize> = Vec::new();
        for row in &rows {
            widths.resize(row.len(), 0);
            for (width, (text, _)) in widths.iter_mut().zip(row) {
                *width = text.chars().count().max(*width);
            }
        }
        for row in &rows {
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

fn rows(verdicts: &[Verdict]) -> Vec<Vec<(String, Style)>> {
    let plain = |text: &str| (text.to_owned(), Style::new());
    let names = Column::VARIANTS.iter().map(|column| column.name());
    let first = ["result", "probe", "route", "request"].into_iter();
    let heading = first.chain(names).chain(["time"]).map(plain).collect();
    let mut rows = vec![heading];
    for verdict in verdicts {
        let probe = &verdict.probe;
        let (word, style) = if verdict.passed() {
            ("ok", GREEN)
        } else {
            ("FAILED", RED)
        };
        let mut row = vec![
            (word.to_owned(), style),
            plain(probe.kind.name()),
            plain(if probe.route.is_empty() {
                "-"
            } else {
                &probe.route
            }),
            plain(&shortened(&probe.shown())),
        ];
        let cells = Column::VARIANTS.iter().map(|column| verdict.cell(*column));
        row.extend(cells.map(|cell| match cell {
            Cell::Passed => ("ok".to_owned(), GREEN),
            Cell::Failed => ("FAILED".to_owned(), RED),
            Cell::NotTried => plain("-"),
        }));
        row.push(plain(&format!("{} ms", verdict.time.as_millis())));
        rows.push(row);
    }
    rows
}

/// A long path without its middle: its beginning and end tell most.
fn shortened(path: &str) -> String {
    let length = path.chars().count();
    if length <= MAX_PATH {
        return path.to_owned();
    }
    let half = MAX_PATH / 2;
    let first: String = path.chars().take(half).collect();
    let last: String = path.chars().skip(length - half + 1).collect();
    format!("{first}…{last}")
}
