use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, LOCATION};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::channel::Channel;
use http_body_util::{Either, Full};
use hyper::body::{Frame, Incoming};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::HandshakeKind;

use crate::server::{Server, decoded_path, listens, lock, plain, serve};
use crate::tls::{Protocol, Validity, identity};

/// A CDN that serves files from memory over TLS, and can be spoiled file by file.
#[derive(Debug)]
pub struct TlsCdn {
    server: Server,
    authority: String,
    shelf: Arc<Mutex<Shelf>>,
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
        let identity = identity(host, validity, protocol)?;
        let files = files
            .into_iter()
            .map(|(path, content)| (path.into(), content.into()))
            .collect();
        let shelf = Arc::new(Mutex::new(Shelf {
            files,
            ..Shelf::default()
        }));
        let shared = Arc::clone(&shelf);
        let server = Server::accept(move |stream| {
            lock(&shared).connections += 1;
            handshake_and_serve(stream, identity.acceptor.clone(), Arc::clone(&shared))
        })
        .await?;
        Ok(Self {
            server,
            authority: identity.authority,
            shelf,
        })
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

type Content = Either<Full<Bytes>, Channel<Bytes, io::Error>>;

async fn handshake_and_serve(stream: TcpStream, acceptor: TlsAcceptor, shelf: Arc<Mutex<Shelf>>) {
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
        async move { answer(&request, &shelf).await }
    };
    serve(stream, is_http2, handler).await;
}

async fn answer(request: &Request<Incoming>, shelf: &Mutex<Shelf>) -> Response<Content> {
    let path = decoded_path(request.uri());
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
        return plain(StatusCode::NOT_FOUND).map(Either::Left);
    };
    let response = match spoil {
        None => Response::new(Full::new(file)),
        Some(Spoil::Missing) => plain(StatusCode::NOT_FOUND),
        Some(Spoil::Forbidden) => with(
            plain(StatusCode::FORBIDDEN),
            HeaderName::from_static("x-served-by"),
            "stand-in-1",
        ),
        Some(Spoil::OtherBytes) => {
            let other: Vec<u8> = file.iter().map(|byte| byte ^ 1).collect();
            Response::new(Full::from(other))
        }
        Some(Spoil::BrokenOff) => return broken_off(file),
        Some(Spoil::Silent) => pending().await,
        Some(Spoil::RedirectToItself) => {
            with(plain(StatusCode::FOUND), LOCATION, request.uri().path())
        }
    };
    response.map(Either::Left)
}

fn with<Body>(mut response: Response<Body>, name: HeaderName, value: &str) -> Response<Body> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// A body that ends one byte before its `Content-Length`.
fn broken_off(file: Bytes) -> Response<Content> {
    let length = (file.len() + 1).to_string();
    let (mut sender, body) = Channel::new(1);
    // The channel has room for one frame.
    let _ = sender.try_send(Frame::data(file));
    sender.abort(io::ErrorKind::UnexpectedEof.into());
    with(Response::new(Either::Right(body)), CONTENT_LENGTH, &length)
}
