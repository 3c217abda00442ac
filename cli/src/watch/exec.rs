use std::io::{self, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// So many commands may run at once. What an alarm calls should end soon.
const MOST_RUNNING: usize = 8;

/// The command that is run once an alarm.
///
/// It runs beside the watch, so that a slow one does not keep lines waiting, and its output goes to
/// standard error, so that it does not mix with the events.
#[derive(Debug)]
pub(crate) struct Exec {
    command: String,
    /// How long what still runs is waited for at the end.
    patience: Duration,
    running: usize,
    /// How those that have ended did so.
    ended: Receiver<io::Result<ExitStatus>>,
    ends: Sender<io::Result<ExitStatus>>,
}

impl Exec {
    pub(crate) fn new(command: &str, patience: Duration) -> Self {
        let (ends, ended) = mpsc::channel();
        Self {
            command: command.to_owned(),
            patience,
            running: 0,
            ended,
            ends,
        }
    }

    /// Starts the command, with an event on its standard input.
    ///
    /// # Errors
    ///
    /// Why it cannot be started.
    pub(crate) fn start(&mut self, event: &str) -> Result<(), String> {
        // Whether those that have ended by now failed is said as well.
        let mut failures = Vec::new();
        while let Ok(ended) = self.ended.try_recv() {
            self.running -= 1;
            failures.extend(failure(ended));
        }
        if self.running >= MOST_RUNNING {
            failures.push(format!(
                "{MOST_RUNNING} of them still run; it is not started again"
            ));
        } else {
            match self.spawn(event) {
                Ok(()) => self.running += 1,
                Err(error) => failures.push(error.to_string()),
            }
        }
        self.all(&failures)
    }

    /// Waits until every command has ended, or for as long as there is patience.
    ///
    /// # Errors
    ///
    /// Which ones failed, and how many still run.
    pub(crate) fn wait(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        let mut failures = Vec::new();
        while self.running > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.ended.recv_timeout(left) {
                Ok(ended) => {
                    self.running -= 1;
                    failures.extend(failure(ended));
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    failures.push(format!(
                        "{} still running after {}, and left so",
                        self.running,
                        humantime::format_duration(self.patience)
                    ));
                    break;
                }
            }
        }
        self.all(&failures)
    }

    fn spawn(&self, event: &str) -> io::Result<()> {
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
        let ends = self.ends.clone();
        std::thread::spawn(move || {
            // Nobody receives it only if the watch is over.
            let _ = ends.send(child.wait());
        });
        Ok(())
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

fn failure(ended: io::Result<ExitStatus>) -> Option<String> {
    match ended {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("it failed ({status})")),
        Err(error) => Some(error.to_string()),
    }
}
