//! What goes to the client: put together first, and sent last.

use std::io::Write;

use fastly::handle::{BodyHandle, ResponseHandle};
use fastly::http::serve::HandlerResult;
use fastly::http::{HeaderName, HeaderValue, StatusCode};
use signpost::Answer;
use signpost::decision::Reason;
use signpost::location::Refusal;
use signpost::reply::Reply;
use signpost::request::Method;

/// Why a redirect that the platform does not take goes to the origin. The proof makes this impossible.
pub(super) const UNSENDABLE: Reason = Reason::LocationRefused(Refusal::NotPrintableAscii);

/// A response that is ready to be sent, and what the log says of it.
pub(super) struct Outgoing {
    response: ResponseHandle,
    body: BodyHandle,
    summary: Summary,
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

/// Why the origin is asked.
pub(super) fn reason_of<'a>(answer: &'a Answer<'_, '_>) -> &'a Reason {
    answer.decision().reason().unwrap_or(&UNSENDABLE)
}

impl Outgoing {
    pub(super) fn new(response: ResponseHandle, body: BodyHandle, summary: Summary) -> Self {
        Self {
            response,
            body,
            summary,
            next: Next::Serve,
        }
    }

    /// Puts a reply to a request of this method together; `None` if the platform does not take some
    /// part of it.
    pub(super) fn of_reply(reply: &Reply<'_>, method: Method) -> Option<Self> {
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
        let summary = Summary {
            status: reply.status,
            bytes: match method {
                Method::Head => Some(0),
                _ => u64::try_from(reply.body.len()).ok(),
            },
            content_type: reply.content_type().map(str::to_owned),
        };
        Some(Self::new(response, body, summary))
    }

    pub(super) fn summary(&self) -> &Summary {
        &self.summary
    }

    pub(super) fn and_then(self, next: Next) -> Self {
        Self { next, ..self }
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
