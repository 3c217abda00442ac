//! A client that keeps its connection, and says all that came of a request.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use bytes::{Bytes, BytesMut};
use http::header::CONNECTION;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, SizeHint};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::asks::Asked;
use crate::client::send_raw;

/// How long one exchange may take: far more than any needs.
const LIMIT: Duration = Duration::from_mins(1);

/// What came of a request.
#[derive(Clone, Debug)]
pub(super) enum Came {
    Answer(Answer),
    /// No head of an answer, for this reason.
    Nothing(String),
}

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The connection ended before the body did.
    pub(super) is_broken_off: bool,
}

/// One connection, which is opened anew when it was closed.
pub(super) struct Client {
    address: SocketAddr,
    sender: Option<SendRequest<Sent>>,
}

/// A body whose length is announced, or not.
struct Sent {
    data: Option<Bytes>,
    is_chunked: bool,
}

impl Client {
    pub(super) fn to(address: SocketAddr) -> Self {
        let sender = None;
        Self { address, sender }
    }

    pub(super) async fn send(&mut self, asked: &Asked) -> Came {
        let exchange = async {
            match asked.raw_target {
                Some(target) => raw(self.address, target, &asked.headers).await,
                None => self.exchange(asked).await,
            }
        };
        match timeout(LIMIT, exchange).await {
            Ok(Ok(answer)) => Came::Answer(answer),
            Ok(Err(error)) => Came::Nothing(format!("{error:#}")),
            Err(_) => Came::Nothing(format!("no answer within {LIMIT:?}")),
        }
    }

    async fn exchange(&mut self, asked: &Asked) -> Result<Answer> {
        let body = Sent {
            data: Some(asked.body.clone()).filter(|body| !body.is_empty()),
            is_chunked: asked.is_chunked,
        };
        let mut request = Request::new(body);
        *request.method_mut() = asked.method.clone();
        *request.uri_mut() = asked.target.parse().context("the target is no URI")?;
        *request.headers_mut() = asked.headers.clone();
        let mut sender = match self.sender.take() {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let (head, mut body) = sender.send_request(request).await?.into_parts();
        let mut content = BytesMut::new();
        let mut is_broken_off = false;
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => content.extend(frame.into_data().ok()),
                Err(_) => is_broken_off = true,
            }
        }
        // The server closes the connection once it has answered what it did not read to the end.
        let is_kept = !is_broken_off && asked.body.is_empty() && !sender.is_closed();
        if is_kept && !head.headers.contains_key(CONNECTION) {
            self.sender = Some(sender);
        }
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: content.freeze(),
            is_broken_off,
        })
    }

    async fn connect(&self) -> Result<SendRequest<Sent>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // It ends with its sender.
        tokio::spawn(connection);
        Ok(sender)
    }
}

/// Sends a target that no client would write, on a connection of its own.
async fn raw(address: SocketAddr, target: &[u8], headers: &HeaderMap) -> Result<Answer> {
    let mut bytes = [b"GET ", target, b" HTTP/1.1\r\n"].concat();
    for (name, value) in headers {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(b"connection: close\r\n\r\n");
    let answer = send_raw(address, &bytes).await?;
    read(&answer).with_context(|| format!("cannot read {}", answer.escape_ascii()))
}

/// Reads an answer, after which the connection was closed.
fn read(answer: &[u8]) -> Result<Answer> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, rest) = answer.split_at(end.context("it has no head")? + 4);
    let head = std::str::from_utf8(head)?;
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line
            .split_once(':')
            .context("it has a line that is no field")?;
        let name: HeaderName = name.parse()?;
        headers.append(name, HeaderValue::try_from(value.trim())?);
    }
    let length = headers.get("content-length");
    let length: Option<usize> = length
        .map(|it| it.to_str()?.parse().map_err(|_| anyhow!("{it:?}")))
        .transpose()?;
    Ok(Answer {
        status: status.context("it has no status")?.parse()?,
        body: Bytes::copy_from_slice(rest),
        is_broken_off: length.is_some_and(|length| length != rest.len()),
        headers,
    })
}

impl Body for Sent {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.data.take().map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.data {
            Some(_) if self.is_chunked => SizeHint::new(),
            Some(data) => SizeHint::with_exact(data.len() as u64),
            None => SizeHint::with_exact(0),
        }
    }
}
