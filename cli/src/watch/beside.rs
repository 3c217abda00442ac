//! Watches the log that a command prints, beside a release.

use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use clap::{Args as _, FromArgMatches as _};
use rustix::process::{Pid, Signal, kill_process_group};
use signpost_logs::log::{Chunks, Input};
use signpost_logs::watch::{Alarm, Cause, Event, Scope, Settings, Side, Verdict, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::output::Failure;

/// How long the thread may take to end once its command is killed.
const GRACE: Duration = Duration::from_secs(1);

/// How much of what the command prints on standard error is kept, in bytes.
const MOST_SAID: usize = 2_048;

/// A command that prints a log, and a thread that watches it.
#[derive(Debug)]
pub(crate) struct Beside {
    /// The process group of the command, until it has ended.
    group: Arc<Mutex<Option<Pid>>>,
    /// Alarms, and last, why there will be no more of them.
    failures: UnboundedReceiver<Failure>,
    judged: Arc<Mutex<Judged>>,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
}

/// What is known of `next` since it has its present share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The share in the log, in percent; 0 if there is none.
    pub(crate) share: u8,
    /// Requests for files on the side of `next`.
    pub(crate) requests: u64,
    /// Whether the last window with enough requests has said that `next` is as good as `config`.
    pub(crate) is_good: bool,
    /// Requests that `next` had no way for.
    pub(crate) refused: u64,
    /// The latest of those that were told of, at whatever share.
    pub(crate) refused_url: Option<String>,
}

impl Beside {
    /// Runs the command in a shell, and watches what it prints on standard output. What `next` does not
    /// redirect may be meant so.
    pub(crate) fn start(command: &str, may_refuse: bool) -> Result<Self, Failure> {
        let defaults = Settings::augment_args(clap::Command::new("watch"));
        let settings = Settings::from_arg_matches(&defaults.get_matches_from(["watch"]))
            .map_err(|error| Failure::new(error.to_string()))?;
        // It leads a group of its own, so that all that it starts ends with it.
        let mut child = Command::new("sh")
            .args(["-c", command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| Failure::new(format!("cannot run `{command}`: {error}")))?;
        let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let group = Arc::new(Mutex::new(id));
        let (sender, failures) = unbounded_channel();
        let (ends, ended) = mpsc::channel();
        let judged = Arc::new(Mutex::new(Judged::default()));
        let (name, known, its_group) = (
            format!("the log of `{command}`"),
            Arc::clone(&judged),
            Arc::clone(&group),
        );
        thread::spawn(move || {
            let counts = |alarm: &Alarm| !(may_refuse && is_of_what_next_leaves(alarm));
            let end = watch(&name, &mut child, settings, counts, (&known, &sender));
            // The receiver is gone only when nobody waits for failures.
            let _ = sender.send(end);
            *lock(&its_group) = None;
            drop((known, ends));
        });
        Ok(Self {
            group,
            failures,
            judged,
            ended,
        })
    }

    /// Why the log has failed until now, if it has.
    pub(crate) fn failure_so_far(&mut self) -> Option<Failure> {
        self.failures.try_recv().ok()
    }

    /// Waits until an alarm begins, whatever its scope, or the log ends.
    pub(crate) async fn failure(&mut self) -> Failure {
        let failure = self.failures.recv().await;
        failure.unwrap_or_else(|| Failure::new("the watch of the log has ended"))
    }

    /// What is known of `next` since it has its present share.
    pub(crate) fn judged(&self) -> Judged {
        lock(&self.judged).clone()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let group = *lock(&self.group);
        if let Some(group) = group {
            // It may have ended just now.
            let _ = kill_process_group(group, Signal::KILL);
        }
        // The thread ends with the last process that holds the pipe. One that left the group is not waited for.
        let _ = self.ended.recv_timeout(GRACE);
    }
}

impl Judged {
    fn note(&mut self, event: &Event) {
        match event {
            Event::Window(window) => {
                let sides = &window.sides;
                if sides.share != self.share {
                    *self = Self {
                        share: sides.share,
                        refused_url: self.refused_url.take(),
                        ..Self::default()
                    };
                }
                self.requests += sides.next_requests;
                self.is_good = match sides.verdict {
                    Verdict::Good => true,
                    Verdict::TooFew => self.is_good,
                    Verdict::NoShare | Verdict::Broken => false,
                };
                self.refused += window.counts.figures.next_refused;
            }
            Event::NextRefused(refused) => self.refused_url = Some(refused.url.clone()),
            _ => {}
        }
    }
}

/// Whether an alarm is about requests that `next` does not redirect.
fn is_of_what_next_leaves(alarm: &Alarm) -> bool {
    let is_of_next = alarm.scope == Scope::Side(Side::Next);
    is_of_next && matches!(alarm.cause, Cause::NotRedirected(_))
}

/// Watches until the command has ended. Returns why there is no more to watch.
fn watch(
    name: &str,
    child: &mut Child,
    settings: Settings,
    counts: impl Fn(&Alarm) -> bool,
    (judged, failures): (&Mutex<Judged>, &UnboundedSender<Failure>),
) -> Failure {
    let said = child
        .stderr
        .take()
        .map(|from| thread::spawn(|| last_of(from)));
    let mut watcher = Watcher::new(settings);
    let note = |events: Vec<Event>| {
        for event in events {
            lock(judged).note(&event);
            if let Event::AlarmBegan(alarm) = event
                && counts(&alarm)
            {
                // The receiver is gone only when nobody waits for failures.
                let _ = failures.send(Failure::new(alarm.to_string()));
            }
        }
    };
    let log = child.stdout.take();
    let read = log.map_or(Ok(()), |log| {
        read(name, log, |line| note(watcher.line(line)))
    });
    // Its last window was not closed by a later line.
    note(watcher.finish());
    let said = said.and_then(|said| said.join().ok()).unwrap_or_default();
    ended(name, read, child.wait(), &said)
}

/// Reads the log line by line, to its end.
fn read(
    name: &str,
    log: impl Read + Send + 'static,
    mut line: impl FnMut(&[u8]),
) -> Result<(), Failure> {
    let mut chunks = Chunks::new(Input::of(name, Box::new(log))?);
    let mut buffer = Vec::new();
    while let Some(chunk) = chunks.next(buffer) {
        chunk.lines().for_each(|(_, text)| line(text));
        buffer = chunk.bytes;
    }
    let (end, input) = chunks.into_end();
    end.map_err(|error| input.failure(&error))
}

/// The last bytes that come.
fn last_of(mut from: impl Read) -> Vec<u8> {
    let mut last = Vec::new();
    let mut buffer = [0; 1_024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        last.extend_from_slice(buffer.get(..count).unwrap_or_default());
        last.drain(..last.len().saturating_sub(MOST_SAID));
    }
    last
}

fn ended(
    name: &str,
    read: Result<(), Failure>,
    status: io::Result<ExitStatus>,
    said: &[u8],
) -> Failure {
    let why = read.map_or_else(|why| why.to_string(), |()| format!("{name} has ended"));
    let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
    let said = String::from_utf8_lossy(said);
    let said = match said.trim() {
        "" => String::new(),
        said => format!(": {said}"),
    };
    Failure::new(format!("{why} ({status}){said}"))
}

/// What was noted before a panic is still true.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
