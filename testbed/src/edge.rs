use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tempfile::TempDir;

use crate::client;
use crate::local_server::LocalServer;
use crate::log_line::LogLine;
use crate::server::{Server, listens, lock};
use crate::transcript::Lines;
use crate::viceroy::Viceroy;

/// The module under Viceroy, at one address whatever becomes of its Config Store.
///
/// A running sandbox reads its entries again only after five seconds. So this starts another process of Viceroy for
/// every change of an entry, and gives each request to the newest process that listens. An older one ends with its
/// last answer. This stands in for the propagation of a store, with two differences:
///
/// - A change reaches every request at the same moment, after the second or so that Viceroy takes to
///   start. Production takes about 30 seconds, and not the same time everywhere.
/// - The attempts of `[retry]` are in the memory of the process. After a change, a client's next attempt
///   is a first one.
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
    module: PathBuf,
    local_server: LocalServer,
    newest: Mutex<Arc<Viceroy>>,
    log: Log,
}

/// The lines of one log endpoint by all processes, in a file that grows.
#[derive(Debug)]
struct Log {
    endpoint: String,
    file: Arc<File>,
    path: PathBuf,
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
        let log = Log::of(endpoint)?;
        let viceroy = Viceroy::start(module, &local_server.clone().entries(entries)).await?;
        log.copy(viceroy.follow());
        let inside = Arc::new(Inside {
            module: module.to_owned(),
            local_server,
            newest: Mutex::new(Arc::new(viceroy)),
            log,
        });
        Ok(Self {
            door: Door::to(&inside, Ipv4Addr::LOCALHOST).await?,
            inside,
        })
    }

    /// Takes these entries, and returns once every request that comes is answered by them.
    pub(crate) async fn take(&self, entries: &BTreeMap<String, String>) -> Result<()> {
        let local_server = self.inside.local_server.clone().entries(entries);
        let viceroy = Viceroy::start(&self.inside.module, &local_server).await?;
        self.inside.log.copy(viceroy.follow());
        *lock(&self.inside.newest) = Arc::new(viceroy);
        Ok(())
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
}

impl Door {
    async fn to(inside: &Arc<Inside>, client: Ipv4Addr) -> Result<Self> {
        let inside = Arc::clone(inside);
        let server = Server::start(move |request| {
            // It ends when it is the last to hold it, and another one is the newest.
            let viceroy = Arc::clone(&lock(&inside.newest));
            async move { pass(&viceroy, client, request).await }
        });
        Ok(Self {
            server: server.await?,
        })
    }
}

/// Passes a request on as it is. An answer with 502 and an error is of the test bed, and never of the module.
async fn pass(
    viceroy: &Viceroy,
    client: Ipv4Addr,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let answer = async {
        let request = Request::from_parts(head, body.collect().await?.to_bytes());
        client::send_from(client, viceroy.address(), request).await
    };
    match answer.await {
        Ok(answer) => answer.map(Full::from),
        Err(error) => {
            let mut answer = Response::new(Full::from(format!("the test bed: {error:#}\n")));
            *answer.status_mut() = StatusCode::BAD_GATEWAY;
            answer
        }
    }
}

impl Log {
    fn of(endpoint: &str) -> Result<Self> {
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let path = directory.path().join("edge.log");
        let file = File::options().create(true).append(true).open(&path);
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            endpoint: endpoint.to_owned(),
            file: Arc::new(file),
            path,
            _directory: directory,
        })
    }

    /// Appends what a process writes to the endpoint, until it ends.
    fn copy(&self, mut lines: Lines) {
        let (endpoint, file) = (self.endpoint.clone(), Arc::clone(&self.file));
        tokio::spawn(async move {
            while let Some(line) = lines.next().await {
                let Some(line) = LogLine::read(&line).filter(|line| line.endpoint == endpoint)
                else {
                    continue;
                };
                // In one piece: the processes write at the same time. A test misses what cannot be written.
                let _ = (&*file).write_all(format!("{}\n", line.message).as_bytes());
            }
        });
    }
}
