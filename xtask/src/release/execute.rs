use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Error, Result, ensure};
use serde_json::Value;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::line::{Input, Line, Output, Version, Word};
use super::plan::{OnFailure, Plan, Step};

/// How a plan ended that was run.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Every step was done.
    Done,
    /// This went wrong, and nothing else.
    Failed(Error),
    /// This went wrong, and the way back was gone to its end.
    WentBack(Error),
    /// This went wrong, some of it in the steps that were to help.
    Stranded(Vec<Error>),
}

/// Runs the plan.
///
/// An interrupt ends the release and not the way back: it counts as the failure of its step.
pub(crate) fn execute(plan: &Plan) -> Result<Ended> {
    let mut run = Run {
        previous: None,
        new: None,
        interrupted: watch_for_interrupts()?,
    };
    for step in &plan.looks {
        eprintln!("\n{}", step.aim);
        if let Err(error) = run.line(&step.line) {
            return Ok(Ended::Failed(error.context("nothing was changed")));
        }
    }
    Ok(match &plan.on_failure {
        OnFailure::Stop => match run.until_failure(&plan.steps) {
            Ok(()) => Ended::Done,
            Err(error) => Ended::Failed(error),
        },
        OnFailure::GoOn => match run.all(&plan.steps) {
            failures if failures.is_empty() => Ended::Done,
            failures => Ended::Stranded(failures),
        },
        OnFailure::GoBack(way_back) => match run.until_failure(&plan.steps) {
            Ok(()) => Ended::Done,
            Err(error) => {
                eprintln!("\nerror: {error:#}\nThe way back begins.");
                match run.all(way_back) {
                    failures if failures.is_empty() => Ended::WentBack(error),
                    failures => Ended::Stranded(std::iter::once(error).chain(failures).collect()),
                }
            }
        },
    })
}

/// A run, and what it has learnt.
struct Run {
    previous: Option<u64>,
    new: Option<u64>,
    interrupted: Arc<AtomicBool>,
}

impl Run {
    /// Each step after the other, as long as none fails.
    fn until_failure(&mut self, steps: &[Step]) -> Result<()> {
        for (index, step) in steps.iter().enumerate() {
            eprintln!("\n{}/{} {}", index + 1, steps.len(), step.aim);
            self.line(&step.line)
                .and_then(|()| self.check_interrupt())
                .with_context(|| format!("step {} of {} failed", index + 1, steps.len()))?;
        }
        Ok(())
    }

    /// Each step after the other, and the errors of those that failed.
    fn all(&mut self, steps: &[Step]) -> Vec<Error> {
        let mut failures = Vec::new();
        for step in steps {
            eprintln!("\n{}", step.aim);
            if let Err(error) = self.line(&step.line) {
                eprintln!("error: {error:#}");
                failures.push(error);
            }
        }
        failures
    }

    fn check_interrupt(&self) -> Result<()> {
        ensure!(
            !self.interrupted.load(Ordering::Relaxed),
            "it was interrupted"
        );
        Ok(())
    }

    fn line(&mut self, line: &Line) -> Result<()> {
        if let Some((list, version)) = line.guard() {
            let wanted = self.number(version)?;
            // What cannot be looked at is done: an activation too many does no harm.
            if self.print(list).and_then(|text| active_in(&text)).ok() == Some(wanted) {
                eprintln!("  version {wanted} is active");
                return Ok(());
            }
        }
        match line.output() {
            Output::Shown => self.show(line)?,
            Output::PreviousVersion => self.previous = Some(active_in(&self.print(line)?)?),
            Output::NewVersion => self.new = Some(number_in(&self.print(line)?)?),
            Output::Entry(file) => {
                let value = entry_in(&self.print(line)?)?;
                fs::write(file, value)
                    .with_context(|| format!("cannot write {}", file.display()))?;
            }
        }
        Ok(())
    }

    /// Runs the command with the terminal's own output.
    fn show(&self, line: &Line) -> Result<()> {
        let call = self.call(line)?;
        let status = call.start(Stdio::inherit())?.wait()?;
        ensure!(status.success(), "`{call}` failed ({status})");
        Ok(())
    }

    /// Runs the command and gives what it prints to standard output.
    fn print(&self, line: &Line) -> Result<String> {
        let call = self.call(line)?;
        let output = call.start(Stdio::piped())?.wait_with_output()?;
        let status = output.status;
        ensure!(status.success(), "`{call}` failed ({status})");
        String::from_utf8(output.stdout).with_context(|| format!("`{call}` printed no text"))
    }

    /// The command of the line, with what was learnt in place of the names.
    fn call<'a>(&self, line: &'a Line) -> Result<Call<'a>> {
        let mut words = Vec::new();
        for word in line.words() {
            words.push(match word {
                Word::Text(text) => text.clone(),
                Word::Version(version) => format!("--version={}", self.number(*version)?),
            });
        }
        let input = line.input();
        Ok(Call { words, input })
    }

    fn number(&self, version: Version) -> Result<u64> {
        match version {
            Version::Number(number) => Some(number),
            Version::Previous => self.previous,
            Version::New => self.new,
        }
        .with_context(|| format!("the version {version} is not known yet"))
    }
}

fn watch_for_interrupts() -> Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))
            .context("cannot watch for interrupts")?;
    }
    Ok(interrupted)
}

/// A command whose every word is known.
struct Call<'a> {
    words: Vec<String>,
    input: &'a Input,
}

impl Call<'_> {
    fn start(&self, output: Stdio) -> Result<Child> {
        eprintln!("  $ {self}");
        let (program, arguments) = self
            .words
            .split_first()
            .context("a command has no program")?;
        let mut command = Command::new(program);
        command.args(arguments).stdout(output).stdin(self.stdin()?);
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot run `{self}`"))?;
        if let (Input::Compiled { compiled, .. }, Some(mut stdin)) =
            (self.input, child.stdin.take())
        {
            // A program that ends without reading says why by its status.
            let _ = stdin.write_all(compiled.as_bytes());
        }
        Ok(child)
    }

    fn stdin(&self) -> Result<Stdio> {
        Ok(match self.input {
            Input::Nothing => Stdio::null(),
            Input::Compiled { .. } => Stdio::piped(),
            Input::File(file) => File::open(file)
                .with_context(|| format!("cannot read {}", file.display()))?
                .into(),
        })
    }
}

impl fmt::Display for Call<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = Line::new(&self.words).reading(self.input.clone());
        line.fmt(formatter)
    }
}

fn active_in(versions: &str) -> Result<u64> {
    let versions: Value = serde_json::from_str(versions).context("the list of versions")?;
    let mut versions = versions.as_array().into_iter().flatten();
    versions
        .find(|version| version["Active"] == true)
        .and_then(|version| version["Number"].as_u64())
        .context(
            "no version of the service is active, so there is none to go back to: activate a \
             first one with `fastly compute publish` or Terraform",
        )
}

fn number_in(version: &str) -> Result<u64> {
    let version: Value = serde_json::from_str(version).context("the new version")?;
    version["Number"]
        .as_u64()
        .context("the new version has no number")
}

fn entry_in(entry: &str) -> Result<String> {
    let entry: Value = serde_json::from_str(entry).context("the entry `config`")?;
    entry["item_value"]
        .as_str()
        .map(str::to_owned)
        .context("the entry `config` has no value")
}

#[cfg(test)]
mod tests {
    use super::{active_in, entry_in, number_in};

    #[test]
    fn what_the_cli_prints_is_read() {
        let versions = r#"[{"Active":false,"Number":1},{"Active":true,"Number":2}]"#;
        assert_eq!(active_in(versions).unwrap(), 2);
        assert_eq!(number_in(r#"{"Number":3}"#).unwrap(), 3);
        assert_eq!(entry_in(r#"{"item_value":"{}\n"}"#).unwrap(), "{}\n");
    }

    #[test]
    fn a_service_that_never_served_has_no_version_to_go_back_to() {
        for versions in ["[]", r#"[{"Active":false,"Number":1}]"#, "null"] {
            let error = active_in(versions).unwrap_err().to_string();
            assert!(
                error.contains("no version of the service is active"),
                "{error}"
            );
        }
        assert!(active_in("SUCCESS").is_err());
        assert!(number_in("{}").is_err());
        assert!(entry_in("{}").is_err());
    }
}
