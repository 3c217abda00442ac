use anyhow::Result;

use crate::command_line::CommandLine;
use crate::lane::Findings;
use crate::tool;
use crate::tools::{self, EDGE_TARGET};
use crate::workspace::Workspace;

/// `fastly compute build` and `fastly compute validate`, a test each.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    tool::ensure(&[tools::target(EDGE_TARGET)?, tools::fastly_cli(workspace)])?;
    let program = tools::fastly_program(workspace)?;
    let root = workspace.root().to_string_lossy();
    // The CLI keeps its settings and an error log there: a test leaves the contributor's alone.
    let settings = workspace.tools().join("fastly-settings");
    let environment = [("XDG_CONFIG_HOME", settings.as_os_str())];

    let mut findings = Findings::default();
    let arguments = "compute build --non-interactive --metadata-disable --dir";
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    let build = CommandLine::new(&program, &arguments).argument(root);
    findings.run_as_test(&build, &environment);

    let package = workspace.root().join("pkg/signpost.tar.gz");
    let validate = CommandLine::new(&program, &["compute", "validate", "--package"])
        .argument(package.to_string_lossy());
    findings.run_as_test(&validate, &environment);
    Ok(findings)
}
