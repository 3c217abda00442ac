use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::client;
use crate::local_server::LocalServer;
use crate::log_line::LogLine;
use crate::server::{Server, listens};
use crate::transcript::Lines;
use crate::viceroy::Viceroy;

/// The module under Viceroy with the entries of a store that change while it runs.
///
/// It stands in for the propagation of a store: a sandbox that starts has the new entries, and one that runs reads them
/// within five seconds. Until then, some requests are answered by the old entries and some by the new ones. In
/// production, all of that takes about 30 seconds.
#[derive(Debug)]
pub struct Edge {
    door: Door,
    inside: Arc<Inside>,
}

/// The address by which one client comes to an [`Edge`], which takes it for the client's own.
///
/// All programs on this machine have one address. Signpost and its log tell clients apart by theirs.
#[derive(Debug)]
pub struct Door {
    server: Server,
}

#[derive(Debug)]
struct Inside {
    local_server: LocalServer,
    viceroy: Viceroy,
    log: Log,
    answered: AtomicUsize,
}

/// The lines of one log endpoint, in a file that grows.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    written: watch::Receiver<usize>,
    _directory: TempDir,
}

listens!(Edge, "http", door.server.address);
listens!(Door, "http", server.address);

impl Edge {
    /// Starts one with these entries, which follows no store yet.
    pub(crate) async fn start(
        module: &Path,
        local_server: LocalServer,
        entries: &BTreeMap<String, String>,
        endpoint: &str,
    ) -> Result<Self> {
        let local_server = local_server.with_store_file();
        let viceroy = Viceroy::start(module, &local_server.clone().entries(entries)).await?;
        let inside = Arc::new(Inside {
            log: Log::copy(endpoint, viceroy.follow())?,
            local_server,
            viceroy,
            answered: AtomicUsize::new(0),
        });
        Ok(Self {
            door: Door::to(&inside, Ipv4Addr::LOCALHOST).await?,
            inside,
        })
    }

    /// Writes these entries. After five seconds, every request is answered by them.
    pub(crate) fn take(&self, entries: &BTreeMap<String, String>) -> Result<()> {
        let local_server = self.inside.local_server.clone().entries(entries);
        self.inside.viceroy.write(&local_server)
    }

    /// Opens a door for a client with this address: any that begins with 127 on Linux, and 127.0.0.1 alone on
    /// macOS.
    ///
    /// # Errors
    ///
    /// When the address is not of loopback, or no port can be bound.
    pub async fn door(&self, client: Ipv4Addr) -> Result<Door> {
        ensure!(client.is_loopback(), "{client} is not of loopback");
        Door::to(&self.inside, client).await
    }

    /// The file of what was written to the log endpoint, a line for each message. It is there until this
    /// value is dropped, and only grows.
    pub fn log(&self) -> &Path {
        &self.inside.log.path
    }

    /// Waits until [`log`](Self::log) has as many lines as requests were answered so far: each comes after its answer.
    /// A client that left before its answer also has a line, but no answer: for each of these, one line of another
    /// client may be missing.
    ///
    /// # Errors
    ///
    /// When one has not come after `limit`.
    pub async fn complete_log(&self, limit: Duration) -> Result<()> {
        let answered = self.inside.answered.load(Ordering::Relaxed);
        let mut written = self.inside.log.written.clone();
        let complete = written.wait_for(|written| *written >= answered);
        let is_complete = matches!(timeout(limit, complete).await, Ok(Ok(_)));
        let written = *written.borrow();
        ensure!(
            is_complete,
            "{answered} requests were answered, and the log has {written} lines"
        );
        Ok(())
    }
}

impl Door {
    async fn to(inside: &Arc<Inside>, client: Ipv4Addr) -> Result<Self> {
        let inside = Arc::clone(inside);
        let server = Server::start(move |request| {
            let inside = Arc::clone(&inside);
            async move { pass(&inside, client, request).await }
        });
        Ok(Self {
            server: server.await?,
        })
    }
}

/// Passes a request on as it is. An answer with 502 and an error is of the test bed, and never of the module.
async fn pass(
    inside: &Inside,
    client: Ipv4Addr,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let answer = async {
        let request = Request::from_parts(head, body.collect().await?.to_bytes());
        client::send_from(client, inside.viceroy.address(), request).await
    };
    match answer.await {
        Ok(answer) => {
            inside.answered.fetch_add(1, Ordering::Relaxed);
            answer.map(Full::from)
        }
        Err(error) => {
            let mut answer = Response::new(Full::from(format!("the test bed: {error:#}\n")));
            *answer.status_mut() = StatusCode::BAD_GATEWAY;
            answer
        }
    }
}

impl Log {
    /// Appends what comes to the endpoint, until the process ends.
    fn copy(endpoint: &str, mut lines: Lines) -> Result<Self> {
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let path = directory.path().join("edge.log");
        let mut file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let endpoint = endpoint.to_owned();
        let (writer, written) = watch::channel(0);
        tokio::spawn(async move {
            while let Some(line) = lines.next().await {
                let line = LogLine::read(&line).filter(|line| line.endpoint == endpoint);
                if let Some(line) = line {
                    // A test misses what cannot be written.
                    let _ = file.write_all(format!("{}\n", line.message).as_bytes());
                    writer.send_modify(|written| *written += 1);
                }
            }
        });
        Ok(Self {
            path,
            written,
            _directory: directory,
        })
    }
}
