use std::fmt;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;

use crate::server::{Server, listens, lock};

/// An origin that records every request whole, and answers as it is told.
///
/// Viceroy asks each backend for its URL once, before it listens, to warn of one that is down: an
/// origin that is a backend has recorded that request when [`Viceroy::start`](crate::Viceroy::start)
/// returns. [`take_requests`](Self::take_requests) forgets it.
pub struct StandInOrigin {
    server: Server,
    recorded: Recorded,
    reply: Arc<Mutex<Reply>>,
}

/// A request as the origin received it.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// The method, also one that no standard names.
    pub method: Method,
    /// The request target as it stood in the request line: nothing decoded, nothing normalised.
    pub target: String,
    /// The headers; the values of a repeated header are in the order in which they arrived.
    pub headers: HeaderMap,
    /// The whole body, without its transfer coding.
    pub body: Bytes,
}

/// What it answers.
type Reply = Arc<dyn Fn(&RecordedRequest) -> Response<Bytes> + Send + Sync>;

type Recorded = Arc<Mutex<Vec<RecordedRequest>>>;

listens!(StandInOrigin, "http", server.address);

impl fmt::Debug for StandInOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("StandInOrigin");
        shown.field("url", &self.url()).finish_non_exhaustive()
    }
}

impl StandInOrigin {
    /// Starts an origin that answers 200 and, in plain text, says which request arrived.
    ///
    /// # Errors
    ///
    /// When no loopback port can be bound.
    pub async fn start() -> Result<Self> {
        Self::start_with(Self::said).await
    }

    /// Which request arrived, in plain text.
    pub fn said(request: &RecordedRequest) -> Response<Bytes> {
        let text = format!(
            "The stand-in origin received {} {}\n",
            request.method, request.target
        );
        let mut response = Response::new(Bytes::from(text));
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        response
    }

    /// Starts an origin that answers with what `reply` makes of the request.
    ///
    /// The answer to a HEAD request is sent without its body, and with the `Content-Length` of it.
    ///
    /// # Errors
    ///
    /// When no loopback port can be bound.
    pub async fn start_with(
        reply: impl Fn(&RecordedRequest) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::start_boxed(Arc::new(reply)).await
    }

    /// Not generic: the server is compiled once, and not again for every test.
    async fn start_boxed(reply: Reply) -> Result<Self> {
        let recorded = Recorded::default();
        let records = Arc::clone(&recorded);
        let reply = Arc::new(Mutex::new(reply));
        let replies = Arc::clone(&reply);
        let server = Server::start(move |request| {
            record_and_reply(request, Arc::clone(&records), Arc::clone(&replies))
        })
        .await?;
        Ok(Self {
            server,
            recorded,
            reply,
        })
    }

    /// Answers with this from now on.
    pub(crate) fn answer_with(&self, reply: Reply) {
        *lock(&self.reply) = reply;
    }

    /// The requests so far, in the order in which they were received in full.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.recorded).clone()
    }

    /// The requests so far, which are then forgotten.
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        std::mem::take(&mut *lock(&self.recorded))
    }
}

async fn record_and_reply(
    request: Request<Incoming>,
    recorded: Recorded,
    reply: Arc<Mutex<Reply>>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        let mut response = Response::new(Full::from("The body ended too early.\n"));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return response;
    };
    let request = RecordedRequest {
        method: head.method,
        target: head.uri.to_string(),
        headers: head.headers,
        body: body.to_bytes(),
    };
    // Recorded before it is answered, so that whoever has the answer finds the request here.
    lock(&recorded).push(request.clone());
    let reply = Arc::clone(&lock(&reply));
    reply(&request).map(Full::new)
}
