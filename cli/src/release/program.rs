use std::io::{self, Write};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::interrupts::Interrupts;
use crate::output::Failure;

/// How long an interrupted program may take to end.
const GRACE: Duration = Duration::from_secs(3);

/// A program, ready to run.
///
/// It leads a process group of its own. So a Ctrl-C of the terminal reaches the release alone, which
/// decides: it ends a step, and lets a step of the rollback run on. What the program prints goes
/// through this process, so that a closed terminal ends neither.
pub(super) struct Program<'a> {
    pub(super) words: &'a [String],
    pub(super) input: Option<&'a str>,
    /// Whether standard output is shown as well as kept.
    pub(super) is_shown: bool,
    /// How long it may take.
    pub(super) patience: Duration,
}

impl Program<'_> {
    /// Runs it to its end, or until an interrupt if there are any to heed; returns what it printed.
    pub(super) async fn run(&self, interrupts: Option<&mut Interrupts>) -> Result<String, Failure> {
        let mut child = self.start()?;
        let shown = self.is_shown.then(io::stdout);
        let printed = tokio::spawn(relay(child.stdout.take(), shown));
        let errors = tokio::spawn(relay(child.stderr.take(), Some(io::stderr())));
        let leader = leader(&child);
        if let (Some(input), Some(mut stdin)) = (self.input, child.stdin.take()) {
            // A program that ends without reading says why by its status.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        // What it has started may hold its output longer than it runs.
        let finished = async {
            let status = child.wait().await;
            let _ = errors.await;
            (status, printed.await.unwrap_or_default())
        };
        let finished = tokio::select! {
            biased;
            () = interrupted(interrupts) => {
                end(leader, &mut child).await;
                return Err(Failure::new("it was interrupted"));
            }
            finished = timeout(self.patience, finished) => finished,
        };
        let Ok((status, printed)) = finished else {
            end(leader, &mut child).await;
            let patience = humantime::format_duration(self.patience);
            return Err(Failure::new(format!(
                "the command did not end within {patience}"
            )));
        };
        match status {
            Ok(status) if status.success() => Ok(String::from_utf8_lossy(&printed).into_owned()),
            Ok(status) => Err(Failure::new(format!("the command failed ({status})"))),
            Err(error) => Err(Failure::new(format!("the command is lost: {error}"))),
        }
    }

    fn start(&self) -> Result<Child, Failure> {
        let [program, arguments @ ..] = self.words else {
            return Err(Failure::new("a command has no program"));
        };
        let stdin = self.input.map_or_else(Stdio::null, |_| Stdio::piped());
        let started = Command::new(program)
            .args(arguments)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn();
        started.map_err(|error| {
            Failure::new(format!(
                "cannot run `{program}`: {error}; install the Fastly CLI, or name it with --fastly"
            ))
        })
    }
}

/// Keeps what comes, and shows it. Output that cannot be written ends nothing.
async fn relay(from: Option<impl AsyncRead + Unpin>, mut shown: Option<impl Write>) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut from) = from else { return kept };
    while let Ok(count @ 1..) = from.read_buf(&mut kept).await {
        let start = kept.len() - count;
        if let Some(shown) = &mut shown {
            let _ = shown.write_all(&kept[start..]).and_then(|()| shown.flush());
        }
    }
    kept
}

async fn interrupted(interrupts: Option<&mut Interrupts>) {
    match interrupts {
        Some(interrupts) => interrupts.came().await,
        None => std::future::pending().await,
    }
}

/// The leader of the program's group, while it has not ended.
fn leader(child: &Child) -> Option<Pid> {
    let id = i32::try_from(child.id()?).ok()?;
    Pid::from_raw(id)
}

/// Interrupts the program and all that it has started, and kills what is left after a while.
///
/// npm's `fastly` starts another program, which must not set the switch after the rollback has.
async fn end(leader: Option<Pid>, child: &mut Child) {
    let signal = |signal| leader.map(|leader| kill_process_group(leader, signal));
    signal(Signal::INT);
    let _ = timeout(GRACE, child.wait()).await;
    signal(Signal::KILL);
    let _ = child.wait().await;
}
