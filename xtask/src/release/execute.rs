use std::fmt;
use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context as _, Error, Result, anyhow, ensure};
use serde_json::Value;

use super::interrupts::Interrupts;
use super::line::{Input, Line, Output, Version, Word};
use super::plan::{Action, OnFailure, Plan, Step};
use super::program::{Program, Unheeded};

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
/// An interrupt ends the release and not the way back: it counts as the failure of its step. So does
/// a panic. That nobody reads what is said ends neither.
pub(crate) fn execute(plan: &Plan) -> Result<Ended> {
    let mut run = Run {
        previous: None,
        previous_config: None,
        new: None,
        interrupts: Interrupts::watch()?,
        heeds_interrupts: true,
    };
    for step in &plan.looks {
        say(&format!("\n{}", step.aim));
        if let Err(error) = run.step(step) {
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
                say(&format!("\nerror: {error:#}\nThe way back begins."));
                match run.all(way_back) {
                    failures if failures.is_empty() => Ended::WentBack(error),
                    failures => Ended::Stranded(std::iter::once(error).chain(failures).collect()),
                }
            }
        },
    })
}

/// Says it to whoever still reads.
pub(crate) fn say(text: &str) {
    let _ = writeln!(Unheeded(io::stderr()), "{text}");
}

/// A run, and what it has learnt.
struct Run {
    previous: Option<u64>,
    previous_config: Option<String>,
    new: Option<u64>,
    interrupts: Interrupts,
    heeds_interrupts: bool,
}

impl Run {
    /// Each step after the other, as long as none fails.
    fn until_failure(&mut self, steps: &[Step]) -> Result<()> {
        for (index, step) in steps.iter().enumerate() {
            say(&format!("\n{}/{} {}", index + 1, steps.len(), step.aim));
            self.step(step)
                .with_context(|| format!("step {} of {} failed", index + 1, steps.len()))?;
        }
        Ok(())
    }

    /// Each step after the other, interrupted or not, and the errors of those that failed.
    fn all(&mut self, steps: &[Step]) -> Vec<Error> {
        self.heeds_interrupts = false;
        let mut failures = Vec::new();
        for step in steps {
            say(&format!("\n{}", step.aim));
            if let Err(error) = self.step(step) {
                say(&format!("error: {error:#}"));
                failures.push(error);
            }
        }
        failures
    }

    fn step(&mut self, step: &Step) -> Result<()> {
        guarded(|| self.action(&step.action))?;
        ensure!(
            !(self.heeds_interrupts && self.interrupts.came()),
            "it was interrupted"
        );
        Ok(())
    }

    fn action(&mut self, action: &Action) -> Result<()> {
        match action {
            Action::Run(line) => self.line(line)?,
            Action::Keep(keeping) => {
                let version = self.number(Version::Previous)?;
                let config = self.previous_config()?;
                let file = keeping.keep(version, config)?;
                say(&format!("  in {}", file.display()));
            }
            Action::Hold(duration) => {
                say(&format!("  for {}", humantime::format_duration(*duration)));
                self.interrupts.come_within(*duration);
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &Line) -> Result<()> {
        if let Some((list, version)) = line.guard() {
            let wanted = self.number(version)?;
            // What cannot be looked at is done: an activation too many does no harm.
            if self.print(list).and_then(|text| active_in(&text)).ok() == Some(wanted) {
                say(&format!("  version {wanted} is active"));
                return Ok(());
            }
        }
        match line.output() {
            Output::Shown => drop(self.call(line)?.run(self, false)?),
            Output::PreviousVersion => self.previous = Some(active_in(&self.print(line)?)?),
            Output::PreviousConfig => self.previous_config = Some(config_in(&self.print(line)?)?),
            Output::NewVersion => self.new = Some(number_in(&self.print(line)?)?),
        }
        Ok(())
    }

    /// Runs the command and gives what it prints to standard output.
    fn print(&self, line: &Line) -> Result<String> {
        let call = self.call(line)?;
        let printed = call.run(self, true)?;
        String::from_utf8(printed).with_context(|| format!("`{call}` printed no text"))
    }

    /// The command of the line, with what was learnt in place of the names.
    fn call<'a>(&'a self, line: &'a Line) -> Result<Call<'a>> {
        let mut words = Vec::new();
        for word in line.words() {
            words.push(match word {
                Word::Text(text) => text.clone(),
                Word::Version(version) => format!("--version={}", self.number(*version)?),
            });
        }
        let input = match line.input() {
            Input::Nothing => None,
            Input::Compiled { compiled, .. } => Some(compiled.as_str()),
            Input::Previous => Some(self.previous_config()?),
            Input::Kept { config, .. } => Some(config.as_str()),
        };
        Ok(Call { line, words, input })
    }

    fn number(&self, version: Version) -> Result<u64> {
        match version {
            Version::Number(number) => Some(number),
            Version::Previous => self.previous,
            Version::New => self.new,
        }
        .with_context(|| format!("the version {version} is not known yet"))
    }

    fn previous_config(&self) -> Result<&str> {
        let config = self.previous_config.as_deref();
        config.context("the configuration of before is not known yet")
    }
}

/// What panics fails, so that the way back is gone all the same.
fn guarded<T>(action: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(action))
        .unwrap_or_else(|_| Err(anyhow!("the release panicked, which is a fault of its own")))
}

/// A command whose every word is known.
struct Call<'a> {
    line: &'a Line,
    words: Vec<String>,
    input: Option<&'a str>,
}

impl Call<'_> {
    fn run(&self, run: &Run, keeps: bool) -> Result<Vec<u8>> {
        say(&format!("  $ {self}"));
        let program = Program {
            words: &self.words,
            input: self.input,
            has_token: self.line.has_token(),
        };
        let interrupts = run.heeds_interrupts.then_some(&run.interrupts);
        let ended = program.run(keeps, interrupts)?;
        ensure!(ended.status.success(), "`{self}` failed ({})", ended.status);
        Ok(ended.printed)
    }
}

impl fmt::Display for Call<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Line::new(&self.words).fmt(formatter)
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

fn config_in(entry: &str) -> Result<String> {
    let entry: Value = serde_json::from_str(entry).context("the entry `config`")?;
    entry["item_value"]
        .as_str()
        .map(str::to_owned)
        .context("the entry `config` has no value")
}

#[cfg(test)]
mod tests {
    use super::{active_in, config_in, guarded, number_in};

    #[test]
    fn what_the_cli_prints_is_read() {
        let versions = r#"[{"Active":false,"Number":1},{"Active":true,"Number":2}]"#;
        assert_eq!(active_in(versions).unwrap(), 2);
        assert_eq!(number_in(r#"{"Number":3}"#).unwrap(), 3);
        assert_eq!(config_in(r#"{"item_value":"{}\n"}"#).unwrap(), "{}\n");
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
        assert!(config_in("{}").is_err());
    }

    #[test]
    fn a_step_that_panics_is_a_step_that_failed() {
        let error = guarded(|| -> anyhow::Result<()> { panic!("on purpose") }).unwrap_err();
        assert!(error.to_string().contains("panicked"), "{error}");
        assert!(guarded(|| Ok(())).is_ok());
    }
}
