use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command_line::CommandLine;

/// Something that has to be on the machine, how to see that it is, and how to bring it there.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    /// What it is called in messages, with the version wanted.
    pub(crate) name: String,
    /// How to see whether it is there.
    pub(crate) probe: Probe,
    /// The ways to install it, the best first.
    pub(crate) installs: Vec<Install>,
}

/// How to see whether a tool is there.
#[derive(Clone, Debug)]
pub(crate) enum Probe {
    /// This command succeeds.
    Runs(CommandLine),
    /// One of these commands prints this version.
    Version(Vec<CommandLine>, String),
    /// The file or directory exists.
    Exists(PathBuf),
}

/// One way to install a tool.
#[derive(Clone, Debug)]
pub(crate) struct Install {
    /// The program without which this way is not open.
    pub(crate) needs: &'static str,
    /// What to do when that program is missing; nothing where the next way does as well.
    pub(crate) advice: Option<&'static str>,
    /// What installs it, with its own progress shown.
    pub(crate) command: CommandLine,
    /// What the contributor should know while it runs.
    pub(crate) note: Option<&'static str>,
}

/// Brings every tool that is missing to the machine and says so; says nothing of the others.
///
/// # Errors
///
/// Names the first tool that is still missing after every way to install it, with what to do.
pub(crate) fn ensure(tools: &[Tool]) -> Result<()> {
    tools.iter().try_for_each(Tool::ensure)
}

/// Whether the command runs and the version it prints is the one wanted.
pub(crate) fn prints_version(command: &CommandLine, wanted: &str) -> bool {
    let output = command.output();
    output.as_deref().and_then(version_in) == Some(wanted)
}

impl Tool {
    /// Whether it is there, in the version wanted.
    pub(crate) fn is_there(&self) -> bool {
        match &self.probe {
            Probe::Runs(command) => command.output().is_some(),
            Probe::Version(commands, wanted) => commands
                .iter()
                .any(|command| prints_version(command, wanted)),
            Probe::Exists(path) => path.exists(),
        }
    }

    fn ensure(&self) -> Result<()> {
        if self.is_there() {
            return Ok(());
        }
        let mut failures = Vec::new();
        for install in &self.installs {
            if which::which(install.needs).is_err() {
                failures.extend(install.advice.map(str::to_owned));
                continue;
            }
            eprintln!("Installing {}", self.name);
            if let Some(note) = install.note {
                eprintln!("  {note}");
            }
            match install.command.run() {
                Ok(()) if self.is_there() => return Ok(()),
                Ok(()) => failures.push(format!(
                    "`{}` succeeded, but {} is not found: is its directory on PATH?",
                    install.command, self.name
                )),
                Err(error) => failures.push(error.to_string()),
            }
        }
        bail!("{} is missing: {}", self.name, failures.join("; "))
    }
}

/// The first word that is a version: it begins with a digit, after an optional `v`, and has a dot.
fn version_in(output: &str) -> Option<&str> {
    output
        .split_whitespace()
        .map(|word| word.strip_prefix('v').unwrap_or(word))
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::{Install, Probe, Tool, version_in};
    use crate::command_line::CommandLine;

    #[test]
    fn versions_are_found_where_each_tool_prints_them() {
        for (output, version) in [
            ("viceroy 0.22.0\n", Some("0.22.0")),
            ("cargo-llvm-cov 0.9.1", Some("0.9.1")),
            ("Fastly CLI version v16.1.0 (4d64ad67)\n", Some("16.1.0")),
            ("wasm-bindgen-test-runner 0.2.130", Some("0.2.130")),
            ("version 7 of nothing", None),
            ("", None),
        ] {
            assert_eq!(version_in(output), version, "{output}");
        }
    }

    #[test]
    fn a_tool_that_cannot_be_installed_says_what_to_do() {
        let tool = Tool {
            name: "a tool".to_owned(),
            probe: Probe::Exists("/no/such/file".into()),
            installs: vec![Install {
                needs: "no-such-program",
                advice: Some("get no-such-program first"),
                command: CommandLine::new("no-such-program", &[]),
                note: None,
            }],
        };
        let error = tool.ensure().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a tool is missing: get no-such-program first"
        );
    }
}
