use std::io::{self, Write as _};
use std::process::{Child, Command, Stdio};

/// So many commands may run at once. What an alarm calls should end soon.
const MOST_RUNNING: usize = 8;

/// The command that is run once an alarm.
///
/// It runs beside the watch, so that a slow one does not keep lines waiting, and its output goes to
/// standard error, so that it does not mix with the events.
#[derive(Debug)]
pub(crate) struct Exec {
    command: String,
    running: Vec<Child>,
}

impl Exec {
    pub(crate) fn new(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            running: Vec::new(),
        }
    }

    /// Starts the command, with an event on its standard input.
    ///
    /// # Errors
    ///
    /// Why it cannot be started.
    pub(crate) fn start(&mut self, event: &str) -> Result<(), String> {
        let running = std::mem::take(&mut self.running);
        // Whether those that have ended by now failed is said as well.
        let mut failures = Vec::new();
        for mut child in running {
            match child.try_wait() {
                Ok(None) => self.running.push(child),
                ended => failures.extend(failure(ended.map(Option::unwrap_or_default))),
            }
        }
        if self.running.len() >= MOST_RUNNING {
            failures.push(format!(
                "{MOST_RUNNING} of them still run; it is not started again"
            ));
        } else {
            match self.spawn(event) {
                Ok(child) => self.running.push(child),
                Err(error) => failures.push(error.to_string()),
            }
        }
        self.all(&failures)
    }

    /// Waits until every command has ended.
    ///
    /// # Errors
    ///
    /// Which ones failed.
    pub(crate) fn wait(&mut self) -> Result<(), String> {
        let mut failures = Vec::new();
        for mut child in std::mem::take(&mut self.running) {
            failures.extend(failure(child.wait()));
        }
        self.all(&failures)
    }

    fn spawn(&self, event: &str) -> io::Result<Child> {
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(&self.command)
            .stdin(Stdio::piped())
            .stdout(Stdio::from(io::stderr()))
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // A command need not read the event. It is small enough for any pipe to hold.
            let _ = writeln!(input, "{event}");
        }
        Ok(child)
    }

    fn all(&self, failures: &[String]) -> Result<(), String> {
        if failures.is_empty() {
            return Ok(());
        }
        Err(format!(
            "--exec `{}`: {}",
            self.command,
            failures.join("; ")
        ))
    }
}

fn failure(ended: io::Result<std::process::ExitStatus>) -> Option<String> {
    match ended {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("it failed ({status})")),
        Err(error) => Some(error.to_string()),
    }
}
