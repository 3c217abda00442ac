mod answer;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use bytes::Bytes;
use http::HeaderValue;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::HandshakeKind;

use self::answer::answer;
use crate::server::{Server, listens, lock, serve};
use crate::tls::{Identity, Protocol, Validity, identity};

/// A CDN that serves files from memory over TLS, and can be spoiled file by file.
pub struct TlsCdn {
    server: Server,
    /// The same at other addresses.
    others: Vec<Server>,
    acceptor: TlsAcceptor,
    authority: String,
    shelf: Arc<Mutex<Shelf>>,
}

impl fmt::Debug for TlsCdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cdn = f.debug_struct("TlsCdn");
        let cdn = cdn
            .field("server", &self.server)
            .field("others", &self.others);
        cdn.field("shelf", &self.shelf).finish_non_exhaustive()
    }
}

/// From where a CDN fetches the files that its caches lack.
#[derive(Clone, Debug)]
pub struct Pull {
    /// The server.
    pub from: SocketAddr,
    /// The `Host` that it asks for.
    pub host: &'static str,
    /// Whether it says in `Via` that it is a CDN.
    pub is_marked: bool,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoil {
    /// It is not there: 404.
    Missing,
    /// It may not be read: 403, and a header that says which server answered.
    Forbidden,
    /// It has other bytes, of the same length.
    OtherBytes,
    /// It ends before its `Content-Length`.
    BrokenOff,
    /// No answer comes.
    Silent,
    /// It redirects to itself.
    RedirectToItself,
    /// HEAD is refused: 403.
    NoHead,
    /// A range is refused: 416.
    NoRange,
    /// The whole file comes for a range.
    WholeForRange,
    /// A range has other bytes.
    OtherRange,
    /// A conditional request is refused: 412.
    NoCondition,
    /// There is neither `ETag` nor `Last-Modified`.
    NoValidator,
    /// No `Access-Control-Allow-Origin`.
    NoCors,
    /// `Access-Control-Allow-Origin` comes twice.
    TwiceCors,
    /// A preflight is refused: 403.
    NoPreflight,
    /// Nothing is wrong: it comes from a cache, as `Age` says.
    FromCache,
}

#[derive(Debug, Default)]
struct Shelf {
    files: BTreeMap<String, Bytes>,
    spoils: BTreeMap<String, Spoil>,
    pull: Option<Pull>,
    authorizations: Vec<HeaderValue>,
    connections: usize,
    requests: usize,
    resumptions: usize,
}

// Its URL is for a CDN whose name is `127.0.0.1`.
listens!(TlsCdn, "https", server.address);

impl TlsCdn {
    /// Starts a CDN for the name `host` that serves `files`, each under its decoded path.
    ///
    /// # Errors
    ///
    /// When no certificate can be made or no loopback port can be bound.
    pub async fn start<Name, Content>(
        host: &str,
        validity: Validity,
        protocol: Protocol,
        files: impl IntoIterator<Item = (Name, Content)>,
    ) -> Result<Self>
    where
        Name: Into<String>,
        Content: Into<Bytes>,
    {
        let files = files.into_iter();
        let files = files.map(|(path, content)| (path.into(), content.into()));
        Self::start_with(identity(host, validity, protocol)?, files.collect()).await
    }

    async fn start_with(identity: Identity, files: BTreeMap<String, Bytes>) -> Result<Self> {
        let shelf = Arc::new(Mutex::new(Shelf {
            files,
            ..Shelf::default()
        }));
        let local = (Ipv4Addr::LOCALHOST, 0).into();
        let server = serve_at(local, &identity.acceptor, &shelf, None).await?;
        Ok(Self {
            server,
            others: Vec::new(),
            acceptor: identity.acceptor,
            authority: identity.authority,
            shelf,
        })
    }

    /// Serves the same at another address of loopback too, with the same port. There, every file is
    /// spoiled in this way.
    ///
    /// # Errors
    ///
    /// When the port is taken at that address.
    pub async fn also_at(&mut self, address: IpAddr, spoil: Option<Spoil>) -> Result<()> {
        let address = SocketAddr::new(address, self.address().port());
        let server = serve_at(address, &self.acceptor, &self.shelf, spoil).await?;
        self.others.push(server);
        Ok(())
    }

    /// Fetches from there what it does not have, and whatever is asked for with a query.
    pub fn pull(&self, pull: Pull) {
        lock(&self.shelf).pull = Some(pull);
    }

    /// The certificate of the authority to trust, in PEM form.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Adds a file, or replaces the one at that path.
    pub fn insert(&self, path: impl Into<String>, content: impl Into<Bytes>) {
        lock(&self.shelf).files.insert(path.into(), content.into());
    }

    /// Spoils the file at a decoded path.
    pub fn spoil(&self, path: impl Into<String>, spoil: Spoil) {
        lock(&self.shelf).spoils.insert(path.into(), spoil);
    }

    /// Mends every file.
    pub fn mend(&self) {
        lock(&self.shelf).spoils.clear();
    }

    /// Every value of `Authorization` that was ever sent to it.
    pub fn authorizations(&self) -> Vec<HeaderValue> {
        lock(&self.shelf).authorizations.clone()
    }

    /// How many connections it has accepted, those whose handshake failed included.
    pub fn connections(&self) -> usize {
        lock(&self.shelf).connections
    }

    /// How many requests came through a handshake.
    pub fn requests(&self) -> usize {
        lock(&self.shelf).requests
    }

    /// How many connections resumed a session, for which no certificate is shown.
    pub fn resumptions(&self) -> usize {
        lock(&self.shelf).resumptions
    }
}

async fn serve_at(
    address: SocketAddr,
    acceptor: &TlsAcceptor,
    shelf: &Arc<Mutex<Shelf>>,
    spoil: Option<Spoil>,
) -> Result<Server> {
    let (acceptor, shelf) = (acceptor.clone(), Arc::clone(shelf));
    let serve = move |stream| {
        lock(&shelf).connections += 1;
        handshake_and_serve(stream, acceptor.clone(), Arc::clone(&shelf), spoil)
    };
    Server::accept_at(address, serve).await
}

async fn handshake_and_serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    shelf: Arc<Mutex<Shelf>>,
    spoil: Option<Spoil>,
) {
    // If a client does not trust the certificate, its test sees that.
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let tls = stream.get_ref().1;
    if tls.handshake_kind() == Some(HandshakeKind::Resumed) {
        lock(&shelf).resumptions += 1;
    }
    let is_http2 = tls.alpn_protocol() == Some(b"h2");
    let handler = move |request| {
        let shelf = Arc::clone(&shelf);
        async move { answer(&request, &shelf, spoil).await }
    };
    serve(stream, is_http2, handler).await;
}
