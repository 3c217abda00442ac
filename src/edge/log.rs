//! The request log: one line for each request, at Fastly log endpoints.

use fastly::handle::RequestHandle;
use fastly::http::header::{HeaderValue, REFERER};
use signpost::Answer;
use signpost::config;
use signpost::log_line::{Exchange, InForce};
use signpost::request::Request;

use super::arrival::{Arrival, Caller, as_text, logged_value, protocol};
use super::send::Summary;
use super::service_log::Destination;

/// Writes lines to log endpoints. A line that cannot be written is lost, never the request.
pub(super) struct Log {
    destinations: Vec<Destination>,
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
            referer: logged_value(handle, &REFERER),
            tls_cipher: bytes_to_text(
                tls.and_then(RequestHandle::client_tls_cipher_openssl_name_bytes),
            ),
            tls_protocol: bytes_to_text(tls.and_then(RequestHandle::client_tls_protocol_bytes)),
        }
    }

    /// What the configuration says of a line.
    pub(super) fn options(&self) -> &'c config::Log {
        self.options
    }
}

impl Log {
    pub(super) fn start() -> Self {
        Self {
            destinations: Vec::new(),
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
        for name in &details.options.endpoints {
            // Kept open, because the sides may have endpoints of their own.
            if self.destinations.iter().all(|open| open.name() != name) {
                self.destinations.push(Destination::open(name));
            }
            let mut open = self.destinations.iter_mut();
            if let Some(destination) = open.find(|open| open.name() == name) {
                destination.write(&line);
            }
        }
    }
}

/// The platform gives empty bytes for a connection without TLS.
fn bytes_to_text(bytes: Option<impl AsRef<[u8]>>) -> Option<String> {
    let bytes = bytes?;
    let text = String::from_utf8_lossy(bytes.as_ref());
    (!text.is_empty()).then(|| text.into_owned())
}
