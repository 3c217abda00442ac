use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, LOCATION};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use percent_encoding::percent_decode_str;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::HandshakeKind;

use crate::tls::{Protocol, Validity, identity};

/// A CDN that serves files from memory over TLS, and can be spoiled file by file.
#[derive(Debug)]
pub struct TlsCdn {
    address: SocketAddr,
    authority: String,
    shelf: Arc<Mutex<Shelf>>,
    accepting: JoinHandle<()>,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoil {
    /// It is not there: 404.
    Missing,
    /// It may not be read: 403, and a header that says which server answered.
    Forbidden,
    /// It has other bytes, as many.
    OtherBytes,
    /// It ends before its `Content-Length`.
    BrokenOff,
    /// No answer comes.
    Silent,
    /// It redirects to itself.
    RedirectToItself,
}

#[derive(Debug, Default)]
struct Shelf {
    files: BTreeMap<String, Bytes>,
    spoils: BTreeMap<String, Spoil>,
    authorizations: Vec<HeaderValue>,
    connections: usize,
    requests: usize,
    resumptions: usize,
}

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
        let identity = identity(host, validity, protocol)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr()?;
        let files = files
            .into_iter()
            .map(|(path, content)| (path.into(), content.into()))
            .collect();
        let shelf = Arc::new(Mutex::new(Shelf {
            files,
            ..Shelf::default()
        }));
        let accepting = tokio::spawn(accept(listener, identity.acceptor, Arc::clone(&shelf)));
        Ok(Self {
            address,
            authority: identity.authority,
            shelf,
            accepting,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL by address, without a path: `https://127.0.0.1:PORT`. It is for a CDN whose name is
    /// `127.0.0.1`.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
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

impl Drop for TlsCdn {
    fn drop(&mut self) {
        // The connections belong to this task and end with it.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, shelf: Arc<Mutex<Shelf>>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                lock(&shelf).connections += 1;
                connections.spawn(serve(stream, acceptor.clone(), Arc::clone(&shelf)));
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            // Any other error would come back at once and for ever. Closed, the port says so.
            Err(_) => return,
        }
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shelf: Arc<Mutex<Shelf>>) {
    // A client that does not trust the certificate goes away: its test sees it there.
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    if stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed) {
        lock(&shelf).resumptions += 1;
    }
    let service = service_fn(move |request| {
        let shelf = Arc::clone(&shelf);
        async move { Ok::<_, Infallible>(answer(&request, &shelf).await) }
    });
    let speaks_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = TokioIo::new(stream);
    // A client that goes away in the middle is the client's affair, too.
    let _ = if speaks_http2 {
        http2::Builder::new(TokioExecutor::new())
            .serve_connection(stream, service)
            .await
    } else {
        http1::Builder::new()
            .serve_connection(stream, service)
            .await
    };
}

async fn answer(request: &Request<Incoming>, shelf: &Mutex<Shelf>) -> Response<Content> {
    let target = request.uri().path();
    let path = percent_decode_str(target).decode_utf8_lossy().into_owned();
    let (file, spoil) = {
        let mut shelf = lock(shelf);
        shelf.requests += 1;
        let authorizations = request.headers().get_all("authorization");
        shelf
            .authorizations
            .extend(authorizations.into_iter().cloned());
        (
            shelf.files.get(&path).cloned(),
            shelf.spoils.get(&path).copied(),
        )
    };
    let Some(file) = file else {
        return plain(StatusCode::NOT_FOUND);
    };
    match spoil {
        None => Response::new(Content::whole(file)),
        Some(Spoil::Missing) => plain(StatusCode::NOT_FOUND),
        Some(Spoil::Forbidden) => with(
            plain(StatusCode::FORBIDDEN),
            HeaderName::from_static("x-served-by"),
            "stand-in-1",
        ),
        Some(Spoil::OtherBytes) => {
            let other: Vec<u8> = file.iter().map(|byte| byte ^ 1).collect();
            Response::new(Content::whole(other.into()))
        }
        Some(Spoil::BrokenOff) => {
            let length = (file.len() + 1).to_string();
            with(
                Response::new(Content::broken_off(file)),
                CONTENT_LENGTH,
                &length,
            )
        }
        Some(Spoil::Silent) => pending().await,
        Some(Spoil::RedirectToItself) => with(plain(StatusCode::FOUND), LOCATION, target),
    }
}

fn plain(status: StatusCode) -> Response<Content> {
    let mut response = Response::new(Content::whole(format!("{status}\n").into()));
    *response.status_mut() = status;
    response
}

fn with(mut response: Response<Content>, name: HeaderName, value: &str) -> Response<Content> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// A body in one piece, after which it may break off.
struct Content {
    data: Option<Bytes>,
    breaks_off: bool,
}

impl Content {
    fn whole(data: Bytes) -> Self {
        Self {
            data: Some(data),
            breaks_off: false,
        }
    }

    fn broken_off(data: Bytes) -> Self {
        Self {
            data: Some(data),
            breaks_off: true,
        }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = match self.data.take() {
            Some(data) => Some(Ok(Frame::data(data))),
            None => self
                .breaks_off
                .then(|| Err(io::ErrorKind::UnexpectedEof.into())),
        };
        Poll::Ready(next)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.data {
            Some(data) if !self.breaks_off => SizeHint::with_exact(data.len() as u64),
            _ => SizeHint::default(),
        }
    }
}

fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
