use anyhow::{Result, ensure};

use crate::build;
use crate::command_line::CommandLine;
use crate::lane::Findings;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// The feature that a test of the module under Viceroy requires.
const FEATURE: &str = "viceroy";

/// The tests that drive the real module over HTTP, found by the feature that they require.
///
/// They read the module's path from the environment variable `SIGNPOST_MODULE`.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    let tests = workspace.tests_with_feature("signpost", FEATURE);
    ensure!(
        !tests.is_empty(),
        "no test in Cargo.toml has `required-features = [\"{FEATURE}\"]`"
    );
    tool::ensure(&[tools::viceroy()])?;
    let module = build::module(workspace)?;

    let mut findings = Findings::default();
    let arguments = "test --package signpost --locked --no-fail-fast --features";
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    let mut line = CommandLine::new("cargo", &arguments).argument(FEATURE);
    for test in tests {
        line = line.argument("--test").argument(test);
    }
    findings.run_tests(&line, &[("SIGNPOST_MODULE", module.as_os_str())])?;
    Ok(findings)
}
