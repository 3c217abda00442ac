use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::notification::Notification;
use crate::output::{Failure, as_error, print_error};

/// The most commands that run at once. They should end soon.
const MOST_RUNNING: usize = 8;

/// The most events that wait for a command to end. An alarm that begins then is not told, nor is its
/// end; the end of any other alarm waits all the same.
const MOST_WAITING: usize = 256;

/// The command to run at the beginning and end of each alarm.
///
/// Its output goes to standard error, so that it does not mix with the events.
#[derive(Debug)]
pub(super) struct Exec {
    command: String,
    /// How long to wait at the end.
    patience: Duration,
    waiting: VecDeque<Notification>,
    running: JoinSet<(u32, io::Result<ExitStatus>)>,
    /// The alarms whose command runs.
    busy: BTreeSet<u32>,
    /// The alarms whose beginning was not told.
    untold: BTreeSet<u32>,
}

impl Exec {
    pub(super) fn new(command: &str, patience: Duration) -> Self {
        Self {
            command: command.to_owned(),
            patience,
            waiting: VecDeque::new(),
            running: JoinSet::new(),
            busy: BTreeSet::new(),
            untold: BTreeSet::new(),
        }
    }

    /// Runs the command for each event, until the last one has come and every command has ended.
    pub(super) async fn run(mut self, mut news: UnboundedReceiver<Notification>) {
        let mut deadline = None;
        while deadline.is_none() || !self.running.is_empty() {
            tokio::select! {
                next = news.recv(), if deadline.is_none() => match next {
                    Some(event) => self.take(event),
                    None => deadline = Some(Instant::now() + self.patience),
                },
                Some(ended) = self.running.join_next() => self.end(ended),
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    self.leave();
                    return;
                }
            }
            self.start();
        }
    }

    fn take(&mut self, event: Notification) {
        let is_full = self.waiting.len() >= MOST_WAITING;
        if event.ended.is_none() && is_full {
            self.untold.insert(event.number);
            let number = event.number;
            self.complain(&format!(
                "{MOST_WAITING} events wait already; it is not run for alarm {number}"
            ));
        } else if event.ended.is_none() || !self.untold.remove(&event.number) {
            self.waiting.push_back(event);
        }
    }

    /// Starts the command for events that wait, as far as it may run.
    fn start(&mut self) {
        while self.running.len() < MOST_RUNNING {
            // The end of an alarm must not overtake its beginning.
            let is_free = |event: &Notification| !self.busy.contains(&event.number);
            let Some(event) = self.waiting.iter().position(is_free) else {
                return;
            };
            let Some(event) = self.waiting.remove(event) else {
                return;
            };
            match self.spawn(&event) {
                Ok(()) => {
                    self.busy.insert(event.number);
                }
                Err(error) => self.complain(&error.to_string()),
            }
        }
    }

    fn spawn(&mut self, event: &Notification) -> io::Result<()> {
        let mut command = Command::new("sh");
        // Ctrl-C ends the watch, which then waits for commands.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command
            .arg("-c")
            .arg(&self.command)
            .env("SIGNPOST_EVENT", event.event_name())
            .env("SIGNPOST_ALARM", event.number.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::from(io::stderr()))
            .spawn()?;
        let (number, line) = (event.number, format!("{}\n", event.event));
        self.running.spawn(async move {
            if let Some(mut input) = child.stdin.take() {
                // A command need not read the event, which fits into any pipe.
                let _ = input.write_all(line.as_bytes()).await;
            }
            (number, child.wait().await)
        });
        Ok(())
    }

    fn end(&mut self, ended: Result<(u32, io::Result<ExitStatus>), JoinError>) {
        let Ok((number, ended)) = ended else {
            return;
        };
        self.busy.remove(&number);
        match ended {
            Ok(status) if status.success() => {}
            Ok(status) => self.complain(&format!("it failed ({status})")),
            Err(error) => self.complain(&error.to_string()),
        }
    }

    /// Reports what still runs when patience runs out.
    fn leave(&self) {
        let patience = humantime::format_duration(self.patience);
        let running = self.running.len();
        let words = format!("{running} still running; gave up waiting after {patience}");
        self.complain(&match self.waiting.len() {
            0 => words,
            waiting => format!("{words}; not run for the last {waiting} events"),
        });
    }

    /// A failing command must not end the watch.
    fn complain(&self, words: &str) {
        let failure = Failure::new(format!("--exec `{}`: {words}", self.command));
        print_error(format!("{}\n", as_error(&failure)));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use tokio::sync::mpsc;

    use super::{Exec, MOST_RUNNING};
    use crate::outlets::notification::tests::{alarm, end};

    #[tokio::test]
    async fn every_beginning_and_end_is_told_once_and_in_order_however_many_there_are() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().display();
        let command = format!("echo \"$SIGNPOST_EVENT $(cat)\" >> '{folder}'/$SIGNPOST_ALARM");
        let (sender, news) = mpsc::unbounded_channel();
        let alarms = 3 * u32::try_from(MOST_RUNNING).unwrap();
        let begun: Vec<_> = (1..=alarms).map(|number| alarm(number, None)).collect();
        for event in begun.iter().cloned().chain(begun.iter().map(end)) {
            sender.send(event).unwrap();
        }
        drop(sender);
        Exec::new(&command, Duration::from_mins(1)).run(news).await;
        for number in 1..=alarms {
            let told = fs::read_to_string(directory.path().join(number.to_string())).unwrap();
            let line =
                |word: &str| format!("{word} {{\"event\":\"{word}\",\"number\":{number}}}\n");
            assert_eq!(told, line("alarm-began") + &line("alarm-ended"));
        }
    }
}
