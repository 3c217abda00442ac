use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::{Request, Response};
use tempfile::TempDir;
use tokio::process::Child;
use tokio::time::timeout;

use crate::child::dies_with_us;
use crate::client;
use crate::local_server::LocalServer;
use crate::log_line::LogLine;
use crate::server::listens;
use crate::transcript::{Lines, Transcript};

/// Errors, and the one line that says where Viceroy listens.
const LOG_FILTER: &str = "viceroy=error,viceroy_lib=error,viceroy_lib::service=info";

/// The same, and when a sandbox starts, and how much memory the module had when it ended.
const LOG_FILTER_WITH_SANDBOXES: &str =
    "viceroy=error,viceroy_lib=error,viceroy_lib::service=info,viceroy_lib::execute=info";

/// What Viceroy then prints when a sandbox starts, and when one has ended.
const SANDBOX_STARTED: &str = "handling request ";
pub(crate) const SANDBOX_ENDED: &str = "request completed using ";

/// What the paths begin with that [`Viceroy::take`] asks for.
const TAKE: &str = "/take-these-entries/";

/// How many requests Viceroy gives to a sandbox.
const REQUESTS_OF_A_SANDBOX: usize = 6;

/// How long a sandbox may take to end after its last answer.
const END_LIMIT: Duration = Duration::from_secs(1);

/// How long Viceroy may take to compile the module and to look for its backends.
const START_LIMIT: Duration = Duration::from_mins(2);

/// The edge module, served by Viceroy until this value is dropped.
#[derive(Debug)]
pub struct Viceroy {
    address: SocketAddr,
    transcript: Transcript,
    child: Child,
    manifest: TempDir,
    takes: usize,
}

/// What the lines say of sandboxes.
#[derive(Debug, Default)]
struct Sandboxes {
    /// Those that run, by Viceroy's number, with the number of the request of [`Viceroy::take`] that started each, if
    /// one did.
    running: BTreeMap<String, Option<usize>>,
    /// The largest such number.
    latest: Option<usize>,
}

listens!(Viceroy, "http", address);

impl Viceroy {
    /// Serves the WebAssembly file `module` on a port that the system chooses, once it listens.
    ///
    /// # Errors
    ///
    /// When `viceroy` cannot be run, the manifest cannot be derived, or Viceroy ends before it
    /// listens; then the error holds what Viceroy printed.
    pub async fn start(module: &Path, local_server: &LocalServer) -> Result<Self> {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(any_port, module, local_server).await
    }

    /// Takes the entries of a `local_server` that has a [file for its store](LocalServer::with_store_file) and differs
    /// in nothing else from the one that this was started with. They answer every request from then on.
    ///
    /// Sends a few requests, and starts another process only if an old sandbox does not end. The lines so far are
    /// forgotten.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start) and [`send`](Self::send).
    pub(crate) async fn take(&mut self, module: &Path, local_server: &LocalServer) -> Result<()> {
        self.write(local_server)?;
        // One that an earlier test has ended, or that does not answer any more, is replaced as well.
        if !self.ends_sandboxes().await.unwrap_or_default() {
            *self = Self::start(module, local_server).await?;
        }
        self.transcript.forget();
        Ok(())
    }

    /// Writes the entries into the file of the store, from a `local_server` that [`take`](Self::take) would accept. A
    /// new sandbox reads them at once, and one that runs when it looks them up again.
    pub(crate) fn write(&self, local_server: &LocalServer) -> Result<()> {
        local_server.write(self.manifest.path()).map(drop)
    }

    /// Sends requests until one has started a sandbox and all older sandboxes have ended, and then those that end the
    /// new one as well. Says whether all have ended.
    async fn ends_sandboxes(&mut self) -> Result<bool> {
        let first = self.takes;
        let mut seen = Sandboxes::default();
        self.lines().iter().for_each(|line| seen.read(line));
        // Each that waits takes the next request, in whatever order, before another one starts.
        let at_most = REQUESTS_OF_A_SANDBOX * (seen.running.len() + 1);
        self.send_takes(at_most).await?;
        // A new sandbox takes six requests, so the newest one began with one of the last six.
        let last = first.max(self.takes - REQUESTS_OF_A_SANDBOX);
        let are_new = |seen: &Sandboxes| {
            let mut began = seen.running.values();
            seen.latest >= Some(last) && began.all(|began| *began >= Some(first))
        };
        let Some(seen) = self.see_sandboxes(are_new).await else {
            return Ok(false);
        };
        let answered = self.takes - seen.latest.unwrap_or(last);
        self.send_takes(REQUESTS_OF_A_SANDBOX - answered).await?;
        let have_ended = |now: &Sandboxes| now.latest == seen.latest && now.running.is_empty();
        Ok(self.see_sandboxes(have_ended).await.is_some())
    }

    /// Sends requests whose paths no request had before: that shows in the lines where a sandbox starts.
    async fn send_takes(&mut self, number: usize) -> Result<()> {
        for _ in 0..number {
            let path = format!("{TAKE}{}", self.takes);
            self.takes += 1;
            self.send(Request::get(path).body(Bytes::new())?).await?;
        }
        Ok(())
    }

    /// Waits until the sandboxes are as wanted.
    async fn see_sandboxes(&self, wanted: impl Fn(&Sandboxes) -> bool) -> Option<Sandboxes> {
        let mut lines = self.transcript.all_lines();
        let mut seen = Sandboxes::default();
        let search = async {
            while !wanted(&seen) {
                seen.read(&lines.next().await?);
            }
            Some(seen)
        };
        timeout(END_LIMIT, search).await.ok().flatten()
    }

    /// [Starts](Self::start) it, and it also prints for each sandbox how much memory the module had in the end.
    pub(crate) async fn start_telling_memory(
        module: &Path,
        local_server: &LocalServer,
    ) -> Result<Self> {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_printing(LOG_FILTER_WITH_SANDBOXES, any_port, module, local_server).await
    }

    /// Serves the WebAssembly file `module` at `address`, once it listens.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start), and when `address` is in use.
    pub async fn start_at(
        address: SocketAddr,
        module: &Path,
        local_server: &LocalServer,
    ) -> Result<Self> {
        let filter = if local_server.has_store_file() {
            LOG_FILTER_WITH_SANDBOXES
        } else {
            LOG_FILTER
        };
        Self::start_printing(filter, address, module, local_server).await
    }

    async fn start_printing(
        filter: &str,
        address: SocketAddr,
        module: &Path,
        local_server: &LocalServer,
    ) -> Result<Self> {
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let manifest = local_server.write(directory.path())?;
        let mut child = dies_with_us("viceroy")
            .arg("serve")
            .args(["--addr", &address.to_string()])
            .arg("-C")
            .arg(manifest)
            .arg(module)
            .env("RUST_LOG", filter)
            .env_remove("RUST_LOG_PRETTY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot run `viceroy`: `cargo xtask setup` installs it")?;
        let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            bail!("the output of `viceroy` cannot be read");
        };
        // What the function logs of them may come at any time.
        let is_hidden = |line: &str| line.contains(TAKE) && !line.contains(SANDBOX_STARTED);
        let transcript = Transcript::without(is_hidden, output, errors);
        let listening = transcript
            .wait_for("Viceroy", |line| listening_on(line).is_some(), START_LIMIT)
            .await
            .with_context(|| {
                let module = module.display();
                format!("cannot serve {module} with `viceroy`, which `cargo xtask setup` installs")
            })?;
        let address = listening_on(&listening).context("Viceroy listens nowhere")?;
        Ok(Self {
            address,
            transcript,
            child,
            manifest: directory,
            takes: 0,
        })
    }

    /// Sends one request to it: [`client::send`] with this address.
    ///
    /// # Errors
    ///
    /// Those of [`client::send`].
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        client::send(self.address, request).await
    }

    /// The lines it printed so far: those of log endpoints, what the function printed itself, and
    /// Viceroy's own errors. Only the latest 20,000 are kept.
    pub fn lines(&self) -> Vec<String> {
        self.transcript.lines()
    }

    /// The lines so far that the function wrote to log endpoints.
    pub fn log_lines(&self) -> Vec<LogLine> {
        let lines = self.lines();
        lines
            .iter()
            .filter_map(|line| LogLine::read(line))
            .collect()
    }

    /// The lines it prints from now on.
    pub fn follow(&self) -> Lines {
        self.transcript.coming_lines()
    }

    /// Waits until it has printed a line that `wanted` accepts, of those before this call too.
    ///
    /// # Errors
    ///
    /// When no such line has come after `limit`, or Viceroy ended; the error holds what it printed.
    pub async fn wait_for_line(
        &self,
        wanted: impl Fn(&str) -> bool,
        limit: Duration,
    ) -> Result<String> {
        self.transcript.wait_for("Viceroy", wanted, limit).await
    }

    /// The number of its process, until that has ended.
    pub(crate) fn process_id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it, and returns once its process is gone.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.child.kill().await.context("cannot end Viceroy")
    }

    /// Waits until Viceroy ends of its own accord, which it does only when something broke.
    ///
    /// # Errors
    ///
    /// When the system cannot say how the process ended.
    pub async fn ended(&mut self) -> Result<std::process::ExitStatus> {
        self.child.wait().await.context("cannot wait for Viceroy")
    }
}

impl Sandboxes {
    fn read(&mut self, line: &str) {
        let rest = line.split_once("request{id=").map(|(_, rest)| rest);
        let Some((id, event)) = rest.and_then(|rest| rest.split_once("}: ")) else {
            return;
        };
        if event.starts_with(SANDBOX_STARTED) {
            let began = event
                .rsplit_once(TAKE)
                .and_then(|(_, number)| number.parse().ok());
            self.running.insert(id.to_owned(), began);
            self.latest = self.latest.max(began);
        } else if event.starts_with(SANDBOX_ENDED) {
            self.running.remove(id);
        }
    }
}

fn listening_on(line: &str) -> Option<SocketAddr> {
    let (_, address) = line.split_once("Listening on http://")?;
    address.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Sandboxes, listening_on};

    #[test]
    fn the_lines_say_which_sandboxes_run_and_which_request_started_each() {
        let mut seen = Sandboxes::default();
        let lines = [
            "INFO request{id=0}: handling request GET http://127.0.0.1:1/a",
            "INFO request{id=1}: handling request GET http://127.0.0.1:1/take-these-entries/7",
            "signpost-log :: request{id=1}",
            "INFO request{id=0}: request completed using 1.5 MB of WebAssembly heap",
        ];
        for line in lines {
            seen.read(line);
        }
        let running = [("1".to_owned(), Some(7))];
        assert_eq!(seen.running, running.into());
        assert_eq!(seen.latest, Some(7));
    }

    #[test]
    fn the_address_is_read_from_the_line_that_announces_it() {
        let line = "2026-11-22T19:47:00.000000Z  INFO Listening on http://127.0.0.1:41234";
        assert_eq!(listening_on(line), "127.0.0.1:41234".parse().ok());
        assert_eq!(
            listening_on("INFO checking if backend 'origin' is up"),
            None
        );
    }
}
