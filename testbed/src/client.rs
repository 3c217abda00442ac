//! An HTTP/1.1 client that sends what it is given and nothing else.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// How long one exchange may take: far more than any needs, so that a test fails and never hangs.
const LIMIT: Duration = Duration::from_mins(1);

/// Sends one request on a connection of its own and collects the whole answer.
///
/// The request target is the URI as the request holds it: a URI that is a path is sent in origin
/// form with every `//`, `..` and `\` where it stands. `Host` is the request's own, or else
/// `address`. Redirects are not followed and nothing is decompressed.
///
/// # Errors
///
/// When the connection fails, the answer is not HTTP/1.1, or it has not come after a minute.
pub async fn send(address: SocketAddr, request: Request<Bytes>) -> Result<Response<Bytes>> {
    send_from(Ipv4Addr::LOCALHOST, address, request).await
}

/// The same as a client that has this address, which must be one of loopback.
pub(crate) async fn send_from(
    client: Ipv4Addr,
    address: SocketAddr,
    request: Request<Bytes>,
) -> Result<Response<Bytes>> {
    let line = format!("{} {} at {address}", request.method(), request.uri());
    timeout(LIMIT, exchange(client, address, request))
        .await
        .with_context(|| format!("no whole answer to {line} within {LIMIT:?}"))?
        .with_context(|| format!("cannot send {line}"))
}

/// Writes `bytes` on a connection of its own and reads until the other side closes it.
///
/// For requests that no client would write. They should ask for `Connection: close` if the server
/// would otherwise wait for another. A connection that is reset counts as closed.
///
/// # Errors
///
/// When the connection fails, or is still open after a minute.
pub async fn send_raw(address: SocketAddr, bytes: &[u8]) -> Result<Vec<u8>> {
    timeout(LIMIT, exchange_raw(address, bytes))
        .await
        .with_context(|| {
            format!("{address} kept the connection open for {LIMIT:?}: ask for `Connection: close`")
        })?
        .with_context(|| format!("cannot send {} bytes to {address}", bytes.len()))
}

async fn exchange(
    client: Ipv4Addr,
    address: SocketAddr,
    mut request: Request<Bytes>,
) -> Result<Response<Bytes>> {
    if !request.headers().contains_key(HOST) {
        let host = HeaderValue::from_str(&address.to_string())?;
        request.headers_mut().insert(HOST, host);
    }
    let socket = TcpSocket::new_v4()?;
    // Without `bind` a client has 127.0.0.1 as well, and its port is free again at once: ports run out otherwise.
    if client != Ipv4Addr::LOCALHOST {
        socket.bind((client, 0).into())?;
    }
    let stream = socket.connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    // Without a sender the connection closes, and its task ends.
    drop(sender);
    connection.abort();
    Ok(Response::from_parts(head, body))
}

async fn exchange_raw(address: SocketAddr, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(bytes).await?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => Err(error.into()),
        _ => Ok(answer),
    }
}
