use std::panic::resume_unwind;
use std::thread;

use anyhow::Result;

use crate::build;
use crate::lane::{Findings, programs};
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// The tests that drive the real module over HTTP.
///
/// They read the module's path from the environment variable `SIGNPOST_MODULE`, and where Python finds
/// httplint from `SIGNPOST_HTTPLINT`.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    tool::ensure(&[tools::viceroy(), tools::httplint(workspace)])?;
    let tests = workspace.tests_that_need(&["viceroy"], "")?;
    // Side by side: compiling the module keeps only one core busy for most of the time.
    let (tests, module) = thread::scope(|scope| {
        let module = scope.spawn(|| build::module(workspace));
        (programs(workspace, &tests), module.join())
    });
    let module = module.unwrap_or_else(|it| resume_unwind(it))?;
    let mut findings = Findings::default();
    for test in tests? {
        findings.run_tests(
            &test
                .line
                .variable("SIGNPOST_MODULE", &module)
                .variable("SIGNPOST_HTTPLINT", tools::httplint_folder(workspace)),
        )?;
    }
    Ok(findings)
}
