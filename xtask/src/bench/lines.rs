use anyhow::{Context as _, Result};

use super::figures::{Figure, Target};
use crate::command_line::CommandLine;

/// The lines a second that `signpost plan` reads, if none of a million asks for the same file as another.
pub(super) fn measure() -> Result<Figure> {
    let bench = CommandLine::new("cargo bench --locked -p signpost-cli --bench plan");
    bench.announce();
    let report = bench.output()?;
    let rate = distinct(&report).with_context(|| {
        format!("the bench of `signpost plan` does not say its rate:\n{report}")
    })?;
    Ok(Figure {
        what: "plan: distinct lines".to_owned(),
        value: rate,
        unit: "a second".to_owned(),
        ratio: None,
        target: Some(Target::AtLeast(600_000.0)),
    })
}

fn distinct(report: &str) -> Option<f64> {
    let (_, distinct) = report.split_once("paths Unique\n")?;
    let (plain, _) = distinct.split_once(" lines a second")?;
    plain.split_whitespace().last()?.parse().ok()
}
