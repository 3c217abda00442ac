mod check;
mod compare;
mod figures;
mod instructions;
mod lines;
mod requests;
mod scene;
mod server;
mod wrk;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;
use figures::Figure;

/// Where the figures of the last run are, in the workspace.
const FIGURES: &str = "benches/figures.tsv";

/// Measure instructions and requests, and compare them with their targets
///
/// `instructions` counts those of a native build with Valgrind, which machines and other work do not change.
/// It takes a minute after the build.
///
/// `requests` compares what Viceroy takes to answer the requests of wrk. Machines are noisy, so all sides take
/// turns in one run, and the median of the rounds' ratios counts. Before it measures, it checks the answers and
/// the log lines.
///
/// `lines` measures how many log lines `signpost plan` and `signpost watch` read.
///
/// At the end is a table of all figures, with their targets and what `benches/figures.tsv` says of the last
/// run. It exits with 1 if a target is missed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask bench                 measure everything\n  \
    cargo xtask bench instructions    only count instructions\n  \
    cargo xtask bench --rounds 9 --seconds 10 --write")]
pub(crate) struct Arguments {
    /// What to measure, everything by default
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// How many turns each side of a comparison of requests has
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
    /// How long a turn takes
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    seconds: u8,
    /// Write the figures to benches/figures.tsv, for the next run
    #[arg(long)]
    write: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Instructions,
    Requests,
    Lines,
}

/// Measures, and shows the figures.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let file = workspace.root().join(FIGURES);
    // Without the file there is no last run.
    let last = fs::read_to_string(&file).unwrap_or_default();
    let is_asked = |part| arguments.parts.is_empty() || arguments.parts.contains(&part);
    let mut figures = Vec::new();
    if is_asked(Part::Instructions) {
        figures.extend(instructions::count(&workspace)?);
    }
    if is_asked(Part::Requests) {
        let (rounds, seconds) = (arguments.rounds, arguments.seconds);
        figures.extend(requests::compare(&workspace, rounds, seconds)?);
    }
    if is_asked(Part::Lines) {
        figures.extend(lines::measure()?);
    }
    print!("\n{}", figures::show(&figures, &last));
    if arguments.write {
        fs::write(&file, figures::replace(&last, &figures))
            .with_context(|| format!("cannot write {FIGURES}"))?;
    }
    let are_met = figures.iter().all(Figure::is_met);
    Ok(ExitCode::from(u8::from(!are_met)))
}
