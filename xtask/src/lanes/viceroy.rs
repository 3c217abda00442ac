use anyhow::Result;

use crate::build;
use crate::command_line::CommandLine;
use crate::lane::{at_once, programs};
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// Compiles the tests that drive the real module over HTTP, and the module.
///
/// They read the module's path from the environment variable `SIGNPOST_MODULE`, and where Python finds
/// httplint from `SIGNPOST_HTTPLINT`.
pub(crate) fn compile(workspace: &Workspace) -> Result<Vec<CommandLine>> {
    tool::ensure(&[tools::viceroy(), tools::httplint(workspace)])?;
    let tests = workspace.tests_that_need(&["viceroy"], "")?;
    // Compiling the module keeps only one core busy for most of the time.
    let (module, tests) = at_once(|| build::module(workspace), || programs(workspace, &tests));
    let module = module?;
    let lines = tests?.into_iter().map(|test| {
        test.variable("SIGNPOST_MODULE", &module)
            .variable("SIGNPOST_HTTPLINT", tools::httplint_folder(workspace))
    });
    Ok(lines.collect())
}
