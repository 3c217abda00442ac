//! The request log: one line for each request, at a Fastly log endpoint.

use std::io::Write;

use fastly::handle::RequestHandle;
use fastly::http::header::{HeaderValue, REFERER};
use fastly::log::Endpoint;
use signpost::Answer;
use signpost::config::{self, ClientIp};
use signpost::log_line::{Exchange, InForce};
use signpost::request::Request;

use super::arrival::{Arrival, Caller, as_text, protocol, value};
use super::send::Summary;

/// Writes lines to a log endpoint. A line that cannot be written is lost, never the request.
pub(super) struct Log {
    endpoint: Option<(String, Option<Endpoint>)>,
    edge_location: Option<String>,
}

/// What only the log needs of a request, read before the request is passed on.
pub(super) struct Details<'c> {
    options: &'c config::Log,
    protocol: &'static str,
    referer: Option<HeaderValue>,
    tls_cipher: Option<String>,
    tls_protocol: Option<String>,
}

impl<'c> Details<'c> {
    pub(super) fn read(
        options: &'c config::Log,
        handle: &RequestHandle,
        arrival: &Arrival,
    ) -> Self {
        // The log names the client as well.
        arrival.caller(handle);
        let tls = (arrival.scheme() == "https").then_some(handle);
        Self {
            options,
            protocol: protocol(handle),
            referer: value(handle, &REFERER),
            tls_cipher: bytes_to_text(
                tls.and_then(RequestHandle::client_tls_cipher_openssl_name_bytes),
            ),
            tls_protocol: bytes_to_text(tls.and_then(RequestHandle::client_tls_protocol_bytes)),
        }
    }

    /// How much of a client's address is written.
    pub(super) fn client_ip(&self) -> ClientIp {
        self.options.client_ip
    }
}

impl Log {
    pub(super) fn start() -> Self {
        Self {
            endpoint: None,
            edge_location: std::env::var("FASTLY_POP").ok(),
        }
    }

    /// Writes the line of one request.
    pub(super) fn write(
        &mut self,
        details: &Details<'_>,
        arrival: &Arrival,
        asked: &Request<'_>,
        answer: &Answer<'_, '_>,
        summary: &Summary,
        in_force: &InForce<'_>,
    ) {
        let caller = arrival.known_caller();
        let referer = details.referer.as_ref().map(as_text);
        let user_agent = caller.and_then(Caller::user_agent);
        let exchange = Exchange {
            time: arrival.time(),
            method: arrival.method(),
            scheme: arrival.scheme(),
            host: arrival.host(),
            path: asked.path(),
            protocol: details.protocol,
            referer: referer.as_deref(),
            user_agent: user_agent.as_deref(),
            client_ip: caller.and_then(Caller::address),
            tls_cipher: details.tls_cipher.as_deref(),
            tls_protocol: details.tls_protocol.as_deref(),
            edge_location: self.edge_location.as_deref(),
            status: summary.status,
            bytes: summary.bytes,
            content_type: summary.content_type.as_deref(),
        };
        let line = answer.log_line(&exchange, in_force);
        if let Some(endpoint) = self.endpoint(&details.options.endpoint) {
            // An endpoint that takes no line now may take the next one.
            let _ = endpoint.write_all(line.as_bytes());
        }
    }

    /// The endpoint of this name, opened once.
    fn endpoint(&mut self, name: &str) -> Option<&mut Endpoint> {
        let is_open = matches!(&self.endpoint, Some((open, _)) if open == name);
        if !is_open {
            self.endpoint = Some((name.to_owned(), open(name)));
        }
        self.endpoint.as_mut()?.1.as_mut()
    }
}

fn open(name: &str) -> Option<Endpoint> {
    Endpoint::try_from_name(name)
        .inspect_err(|error| eprintln!("signpost: no line is logged to `{name}`: {error}"))
        .ok()
}

/// The platform gives empty bytes for a connection without TLS.
fn bytes_to_text(bytes: Option<impl AsRef<[u8]>>) -> Option<String> {
    let bytes = bytes?;
    let text = String::from_utf8_lossy(bytes.as_ref());
    (!text.is_empty()).then(|| text.into_owned())
}
