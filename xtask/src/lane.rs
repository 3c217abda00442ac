use std::io::{BufRead as _, BufReader, Read, Write};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::command_line::CommandLine;
use crate::counts::Counts;
use crate::workspace::Workspace;

/// What a lane of tests found: how many tests ran, and what else went wrong.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) counts: Counts,
    pub(crate) problems: Vec<String>,
}

/// The command that runs the tests of `package` that need `feature`.
///
/// # Errors
///
/// When it has none.
pub(crate) fn tests_of(workspace: &Workspace, package: &str, feature: &str) -> Result<CommandLine> {
    let tests = workspace.tests_with_feature(package, feature);
    ensure!(
        !tests.is_empty(),
        "no test in the Cargo.toml of {package} has `required-features = [\"{feature}\"]`"
    );
    let line = CommandLine::new("cargo test --locked --no-fail-fast --package")
        .argument(package)
        .argument("--features")
        .argument(feature);
    let tests = tests.into_iter();
    Ok(tests.fold(line, |line, test| line.argument("--test").argument(test)))
}

impl Findings {
    /// Runs a command that runs tests, shows what it prints as it comes, and counts its tests.
    ///
    /// # Errors
    ///
    /// When the command cannot be run. A command that fails is a problem found.
    pub(crate) fn run_tests(&mut self, line: &CommandLine) -> Result<()> {
        line.announce();
        let mut child = line
            .command()
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run `{line}`"))?;
        if let Some(output) = child.stdout.take() {
            self.count(output, std::io::stdout())?;
        }
        let status = child.wait()?;
        if !status.success() {
            self.problems.push(format!("`{line}` failed ({status})"));
        }
        Ok(())
    }

    /// Runs a command that is a test by itself: it passes or it fails.
    pub(crate) fn run_as_test(&mut self, line: &CommandLine) {
        match line.run() {
            Ok(()) => self.counts.passed += 1,
            Err(error) => {
                self.counts.failed += 1;
                self.problems.push(format!("{error:#}"));
            }
        }
    }

    fn count(&mut self, output: impl Read, mut terminal: impl Write) -> Result<()> {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        // Bytes and not text: a test may print anything.
        while reader.read_until(b'\n', &mut line)? > 0 {
            terminal.write_all(&line)?;
            terminal.flush()?;
            if let Some(counts) = Counts::read(&String::from_utf8_lossy(&line)) {
                self.counts += counts;
            }
            line.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Findings;
    use crate::command_line::CommandLine;
    use crate::counts::Counts;

    #[test]
    fn the_results_of_several_test_programs_are_added() {
        let mut findings = Findings::default();
        let output = "running 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored\n\
                      test result: FAILED. 2 passed; 3 failed; 0 ignored";
        let mut shown = Vec::new();
        findings.count(output.as_bytes(), &mut shown).unwrap();
        assert_eq!(shown, output.as_bytes());
        assert_eq!(findings.counts, Counts::new(3, 3));
    }

    #[test]
    fn a_command_that_fails_is_a_failed_test_and_a_problem() {
        let mut findings = Findings::default();
        findings.run_as_test(&CommandLine::new("cargo --version"));
        findings.run_as_test(&CommandLine::new("no-such-program"));
        assert_eq!(findings.counts, Counts::new(1, 1));
        assert_eq!(findings.problems.len(), 1);
    }
}
