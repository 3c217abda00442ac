use anyhow::Result;

use crate::build;
use crate::command_line::CommandLine;
use crate::lane::{Findings, programs};
use crate::tool;
use crate::tools::{self, EDGE_TARGET};
use crate::workspace::Workspace;

/// `fastly compute build` and `fastly compute validate`, a test each, and the tests of releases, some of which
/// drive the real module.
///
/// They read the CLI's path from the environment variable `SIGNPOST_FASTLY`, the package's from
/// `SIGNPOST_PACKAGE`, and the module's from `SIGNPOST_MODULE`.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    tool::ensure(&[
        tools::target(EDGE_TARGET)?,
        tools::fastly_cli(workspace),
        tools::viceroy(),
        tools::node(),
        tools::jq(),
    ])?;
    let program = tools::fastly_program(workspace)?;
    let package = workspace.root().join("pkg/signpost.tar.gz");
    // Where the CLI keeps its settings and an error log: a test leaves the contributor's alone.
    let settings = workspace.target().join("fastly-settings");
    let fastly = CommandLine::program(&program).variable("XDG_CONFIG_HOME", settings);

    let mut findings = Findings::default();
    let build = "compute build --non-interactive --metadata-disable --dir";
    let build = fastly.clone().arguments(build);
    findings.run_as_test(&build.argument(workspace.root().to_string_lossy()));
    let validate = fastly.arguments("compute validate --package");
    findings.run_as_test(&validate.argument(package.to_string_lossy()));
    let module = build::module(workspace)?;
    for test in programs(workspace, &workspace.tests_that_need(&["fastly-cli"], "")?)? {
        findings.run_tests(
            &test
                .variable("SIGNPOST_FASTLY", &program)
                .variable("SIGNPOST_PACKAGE", &package)
                .variable("SIGNPOST_MODULE", &module),
        )?;
    }
    Ok(findings)
}
