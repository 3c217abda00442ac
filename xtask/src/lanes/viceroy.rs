use anyhow::Result;

use crate::build;
use crate::command_line::CommandLine;
use crate::lane::{Findings, programs, side_by_side};
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// Measures how long an alarm takes. It leaves the processor idle for most of the time.
const CHAIN: &str = "chain";

/// The tests that drive the real module over HTTP.
///
/// They read the module's path from the environment variable `SIGNPOST_MODULE`, and where Python finds
/// httplint from `SIGNPOST_HTTPLINT`.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    tool::ensure(&[tools::viceroy(), tools::httplint(workspace)])?;
    let tests = workspace.tests_that_need(&["viceroy"], "")?;
    // Compiling the module keeps only one core busy for most of the time.
    let (module, tests) = side_by_side(|| build::module(workspace), || programs(workspace, &tests));
    let module = module?;
    let prepare = |line: CommandLine| {
        line.variable("SIGNPOST_MODULE", &module)
            .variable("SIGNPOST_HTTPLINT", tools::httplint_folder(workspace))
    };
    let (chain, others): (Vec<_>, Vec<_>) = tests?.into_iter().partition(|it| it.name == CHAIN);
    let (chain, others) = side_by_side(
        || Findings::of(chain, prepare),
        || Findings::of(others, |line| prepare(line).giving_way()),
    );
    let mut findings = chain?;
    findings += others?;
    Ok(findings)
}
