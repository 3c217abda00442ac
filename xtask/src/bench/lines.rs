use anyhow::{Context as _, Result};

use super::figures::{Figure, Target};
use crate::command_line::CommandLine;

/// The lines a second that `signpost plan` reads with all cores and `signpost watch` with one, if none of a million
/// asks for the same file as another.
pub(super) fn measure() -> Result<Vec<Figure>> {
    let bench = CommandLine::new("cargo bench --locked -p signpost-cli --bench plan");
    bench.announce();
    let report = bench.output()?;
    let figures = [("plan", 600_000.0), ("watch", 1_000_000.0)].map(|(command, least)| {
        let rate = distinct(&report, command)
            .with_context(|| format!("the bench does not say the rate of {command}:\n{report}"))?;
        Ok(Figure {
            what: format!("{command}: distinct lines"),
            value: rate,
            unit: "a second".to_owned(),
            ratio: None,
            target: Some(Target::AtLeast(least)),
        })
    });
    figures.into_iter().collect()
}

fn distinct(report: &str, command: &str) -> Option<f64> {
    let (_, distinct) = report.split_once("paths Unique\n")?;
    let mut lines = distinct.lines();
    let figures =
        lines.find_map(|line| line.trim_start().strip_prefix(command)?.strip_prefix("  "));
    let (plain, _) = figures?.split_once(" lines a second")?;
    plain.split_whitespace().last()?.parse().ok()
}
