use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// A program with its arguments and variables, which can be shown and run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommandLine {
    words: Vec<String>,
    variables: Vec<(&'static str, OsString)>,
    directory: Option<PathBuf>,
}

impl CommandLine {
    /// A command line without quotes: it is split at spaces.
    pub(crate) fn new(words: &str) -> Self {
        Self {
            words: words.split_whitespace().map(str::to_owned).collect(),
            variables: Vec::new(),
            directory: None,
        }
    }

    /// A program whose path may hold blanks, without arguments.
    pub(crate) fn program(path: impl Into<String>) -> Self {
        Self::new("").argument(path)
    }

    /// Adds one argument.
    #[must_use]
    pub(crate) fn argument(mut self, word: impl Into<String>) -> Self {
        self.words.push(word.into());
        self
    }

    /// Adds what stands between blanks.
    #[must_use]
    pub(crate) fn arguments(mut self, words: &str) -> Self {
        self.words
            .extend(words.split_whitespace().map(str::to_owned));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub(crate) fn variable(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name, value.as_ref().to_owned()));
        self
    }

    /// Runs it in a directory.
    #[must_use]
    pub(crate) fn in_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Shows the command line and runs it with the terminal's own output and without input.
    pub(crate) fn run(&self) -> Result<()> {
        self.announce();
        let status = self.command().status();
        let status = status.with_context(|| format!("cannot run `{self}`"))?;
        ensure!(status.success(), "`{self}` failed ({status})");
        Ok(())
    }

    /// Runs it unseen, and returns what it prints to standard output.
    ///
    /// # Errors
    ///
    /// When it cannot run, or fails; with what it prints to standard error.
    pub(crate) fn output(&self) -> Result<String> {
        let output = self.command().output();
        let output = output.with_context(|| format!("cannot run `{self}`"))?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "`{self}` failed: {}",
            error.trim_end()
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Shows the command line on standard error, as cargo does.
    pub(crate) fn announce(&self) {
        eprintln!("  $ {self}");
    }

    /// The command, for a caller that reads its output as it comes.
    pub(crate) fn command(&self) -> Command {
        let (program, arguments) = self
            .words
            .split_first()
            .map_or(("", &[][..]), |words| (words.0.as_str(), words.1));
        let mut command = Command::new(program);
        // `cargo run` sets these for this program alone. `ring` is compiled again for a cargo in which they differ.
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_cargo_run(name)) {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
    }
}

fn is_of_cargo_run(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

impl fmt::Display for CommandLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words.iter().map(String::as_str);
        formatter.write_str(&shlex::try_join(words).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{CommandLine, OsStr, is_of_cargo_run};

    #[test]
    fn a_command_line_is_shown_as_it_would_be_typed() {
        let line = CommandLine::new("cargo test --test  edge*").argument("a b");
        assert_eq!(line.to_string(), "cargo test --test 'edge*' 'a b'");
        let line = CommandLine::program("/a b/fastly").arguments("version");
        assert_eq!(line.to_string(), "'/a b/fastly' version");
    }

    #[test]
    fn only_what_cargo_says_of_this_program_is_not_passed_on() {
        let own = ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"].map(OsStr::new);
        assert!(own.into_iter().all(is_of_cargo_run));
        let others = ["CARGO_TARGET_DIR", "CARGO_INCREMENTAL", "PATH"].map(OsStr::new);
        assert!(!others.into_iter().any(is_of_cargo_run));
    }

    #[test]
    fn an_error_says_what_did_not_run_and_why() {
        for (line, expected) in [
            ("no-such-program", "cannot run `no-such-program`"),
            ("cargo no-such-command", "no such command"),
        ] {
            let error = CommandLine::new(line).output().unwrap_err();
            assert!(format!("{error:#}").contains(expected), "{line}: {error:#}");
        }
    }
}
