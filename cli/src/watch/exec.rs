use std::io::{self, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// The most commands that run at once. They should end soon.
const MOST_RUNNING: usize = 8;

/// The command to run for each alarm.
///
/// It runs in parallel, so that a slow one does not hold up the lines. Its output goes to standard
/// error, so that it does not mix with the events.
#[derive(Debug)]
pub(crate) struct Exec {
    command: String,
    /// How long to wait at the end.
    patience: Duration,
    running: usize,
    /// The exit statuses of ended commands.
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
    /// Why it cannot be started, and which earlier ones failed.
    pub(crate) fn start(&mut self, event: &str) -> Result<(), String> {
        // Earlier failures are reported as well.
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

    /// Waits until every command has ended, or patience runs out.
    ///
    /// # Errors
    ///
    /// Which commands failed, and how many still run.
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
            // A command need not read the event, which fits into any pipe.
            let _ = writeln!(input, "{event}");
        }
        let ends = self.ends.clone();
        std::thread::spawn(move || {
            // The receiver is gone only when the watch is over.
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
