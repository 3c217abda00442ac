use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command_line::CommandLine;

/// A tool that has to be on the machine.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    /// Its name in messages, with the version wanted.
    pub(crate) name: String,
    /// How to see whether it is there.
    pub(crate) probe: Probe,
    /// The ways to install it, the best first.
    pub(crate) installs: Vec<Install>,
    /// What a person does about it if no program can.
    pub(crate) hint: &'static str,
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
    /// The program that has to be on `PATH` for it.
    pub(crate) needs: &'static str,
    /// What installs the tool.
    pub(crate) command: CommandLine,
    /// What happens meanwhile, if it takes minutes.
    pub(crate) note: Option<String>,
}

/// Installs every tool that is missing and says so.
///
/// # Errors
///
/// Names the first tool that no way could install, and what to do.
pub(crate) fn ensure(tools: &[Tool]) -> Result<()> {
    tools.iter().try_for_each(Tool::ensure)
}

/// Whether the command runs and prints the version wanted.
pub(crate) fn prints_version(command: &CommandLine, wanted: &str) -> bool {
    command
        .output()
        .is_ok_and(|output| version_in(&output) == Some(wanted))
}

impl Tool {
    /// Whether it is there, in the version wanted.
    fn is_there(&self) -> bool {
        match &self.probe {
            Probe::Runs(command) => command.output().is_ok(),
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
        for install in self.open_ways(|program| which::which(program).is_ok()) {
            eprintln!("Installing {}", self.name);
            if let Some(note) = &install.note {
                eprintln!("  {note}");
            }
            match install.command.run() {
                Ok(()) if self.is_there() => return Ok(()),
                Ok(()) => failures.push(format!(
                    "`{}` succeeded, but {} is not found: is its directory on PATH?",
                    install.command, self.name
                )),
                Err(error) => failures.push(format!("{error:#}")),
            }
        }
        if failures.is_empty() {
            failures.push(self.hint.to_owned());
        }
        bail!("{} is missing: {}", self.name, failures.join("; "))
    }

    /// The ways whose program is on the machine.
    fn open_ways(&self, is_on_path: impl Fn(&str) -> bool) -> impl Iterator<Item = &Install> {
        self.installs
            .iter()
            .filter(move |install| is_on_path(install.needs))
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
    use super::{Probe, Tool, version_in};
    use crate::tools;

    #[test]
    fn versions_are_found_where_each_tool_prints_them() {
        for (output, version) in [
            ("viceroy 0.22.0\n", Some("0.22.0")),
            ("cargo-llvm-cov 0.9.1", Some("0.9.1")),
            ("Fastly CLI version v16.1.0 (4d64ad67)\n", Some("16.1.0")),
            ("wasm-bindgen-test-runner 0.2.130", Some("0.2.130")),
            ("version 7 without a dot", None),
            ("", None),
        ] {
            assert_eq!(version_in(output), version, "{output}");
        }
    }

    #[test]
    fn a_crate_is_downloaded_where_that_is_possible_and_compiled_elsewhere() {
        let download = "cargo binstall --no-confirm --disable-strategies compile viceroy@0.22.0";
        let compile = "cargo install viceroy@0.22.0 --locked";
        for (programs, expected) in [
            (&["cargo", "cargo-binstall"][..], &[download, compile][..]),
            (&["cargo"], &[compile]),
            (&["npm"], &[]),
        ] {
            let viceroy = tools::viceroy();
            let ways = viceroy.open_ways(|program| programs.contains(&program));
            let ways: Vec<_> = ways.map(|way| way.command.to_string()).collect();
            assert_eq!(ways, expected, "{programs:?}");
        }
    }

    #[test]
    fn a_tool_that_cannot_be_installed_says_what_to_do() {
        let tool = Tool {
            name: "a tool".to_owned(),
            probe: Probe::Exists("/no/such/file".into()),
            installs: Vec::new(),
            hint: "get it from its maker",
        };
        let error = tool.ensure().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a tool is missing: get it from its maker"
        );
    }
}
