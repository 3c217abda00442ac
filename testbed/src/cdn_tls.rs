use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_LENGTH, ETAG, IF_NONE_MATCH, LOCATION, RANGE,
};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::channel::Channel;
use http_body_util::{Either, Full};
use hyper::body::{Body as _, Frame, Incoming};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::HandshakeKind;

use crate::file::{file_for, whole_for};
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
    let asks = |name| request.headers().contains_key::<HeaderName>(name);
    let response = match spoil {
        Some(Spoil::NoHead) if *request.method() == Method::HEAD => plain(StatusCode::FORBIDDEN),
        Some(Spoil::NoRange) if asks(RANGE) => plain(StatusCode::RANGE_NOT_SATISFIABLE),
        Some(Spoil::NoCondition) if asks(IF_NONE_MATCH) => plain(StatusCode::PRECONDITION_FAILED),
        Some(Spoil::NoPreflight) if *request.method() == Method::OPTIONS => {
            plain(StatusCode::FORBIDDEN)
        }
        Some(Spoil::WholeForRange) if asks(RANGE) => whole_for(file),
        Some(Spoil::OtherRange) if asks(RANGE) => file_for(request, other_bytes(&file)),
        Some(Spoil::NoValidator) => without(file_for(request, file), ETAG),
        Some(Spoil::NoCors) => without(file_for(request, file), ACCESS_CONTROL_ALLOW_ORIGIN),
        Some(Spoil::TwiceCors) => {
            let mut response = file_for(request, file);
            let all = HeaderValue::from_static("*");
            let headers = response.headers_mut();
            headers.append(ACCESS_CONTROL_ALLOW_ORIGIN, all);
            response
        }
        None
        | Some(
            Spoil::NoHead
            | Spoil::NoRange
            | Spoil::WholeForRange
            | Spoil::OtherRange
            | Spoil::NoCondition
            | Spoil::NoPreflight,
        ) => file_for(request, file),
        Some(Spoil::Missing) => plain(StatusCode::NOT_FOUND),
        Some(Spoil::Forbidden) => with(
            plain(StatusCode::FORBIDDEN),
            HeaderName::from_static("x-served-by"),
            "stand-in-1",
        ),
        Some(Spoil::OtherBytes) => file_for(request, other_bytes(&file)),
        Some(Spoil::BrokenOff) => return broken_off(file),
        Some(Spoil::Silent) => pending().await,
        Some(Spoil::RedirectToItself) => {
            with(plain(StatusCode::FOUND), LOCATION, request.uri().path())
        }
    };
    let response = if *request.method() == Method::HEAD {
        without_body(response)
    } else {
        response
    };
    response.map(Either::Left)
}

/// The answer to HEAD. Over HTTP/2, hyper would send the body.
fn without_body(response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let length = response.body().size_hint().exact().unwrap_or_default();
    let response = response.map(|_| Full::default());
    with(response, CONTENT_LENGTH, &length.to_string())
}

fn other_bytes(file: &Bytes) -> Bytes {
    file.iter().map(|byte| byte ^ 1).collect()
}

fn without<Body>(mut response: Response<Body>, name: HeaderName) -> Response<Body> {
    response.headers_mut().remove(name);
    response
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
