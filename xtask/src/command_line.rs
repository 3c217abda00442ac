use std::fmt;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// A program and its arguments, which can be shown and run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

impl CommandLine {
    /// A command line of words, the first of which is the program.
    pub(crate) fn new(program: impl Into<String>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
        }
    }

    /// Adds one argument.
    #[must_use]
    pub(crate) fn argument(mut self, word: impl Into<String>) -> Self {
        self.arguments.push(word.into());
        self
    }

    /// Shows the command line and runs it with the terminal's own input and output.
    pub(crate) fn run(&self) -> Result<()> {
        self.announce();
        let status = self
            .command()
            .status()
            .with_context(|| format!("cannot run `{self}`"))?;
        ensure!(status.success(), "`{self}` failed ({status})");
        Ok(())
    }

    /// Runs it unseen; what it prints to standard output if it succeeds, `None` in any other case.
    pub(crate) fn output(&self) -> Option<String> {
        let output = self.command().output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(text)
    }

    /// Says which command comes now, to standard error as cargo does.
    pub(crate) fn announce(&self) {
        eprintln!("  $ {self}");
    }

    /// The command, for whoever needs more of it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.program)?;
        for word in &self.arguments {
            if word.is_empty() || word.contains(|letter: char| " *()|^$\\\"'".contains(letter)) {
                write!(formatter, " '{word}'")?;
            } else {
                write!(formatter, " {word}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::CommandLine;

    #[test]
    fn a_command_line_is_shown_as_it_would_be_typed() {
        let line = CommandLine::new("cargo", &["test", "--test", "edge*"]).argument("a b");
        assert_eq!(line.to_string(), "cargo test --test 'edge*' 'a b'");
    }

    #[test]
    fn what_cannot_run_has_no_output() {
        assert_eq!(CommandLine::new("no-such-program", &[]).output(), None);
    }
}
