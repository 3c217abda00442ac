use anyhow::{Result, ensure};

use crate::build;
use crate::command_line::CommandLine;
use crate::lane::Findings;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// The feature that a test of the module under Viceroy requires.
const FEATURE: &str = "viceroy";

/// The packages that have such tests.
const PACKAGES: [&str; 2] = ["signpost", "signpost-cli"];

/// The tests that drive the real module over HTTP, found by the feature that they require.
///
/// They read the module's path from the environment variable `SIGNPOST_MODULE`.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    let tests = PACKAGES.map(|package| (package, workspace.tests_with_feature(package, FEATURE)));
    for (package, tests) in &tests {
        ensure!(
            !tests.is_empty(),
            "no test in the Cargo.toml of {package} has `required-features = [\"{FEATURE}\"]`"
        );
    }
    tool::ensure(&[tools::viceroy()])?;
    let module = build::module(workspace)?;

    let mut findings = Findings::default();
    for (package, tests) in tests {
        let arguments = "test --locked --no-fail-fast --package";
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        let mut line = CommandLine::new("cargo", &arguments).argument(package);
        line = line.argument("--features").argument(FEATURE);
        for test in tests {
            line = line.argument("--test").argument(test);
        }
        findings.run_tests(&line, &[("SIGNPOST_MODULE", module.as_os_str())])?;
    }
    Ok(findings)
}
