use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::command_line::CommandLine;
use crate::lane::{Findings, programs, tests};
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// The tests that cover every line of the library.
const COVERING: &str = "core";

/// Every test that runs on this machine itself, with every line of the library covered, and zizmor's findings in
/// the workflows.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    tool::ensure(&[
        tools::llvm_tools()?,
        tools::cargo_llvm_cov(),
        tools::zizmor(workspace),
    ])?;
    let mut findings = Findings::default();
    let others = workspace.tests_that_need(&[], COVERING)?;
    let others = programs(workspace, &format!("--lib --bins {others}"))?;
    // In a directory of its own, cargo-llvm-cov would compile once more what the library depends on. In this one, that
    // is there by now, and only the library and its tests are compiled. `codegen-units=15` keeps
    // them apart from those that are not measured: Cargo would take the one for the other.
    let target = workspace.target();
    let covered = |line: CommandLine| line.variable("CARGO_LLVM_COV_TARGET_DIR", target);
    covered(CommandLine::new("cargo llvm-cov clean --profraw-only")).run()?;
    remove_programs(&target.join("debug/deps"))?;
    // Measured and reported apart: together they would print the tests to standard error.
    let measure =
        "cargo llvm-cov test --no-report --config profile.dev.package.signpost.codegen-units=15";
    findings.run_tests(&covered(tests(measure, "--test").argument(COVERING)))?;
    // A failed test leaves lines uncovered that are not the trouble.
    if findings.problems.is_empty() {
        let report = "cargo llvm-cov report --fail-under-lines 100 --show-missing-lines \
                      --ignore-filename-regex";
        let report = CommandLine::new(report).argument(uncovered_files(workspace));
        findings.run_tests(&covered(report))?;
    }
    for test in others {
        findings.run_tests(&test)?;
    }
    // Coverage leaves out the examples in the documentation, which are tests as well.
    findings.run_tests(&tests("cargo test", "--doc"))?;
    let workflows = tools::zizmor_program(workspace)?
        .arguments("--offline --pedantic --strict-collection --no-progress")
        .argument(workspace.root().join(".github").to_string_lossy());
    findings.run_as_test(&workflows);
    Ok(findings)
}

/// Removes what [`COVERING`] was compiled to: the report would count an older one as well.
fn remove_programs(directory: &Path) -> Result<()> {
    let prefix = format!("{COVERING}-");
    for file in fs::read_dir(directory)? {
        let file = file?;
        if file.file_name().to_string_lossy().starts_with(&prefix) {
            fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

/// A regular expression for the files whose lines need no test in this lane: the tools, and what
/// runs only on the platform.
fn uncovered_files(workspace: &Workspace) -> String {
    let root = workspace.root().to_string_lossy();
    format!(
        "^{}/((cli|testbed|xtask|tests)/|src/(main\\.rs|edge/))",
        escaped(&root)
    )
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, letter| {
        if r"\.+*?()|[]{}^$".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_path_stands_for_itself_in_the_expression() {
        assert_eq!(escaped("/home/a.b+c/sign-post"), r"/home/a\.b\+c/sign-post");
    }
}
