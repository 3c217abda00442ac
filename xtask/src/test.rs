use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::ValueEnum;

use crate::counts::Counts;
use crate::lane::{Findings, at_once};
use crate::lanes;
use crate::table::table;
use crate::workspace::Workspace;

/// Run the tests, lane by lane, and end with a table of them
///
/// Each lane installs what it needs. If a lane fails, the others run all the same. A lane without a
/// single test fails. The lane `wasm` runs beside `viceroy` if that comes next.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The lanes to run, in this order; all of them when none is named
    #[arg(value_enum)]
    lanes: Vec<Lane>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Lane {
    /// On this machine itself, with every line of the library covered; and zizmor on the workflows
    Native,
    /// The library in WebAssembly, under Node.js
    Wasm,
    /// The edge module under Viceroy, over HTTP
    Viceroy,
    /// The package built and validated by the Fastly CLI, and the releases through it
    FastlyCli,
}

/// Runs the lanes, and prints the report.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let lanes = match arguments.lanes.as_slice() {
        [] => Lane::value_variants(),
        lanes => lanes,
    };
    let run = |lane: Lane| timed(lane, || lane.run(&workspace));
    let mut results = Vec::new();
    let mut lanes = lanes.iter();
    while let Some(&lane) = lanes.next() {
        if matches!((lane, lanes.as_slice()), (Lane::Wasm, [Lane::Viceroy, ..])) {
            // The one computes while the other waits. Both would wait for cargo's lock, so `wasm` starts once the
            // tests of `viceroy` are compiled.
            lanes.next();
            let mut wasm = None;
            let viceroy = timed(Lane::Viceroy, || {
                let tests = lanes::viceroy::compile(&workspace)?;
                let (beside, findings) = at_once(|| run(lane), || Findings::of(tests));
                wasm = Some(beside);
                findings
            });
            results.extend([wasm.unwrap_or_else(|| run(lane)), viceroy]);
        } else {
            results.push(run(lane));
        }
    }

    print!("\n{}", report(&results));
    let failed = results.iter().any(|result| !result.passed());
    Ok(ExitCode::from(u8::from(failed)))
}

fn timed(lane: Lane, run: impl FnOnce() -> Result<Findings>) -> LaneResult {
    eprintln!("\nLane {}", lane.name());
    let start = Instant::now();
    let findings = run();
    LaneResult::new(lane, findings, start.elapsed())
}

struct LaneResult {
    lane: Lane,
    findings: Findings,
    time: Duration,
}

impl LaneResult {
    fn new(lane: Lane, findings: Result<Findings>, time: Duration) -> Self {
        let mut findings = findings.unwrap_or_else(|error| Findings {
            problems: vec![format!("{error:#}")],
            ..Findings::default()
        });
        if findings.counts.total() == 0 && findings.problems.is_empty() {
            findings.problems.push("no test ran".to_owned());
        }
        Self {
            lane,
            findings,
            time,
        }
    }

    fn passed(&self) -> bool {
        self.findings.problems.is_empty()
    }

    /// The tests, and one failure more if the lane failed for another reason, as when too few lines
    /// are covered: the sum of all lanes must not hide it.
    fn counts_with_the_lane(&self) -> Counts {
        let mut counts = self.findings.counts;
        if counts.failed == 0 && !self.passed() {
            counts.failed = 1;
        }
        counts
    }
}

impl Lane {
    fn run(self, workspace: &Workspace) -> Result<Findings> {
        match self {
            Self::Native => lanes::native::run(workspace),
            Self::Wasm => lanes::wasm::run(workspace),
            Self::Viceroy => Findings::of(lanes::viceroy::compile(workspace)?),
            Self::FastlyCli => lanes::fastly_cli::run(workspace),
        }
    }

    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// The problems of every lane, the table, and the sum as the last line.
fn report(results: &[LaneResult]) -> String {
    let mut problems = Vec::new();
    let mut sum = Counts::default();
    let mut rows = vec![["lane", "tests", "time", "result"].map(str::to_owned)];
    for result in results {
        for problem in &result.findings.problems {
            problems.push(format!("{}: {problem}\n", result.lane.name()));
        }
        sum += result.counts_with_the_lane();
        rows.push([
            result.lane.name(),
            result.findings.counts.total().to_string(),
            format!("{:.1} s", result.time.as_secs_f64()),
            if result.passed() { "passed" } else { "FAILED" }.to_owned(),
        ]);
    }
    if !problems.is_empty() {
        problems.push("\n".to_owned());
    }
    format!("{}{}\n{sum}\n", problems.concat(), table(&rows))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::anyhow;

    use super::{Lane, LaneResult, report};
    use crate::counts::Counts;
    use crate::lane::Findings;

    fn findings(passed: usize, problems: &[&str]) -> Findings {
        Findings {
            counts: Counts::new(passed, 0),
            problems: problems.iter().map(|&problem| problem.to_owned()).collect(),
        }
    }

    #[test]
    fn the_report_names_every_problem_and_ends_with_the_sum() {
        let time = Duration::from_millis(1250);
        let results = [
            LaneResult::new(Lane::Native, Ok(findings(12, &[])), time),
            LaneResult::new(Lane::Wasm, Ok(findings(0, &[])), time),
            LaneResult::new(Lane::FastlyCli, Err(anyhow!("npm is missing")), time),
        ];
        assert_eq!(
            report(&results),
            "wasm: no test ran\n\
             fastly-cli: npm is missing\n\
             \n\
             lane        tests  time   result\n\
             native      12     1.2 s  passed\n\
             wasm        0      1.2 s  FAILED\n\
             fastly-cli  0      1.2 s  FAILED\n\
             \n\
             12 passed, 2 failed\n"
        );
    }

    #[test]
    fn a_failure_beside_the_tests_counts_as_one() {
        let findings = findings(5, &["too little coverage"]);
        let result = LaneResult::new(Lane::Native, Ok(findings), Duration::ZERO);
        assert_eq!(result.counts_with_the_lane(), Counts::new(5, 1));
    }
}
