use anyhow::{Result, ensure};

use crate::command_line::CommandLine;
use crate::lane::Findings;
use crate::tool::{self, Install, Probe, Tool};
use crate::tools::{self, EDGE_TARGET};
use crate::workspace::Workspace;

/// The feature that a test of `signpost release` through the Fastly CLI requires.
const FEATURE: &str = "fastly-cli";

/// `fastly compute build` and `fastly compute validate`, a test each, and the tests of the releases,
/// which read the CLI's path from the environment variable `SIGNPOST_FASTLY` and the package's from
/// `SIGNPOST_PACKAGE`.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    let tests = workspace.tests_with_feature("signpost-cli", FEATURE);
    ensure!(
        !tests.is_empty(),
        "no test in cli/Cargo.toml has `required-features = [\"{FEATURE}\"]`"
    );
    tool::ensure(&[
        tools::target(EDGE_TARGET)?,
        tools::fastly_cli(workspace),
        tools::node(),
        jq(),
    ])?;
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

    let arguments = "test --package signpost-cli --locked --no-fail-fast --features";
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    let mut releases = CommandLine::new("cargo", &arguments).argument(FEATURE);
    for test in tests {
        releases = releases.argument("--test").argument(test);
    }
    let environment = [
        ("SIGNPOST_FASTLY", program.as_ref()),
        ("SIGNPOST_PACKAGE", package.as_os_str()),
    ];
    findings.run_tests(&releases, &environment)?;
    Ok(findings)
}

/// jq, which the commands of the runbook read JSON with.
fn jq() -> Tool {
    Tool {
        name: "jq".to_owned(),
        probe: Probe::Runs(CommandLine::new("jq", &["--version"])),
        installs: vec![Install {
            needs: "jq",
            advice: Some("install jq (https://jqlang.org)"),
            command: CommandLine::new("jq", &["--version"]),
            note: None,
        }],
    }
}
