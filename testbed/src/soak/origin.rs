//! An origin that dies and recovers, and whose right answer to any request is known.

use std::hash::{DefaultHasher, Hasher as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::server::{lock, serve};

/// The header in which a request says what the origin is to answer: status, length, and where in [`BLOCK`]
/// the body starts.
pub(super) const TOLD: &str = "x-soak";

/// The header in which the origin says which request arrived.
const SEEN: &str = "x-origin";

/// The length of the longest body.
pub(super) const LONGEST: usize = 1 << 16;

/// What bodies are pieces of: random, and always the same.
pub(super) static BLOCK: LazyLock<Bytes> = LazyLock::new(|| {
    let mut random = fastrand::Rng::with_seed(17);
    (0..4 * LONGEST).map(|_| random.u8(..)).collect()
});

/// The length that an answer which breaks off announces, and how much of it comes.
const ANNOUNCED: usize = 1000;
const SENT: usize = 500;

/// How the origin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    /// It answers.
    Up,
    /// It refuses connections.
    Refuses,
    /// It resets each connection once a request has begun to arrive.
    Resets,
    /// It answers what is not HTTP.
    Garbage,
    /// It breaks off in the middle of a body.
    BreaksOff,
    /// It takes requests and does not answer.
    Silent,
}

/// An origin at one address, whatever becomes of it.
#[derive(Debug)]
pub(super) struct Origin {
    address: SocketAddr,
    state: Arc<State>,
    accepting: Mutex<Option<JoinHandle<()>>>,
    /// Bound and not listening, so that nobody else gets the port while the origin is down.
    _reservation: TcpSocket,
}

#[derive(Debug)]
struct State {
    /// Odd while the weather changes.
    generation: AtomicU64,
    weather: Mutex<Weather>,
}

/// How the origin was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    generation: u64,
    weather: Weather,
}

impl Origin {
    /// Starts one that answers.
    pub(super) async fn start() -> Result<Self> {
        let reservation = socket_at((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = reservation.local_addr().context("no address")?;
        let state = State {
            generation: AtomicU64::new(0),
            weather: Mutex::new(Weather::Refuses),
        };
        let origin = Self {
            address,
            state: Arc::new(state),
            accepting: Mutex::new(None),
            _reservation: reservation,
        };
        origin.turn(Weather::Up).await?;
        Ok(origin)
    }

    /// Changes the weather. What is under way when the origin dies is broken off.
    pub(super) async fn turn(&self, weather: Weather) -> Result<()> {
        self.state.generation.fetch_add(1, Ordering::SeqCst);
        *lock(&self.state.weather) = weather;
        let accepting = lock(&self.accepting).take();
        let accepting = match (weather, accepting) {
            (Weather::Refuses, Some(accepting)) => {
                accepting.abort();
                // Now the listener is closed, and its connections with it.
                let _ = accepting.await;
                None
            }
            (Weather::Refuses, None) => None,
            (_, Some(accepting)) => Some(accepting),
            (_, None) => {
                let listener = socket_at(self.address)?.listen(1024)?;
                Some(tokio::spawn(accept(listener, Arc::clone(&self.state))))
            }
        };
        *lock(&self.accepting) = accepting;
        self.state.generation.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// Its URL without a path.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How it is now.
    pub(super) fn now(&self) -> Moment {
        Moment {
            generation: self.state.generation.load(Ordering::SeqCst),
            weather: *lock(&self.state.weather),
        }
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        if let Some(accepting) = lock(&self.accepting).take() {
            accepting.abort();
        }
    }
}

impl Moment {
    /// The weather all the time from this moment to the other; `None` if it changed.
    pub(super) fn until(self, end: Self) -> Option<Weather> {
        let is_steady = self == end && self.generation.is_multiple_of(2);
        is_steady.then_some(self.weather)
    }
}

/// The right answer of the origin to a request with these values, as it leaves the origin.
pub(super) fn answer_to(
    method: &Method,
    target: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Response<Bytes> {
    let text = |name: &str| {
        let value = headers.get(name).map(HeaderValue::as_bytes);
        String::from_utf8_lossy(value.unwrap_or_default())
    };
    let told = text(TOLD);
    let mut told = told.split(' ').map(str::parse);
    let mut number = || told.next().and_then(Result::ok).unwrap_or(0_usize);
    let (status, length, start) = (number(), number(), number());
    let status = u16::try_from(status).unwrap_or_default();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let has_no_body = matches!(status.as_u16(), 204 | 304);
    let piece = BLOCK.slice(start.min(LONGEST)..);
    let content = piece.slice(..length.min(LONGEST));
    let mut response = Response::new(if has_no_body { Bytes::new() } else { content });
    *response.status_mut() = status;
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    let seen = format!(
        "{method} {target} of {} with {} and {}, {} bytes {:x}",
        text("host"),
        text("range"),
        text("authorization"),
        body.len(),
        hasher.finish()
    );
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-soak"));
    headers.insert(ETAG, HeaderValue::from_static("\"soak\""));
    headers.append(SET_COOKIE, HeaderValue::from_static("a=1"));
    headers.append(SET_COOKIE, HeaderValue::from_static("b=2"));
    if let Ok(seen) = HeaderValue::try_from(seen) {
        headers.insert(SEEN, seen);
    }
    if !has_no_body {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length.min(LONGEST)));
    }
    response
}

/// What arrives of an answer that breaks off: its only header besides the length, and the body.
pub(super) fn broken_off(method: &Method) -> (Response<Bytes>, bool) {
    let is_head = *method == Method::HEAD;
    let body = BLOCK.slice(..if is_head { 0 } else { SENT });
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(ANNOUNCED));
    (response, !is_head)
}

fn socket_at(address: SocketAddr) -> Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // The listener has the port of the reservation.
    socket.set_reuseport(true)?;
    socket.set_reuseaddr(true)?;
    let bound = socket.bind(address);
    bound.with_context(|| format!("cannot bind {address}"))?;
    Ok(socket)
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        if let Ok((stream, _)) = listener.accept().await {
            let weather = *lock(&state.weather);
            connections.spawn(async move {
                // Who goes away in the middle sees that.
                let _ = handle(stream, weather).await;
            });
        }
    }
}

async fn handle(mut stream: TcpStream, weather: Weather) -> Result<()> {
    if weather == Weather::Up {
        serve(stream, false, reply).await;
        return Ok(());
    }
    let mut head_of_request = [0; 16];
    let read = stream.read(&mut head_of_request).await?;
    match weather {
        Weather::Resets => stream.set_zero_linger()?,
        Weather::Garbage => stream.write_all(b"no\r\n\r\n").await?,
        Weather::BreaksOff => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {ANNOUNCED}\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            if !head_of_request.starts_with(b"HEAD ") {
                stream.write_all(&BLOCK.slice(..SENT)).await?;
            }
        }
        Weather::Up | Weather::Refuses | Weather::Silent => {}
    }
    if weather != Weather::Resets && read > 0 {
        if weather != Weather::Silent {
            stream.shutdown().await?;
        }
        // Closing while something is unread would reset the connection, and take back what was written.
        let mut rest = [0; 4096];
        while stream.read(&mut rest).await? > 0 {}
    }
    Ok(())
}

async fn reply(request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        let mut response = Response::new(Full::from("The body ended too early.\n"));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return response;
    };
    let target = head.uri.to_string();
    answer_to(&head.method, &target, &head.headers, &body.to_bytes()).map(Full::new)
}
