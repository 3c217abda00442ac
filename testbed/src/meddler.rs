use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use http::header::{CONNECTION, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Collected, Full};
use hyper::body::Incoming;

use crate::client;
use crate::server::{Server, listens, plain};

/// A server in front of another one that adds a header to every answer, as a cache on the way may.
#[derive(Debug)]
pub struct Meddler {
    server: Server,
}

listens!(Meddler, "http", server.address);

impl Meddler {
    /// Starts one that passes requests on to `behind`, and adds a header to what comes back.
    ///
    /// # Errors
    ///
    /// When no loopback port can be bound, or that is no header.
    pub async fn start(behind: SocketAddr, name: &str, value: &str) -> Result<Self> {
        let header: Arc<(HeaderName, HeaderValue)> = Arc::new((name.parse()?, value.parse()?));
        let server = Server::start(move |request| pass(request, behind, Arc::clone(&header)));
        Ok(Self {
            server: server.await?,
        })
    }
}

async fn pass(
    request: Request<Incoming>,
    behind: SocketAddr,
    header: Arc<(HeaderName, HeaderValue)>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    // If a client goes away in the middle, its test sees that.
    let body = body.collect().await.map(Collected::to_bytes);
    let request = Request::from_parts(head, body.unwrap_or_default());
    let Ok(mut answer) = client::send(behind, request).await else {
        return plain(StatusCode::BAD_GATEWAY);
    };
    let headers = answer.headers_mut();
    // They were about the connection behind.
    headers.remove(CONNECTION);
    headers.remove(TRANSFER_ENCODING);
    headers.append(header.0.clone(), header.1.clone());
    answer.map(Full::new)
}
