//! The table of the probes.

use std::fmt;

use strum::VariantArray as _;

use crate::smoke::judge::stage::Column;
use crate::smoke::judge::verdict::{self, Verdict};
use crate::smoke::report::grid::{Cell, GREEN, Grid, RED, plain, shortened};

/// A heading, and a line for each verdict.
pub(crate) struct Table<'r>(pub(crate) &'r [Verdict]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Grid(rows(self.0)).fmt(f)
    }
}

fn rows(verdicts: &[Verdict]) -> Vec<Vec<Cell>> {
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
            plain(shortened(&probe.shown())),
        ];
        let cells = Column::VARIANTS.iter().map(|column| verdict.cell(*column));
        row.extend(cells.map(|cell| match cell {
            verdict::Cell::Passed => ("ok".to_owned(), GREEN),
            verdict::Cell::Failed => ("FAILED".to_owned(), RED),
            verdict::Cell::NotTried => plain("-"),
        }));
        row.push(plain(format!("{} ms", verdict.time.as_millis())));
        rows.push(row);
    }
    rows
}
