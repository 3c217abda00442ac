use anyhow::Result;

use crate::command_line::CommandLine;
use crate::lane::{Findings, TESTS, programs};
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
    // Removes the coverage of earlier runs.
    CommandLine::new("cargo llvm-cov clean --workspace").run()?;
    // Measured and reported apart: together they would print the tests to standard error.
    let measure = "cargo llvm-cov test --no-report --package signpost --locked --test";
    findings.run_tests(&CommandLine::new(measure).argument(COVERING))?;
    // A failed test leaves lines uncovered that are not the trouble.
    if findings.problems.is_empty() {
        let report = "cargo llvm-cov report --fail-under-lines 100 --show-missing-lines \
                      --ignore-filename-regex";
        findings.run_tests(&CommandLine::new(report).argument(uncovered_files(workspace)))?;
    }
    let others = workspace.tests_that_need(&[], COVERING)?;
    for test in programs(workspace, &format!("--lib --bins {others}"))? {
        findings.run_tests(&test)?;
    }
    // Coverage leaves out the examples in the documentation, which are tests as well.
    findings.run_tests(&CommandLine::new(TESTS).argument("--doc"))?;
    let workflows = tools::zizmor_program(workspace)?
        .arguments("--offline --pedantic --strict-collection --no-progress")
        .argument(workspace.root().join(".github").to_string_lossy());
    findings.run_as_test(&workflows);
    Ok(findings)
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
