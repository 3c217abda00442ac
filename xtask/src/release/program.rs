use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::interrupts::Interrupts;

/// The variable that the Fastly CLI reads its token from.
const TOKEN: &str = "FASTLY_API_TOKEN";

/// How often a program is asked whether it has ended.
const POLL: Duration = Duration::from_millis(20);

/// How long an interrupted program may take to end.
const GRACE: Duration = Duration::from_secs(3);

/// A program, ready to run.
///
/// It is the leader of a process group of its own, so that a Ctrl-C of the terminal reaches the
/// release alone, which then decides: a step is ended, and a step of the way back is not. What it
/// prints goes through this process, so that it does not die with whoever reads.
pub(super) struct Program<'a> {
    pub(super) words: &'a [String],
    pub(super) input: Option<&'a str>,
    pub(super) has_token: bool,
}

/// How a program ended, and what it printed to standard output if that was kept.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) printed: Vec<u8>,
}

/// Standard error and standard output, which may have nobody left who reads: a release goes on, or
/// back, without them.
pub(super) struct Unheeded<W>(pub(super) W);

impl<W: Write> Write for Unheeded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.write_all(bytes);
        let _ = self.0.flush();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Program<'_> {
    /// Runs it to its end, or until an interrupt if there are any to heed.
    pub(super) fn run(&self, keeps: bool, interrupts: Option<&Interrupts>) -> Result<Ended> {
        let mut child = self.start()?;
        if let (Some(input), Some(mut stdin)) = (self.input, child.stdin.take()) {
            // A program that ends without reading says why by its status.
            let _ = stdin.write_all(input.as_bytes());
        }
        let kept = child.stdout.take().map(|output| relay(output, keeps));
        let errors = child.stderr.take().map(|output| {
            thread::spawn(move || io::copy(&mut { output }, &mut Unheeded(io::stderr())))
        });
        let status = match interrupts {
            Some(interrupts) => wait_heeding(child, interrupts)?,
            None => child.wait()?,
        };
        let _ = errors.map(JoinHandle::join);
        let printed = kept.and_then(|kept| kept.join().ok()).unwrap_or_default();
        Ok(Ended { status, printed })
    }

    fn start(&self) -> Result<Child> {
        let (program, arguments) = self
            .words
            .split_first()
            .context("a command has no program")?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(self.input.map_or_else(Stdio::null, |_| Stdio::piped()))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !self.has_token {
            command.env_remove(TOKEN);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
            .spawn()
            .with_context(|| format!("cannot run `{program}`"))
    }
}

/// Keeps what comes, or shows it.
fn relay(mut output: impl Read + Send + 'static, keeps: bool) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        let _ = if keeps {
            io::copy(&mut output, &mut kept)
        } else {
            io::copy(&mut output, &mut Unheeded(io::stdout()))
        };
        kept
    })
}

/// Waits for the program, or for an interrupt, after which no program of its group is left.
///
/// npm's `fastly` is a program that starts another, which must not set the switch after the way back
/// has.
fn wait_heeding(mut child: Child, interrupts: &Interrupts) -> Result<ExitStatus> {
    let group = Group::of(&child);
    let (tell, ended) = mpsc::channel();
    thread::spawn(move || tell.send(child.wait()));
    loop {
        match ended.recv_timeout(POLL) {
            Ok(status) => return Ok(status?),
            Err(_) if interrupts.came() => {
                group.interrupt();
                let is_ended = ended.recv_timeout(GRACE).is_ok();
                group.kill();
                if !is_ended {
                    let _ = ended.recv();
                }
                bail!("it was interrupted");
            }
            Err(_) => {}
        }
    }
}

/// A program and all that it has started.
struct Group {
    #[cfg(unix)]
    leader: rustix::process::Pid,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        Self {
            leader: rustix::process::Pid::from_child(child),
        }
    }

    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self {}
    }

    fn interrupt(&self) {
        #[cfg(unix)]
        let _ = rustix::process::kill_process_group(self.leader, rustix::process::Signal::INT);
    }

    fn kill(&self) {
        #[cfg(unix)]
        let _ = rustix::process::kill_process_group(self.leader, rustix::process::Signal::KILL);
    }
}
