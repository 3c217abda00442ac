//! What goes to the client, put together first and sent last.

use std::io::Write;

use fastly::handle::{BodyHandle, ResponseHandle};
use fastly::http::serve::HandlerResult;
use fastly::http::{HeaderName, HeaderValue, StatusCode};
use signpost::reply::Reply;
use signpost::request::Method;

/// A response that is ready to be sent.
pub(super) struct Outgoing {
    response: ResponseHandle,
    body: BodyHandle,
    next: Next,
}

/// What the log says of a response.
pub(super) struct Summary {
    pub(super) status: u16,
    pub(super) bytes: Option<u64>,
    pub(super) content_type: Option<String>,
}

/// Whether the sandbox takes another request after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Serve,
    Stop,
}

/// The sandbox has reached one of its own bounds: requests sent to the origin, or memory.
#[derive(Debug)]
pub(super) struct Exhausted;

impl Outgoing {
    pub(super) fn new(response: ResponseHandle, body: BodyHandle) -> Self {
        Self {
            response,
            body,
            next: Next::Serve,
        }
    }

    /// Puts a reply of ours together.
    ///
    /// Nothing comes out if some part of it cannot go on the wire. That is impossible for a reply of
    /// the library, and then the origin answers all the same.
    pub(super) fn of_reply(reply: &Reply<'_>) -> Option<Self> {
        let status = StatusCode::from_u16(reply.status).ok()?;
        let mut body = BodyHandle::new();
        if !reply.body.is_empty() {
            body.write_all(reply.body.as_bytes()).ok()?;
        }
        let mut response = ResponseHandle::new();
        response.set_status(status);
        for (name, value) in &reply.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            response.insert_header(&name, &HeaderValue::from_str(value).ok()?);
        }
        Some(Self::new(response, body))
    }

    pub(super) fn and_then(self, next: Next) -> Self {
        Self { next, ..self }
    }
}

impl Summary {
    pub(super) fn of_reply(reply: &Reply<'_>, method: Method) -> Self {
        Self {
            status: reply.status,
            bytes: match method {
                Method::Head => Some(0),
                Method::Get | Method::Other => u64::try_from(reply.body.len()).ok(),
            },
            content_type: reply.content_type().map(str::to_owned),
        }
    }
}

impl HandlerResult for Outgoing {
    type Error = Exhausted;

    /// Sending is the very last thing: a client that has its answer may ask again at once, and this
    /// sandbox can only take that request if it has nothing else left to do.
    fn send(self) -> Result<(), Exhausted> {
        self.response.send_to_client(self.body);
        match self.next {
            Next::Serve => Ok(()),
            Next::Stop => Err(Exhausted),
        }
    }
}
