use std::env;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::panic::resume_unwind;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::{self, available_parallelism};

use anyhow::{Context as _, Result, ensure};
use cargo_metadata::Message;

use crate::command_line::CommandLine;
use crate::counts::Counts;
use crate::workspace::Workspace;

/// What a lane of tests found: how many tests ran, and what else went wrong.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) counts: Counts,
    pub(crate) problems: Vec<String>,
}

/// The packages and features of all tests. Each lane names the same, so that cargo compiles them once.
const ALL: &str = "--workspace --locked --features \
                   signpost-testbed/viceroy,signpost-cli/viceroy,signpost-cli/fastly-cli";

/// A command of cargo for the tests that these flags name, of the whole workspace.
pub(crate) fn tests(command: &str, flags: &str) -> CommandLine {
    CommandLine::new(command).arguments(ALL).arguments(flags)
}

/// Compiles the tests that these flags name, and returns the lines that run them as cargo would.
pub(crate) fn programs(workspace: &Workspace, flags: &str) -> Result<Vec<CommandLine>> {
    compile(workspace, &tests("cargo test", flags))
}

/// Compiles the tests of a `cargo test`, and returns the lines that run them.
pub(crate) fn compile(workspace: &Workspace, line: &CommandLine) -> Result<Vec<CommandLine>> {
    let unrun = "--no-run --message-format json-render-diagnostics";
    let line = line.clone().arguments(unrun);
    let threads = threads();
    let mut child = start(&line)?;
    let mut programs = Vec::new();
    if let Some(output) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            let Message::CompilerArtifact(artifact) = message? else {
                continue;
            };
            let Some(path) = artifact.executable.filter(|_| artifact.profile.test) else {
                continue;
            };
            let directory = artifact.manifest_path.parent().map(AsRef::<Path>::as_ref);
            let line = CommandLine::program(path);
            let line = line.variable("RUST_TEST_THREADS", &threads);
            programs.push(line.in_directory(directory.unwrap_or(workspace.root())));
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "`{line}` failed ({status})");
    // Cargo reports them in another order each time.
    programs.sort_by_key(CommandLine::to_string);
    Ok(programs)
}

/// How many tests of a program run at once, unless the contributor says: at least four, because many wait for other
/// programs.
fn threads() -> String {
    let at_least_four = || available_parallelism().map_or(4, |cores| cores.get().max(4));
    env::var("RUST_TEST_THREADS").unwrap_or_else(|_| at_least_four().to_string())
}

/// Does two things at once.
pub(crate) fn at_once<L: Send, R>(
    left: impl FnOnce() -> L + Send,
    right: impl FnOnce() -> R,
) -> (L, R) {
    thread::scope(|scope| {
        let left = scope.spawn(left);
        let right = right();
        (left.join().unwrap_or_else(|it| resume_unwind(it)), right)
    })
}

/// Shows a command and starts it, with its output to be read.
fn start(line: &CommandLine) -> Result<Child> {
    line.announce();
    let child = line.command().stdout(Stdio::piped()).spawn();
    child.with_context(|| format!("cannot run `{line}`"))
}

impl Findings {
    /// Runs a command that runs tests, shows what it prints as it comes, and counts its tests.
    ///
    /// # Errors
    ///
    /// When the command cannot be run. A command that fails is a problem found.
    pub(crate) fn run_tests(&mut self, line: &CommandLine) -> Result<()> {
        let mut child = start(line)?;
        if let Some(output) = child.stdout.take() {
            self.count(output, std::io::stdout())?;
        }
        let status = child.wait()?;
        if !status.success() {
            self.problems.push(format!("`{line}` failed ({status})"));
        }
        Ok(())
    }

    /// What these commands find, one after the other.
    pub(crate) fn of(lines: impl IntoIterator<Item = CommandLine>) -> Result<Self> {
        let mut findings = Self::default();
        for line in lines {
            findings.run_tests(&line)?;
        }
        Ok(findings)
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
