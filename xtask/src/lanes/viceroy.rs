use anyhow::Result;

use crate::build;
use crate::lane::{Findings, tests_of};
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// The packages with tests that drive the real module.
const PACKAGES: [&str; 2] = ["signpost", "signpost-cli"];

/// The tests that drive the real module over HTTP.
///
/// They read the module's path from the environment variable `SIGNPOST_MODULE`, and where Python finds
/// httplint from `SIGNPOST_HTTPLINT`.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    let tests = PACKAGES.map(|package| tests_of(workspace, package, "viceroy"));
    let tests: Vec<_> = tests.into_iter().collect::<Result<_>>()?;
    tool::ensure(&[tools::viceroy(), tools::httplint(workspace)])?;
    let module = build::module(workspace)?;
    let httplint = tools::httplint_folder(workspace);
    let mut findings = Findings::default();
    for line in tests {
        findings.run_tests(
            &line
                .variable("SIGNPOST_MODULE", &module)
                .variable("SIGNPOST_HTTPLINT", &httplint),
        )?;
    }
    Ok(findings)
}
