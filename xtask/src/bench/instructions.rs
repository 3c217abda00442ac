use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::figures::{Figure, Target};
use crate::command_line::CommandLine;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// How often a thing is done in the shorter of its two runs. It is done twice as often in the longer one.
const TIMES: u32 = 250;

/// A thing that `benches/instructions.rs` can do, and the thing before it that it is compared with.
type Counted = (&'static str, Option<&'static str>, Option<f64>);

/// With the most that the ratio may be.
const COUNTED: [Counted; 10] = [
    ("url-parse", None, None),
    ("decision", Some("url-parse"), Some(2.5)),
    ("decision-with-reply-and-log", Some("url-parse"), Some(4.5)),
    ("configuration", Some("url-parse"), Some(15.0)),
    ("configuration-of-56", Some("url-parse"), None),
    ("first-of-3", Some("url-parse"), None),
    ("last-of-56", Some("first-of-3"), Some(1.2)),
    ("none-of-56", Some("first-of-3"), None),
    ("decision-of-next", Some("decision"), None),
    ("decision-beside-next", Some("decision"), None),
];

/// Counts the instructions of each thing, in a native build.
pub(super) fn count(workspace: &Workspace) -> Result<Vec<Figure>> {
    tool::ensure(&[tools::valgrind()])?;
    let build = "cargo build --profile bench --locked -p signpost-benches --features toml";
    CommandLine::new(build).run()?;
    let program = workspace.target().join("release/instructions");
    let program = program.to_string_lossy();
    let mut counts = BTreeMap::new();
    let figures = COUNTED.into_iter().map(|(name, of, most)| {
        eprintln!("  counting {name}");
        let [once, twice] = [TIMES, 2 * TIMES].map(|times| run(&program, name, times));
        let value = (twice? - once?) / f64::from(TIMES);
        counts.insert(name, value);
        Ok(Figure {
            what: of.map_or(name.to_owned(), |of| format!("{name} in {of}")),
            value,
            unit: "instructions".to_owned(),
            ratio: of.map(|of| value / counts[of]),
            target: most.map(Target::AtMost),
        })
    });
    figures.collect()
}

/// The instructions of one run.
fn run(program: &str, name: &str, times: u32) -> Result<f64> {
    let valgrind = "valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-fd=1";
    let report = CommandLine::new(valgrind)
        .arguments(program)
        .argument(name)
        .argument(times.to_string())
        .output()?;
    collected(&report)
        .with_context(|| format!("valgrind does not say what it collected:\n{report}"))
}

fn collected(report: &str) -> Option<f64> {
    let (_, count) = report.split_once("Collected :")?;
    count.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::collected;

    #[test]
    fn the_count_stands_in_the_report_of_valgrind() {
        let report = "==7== Events    : Ir\n==7== Collected : 2371000\n==7==\n";
        assert_eq!(collected(report), Some(2_371_000.0));
        assert_eq!(collected("==7== Events    : Ir\n"), None);
    }
}
