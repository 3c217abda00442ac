//! A request on its way to the first backend that answers.

use std::time::{Duration, Instant};

use fastly::Request;
use fastly::handle::{BodyHandle, ResponseHandle};
use fastly::http::request::SendErrorCause;
use signpost::config::{Config, FALLBACK_BACKEND, OriginOptions};
use signpost::proxy::Failure;
use signpost::request::Method;

use super::arrival::Arrival;
use super::fields::OfProxy;
use super::service_log::say;

/// Where a request may be passed to, and for how long.
pub(super) struct Backends<'c> {
    names: Vec<&'c str>,
    next_backend_timeout: Duration,
}

/// What came of passing a request to the backends.
pub(super) struct Passed {
    /// The answer of a backend, or why the last one that was asked gave none.
    ///
    /// The last failure counts, whatever an earlier backend may have received: only a request that may
    /// be repeated is sent to a second one, so its client may repeat it too.
    pub(super) answer: Result<(ResponseHandle, BodyHandle), Failure>,
    /// How many requests were sent.
    pub(super) requests: u32,
}

impl<'c> Backends<'c> {
    /// Those of the configuration, or what is tried while there is none.
    pub(super) fn of(config: Option<&'c Config>) -> Self {
        let options = config.map_or_else(OriginOptions::default, Config::origin);
        Self {
            names: config.map_or_else(
                || vec![FALLBACK_BACKEND],
                |config| config.backends().iter().map(AsRef::as_ref).collect(),
            ),
            next_backend_timeout: options.next_backend_timeout,
        }
    }
}

/// Passes the request to the first backend that answers, and gives its answer.
///
/// A request that may be repeated goes to the next backend if one cannot be reached in time; any
/// answer of a backend, an error too, is the answer.
pub(super) fn pass(
    mut request: Request,
    arrival: &Arrival,
    method: Method,
    backends: &Backends<'_>,
) -> Passed {
    let start = Instant::now();
    let of_proxy = OfProxy::read(request.as_handles().0, arrival);
    let is_repeatable = backends.names.len() > 1
        && arrival.is_repeatable(request.as_handles().0, method)
        && has_empty_body(&mut request);
    request.set_pass(true);
    let mut names = backends.names.iter().peekable();
    let mut requests = 0;
    let mut failure = Failure::ProxyConfigurationError;
    let mut next = Some(request);
    while let (Some(request), Some(backend)) = (next.take(), names.next()) {
        requests += 1;
        if is_repeatable && names.peek().is_some() {
            next = Some(request.clone_without_body());
        }
        let (mut handle, body) = request.into_handles();
        of_proxy.replace_in(&mut handle);
        match handle.send(body.unwrap_or_else(BodyHandle::new), backend) {
            Ok(answered) => {
                let answer = Ok(answered);
                return Passed { answer, requests };
            }
            Err(cause) => {
                say(&format!(
                    "signpost: backend `{backend}` did not answer: {cause}"
                ));
                failure = failure_of(&cause);
            }
        }
        let is_too_late = start.elapsed() >= backends.next_backend_timeout;
        if is_too_late && next.take().is_some() {
            say("signpost: no other backend is tried after next_backend_timeout");
        }
    }
    Passed {
        answer: Err(failure),
        requests,
    }
}

/// Whether the body is empty, which only reading it tells: since HTTP/2 a request can have a body
/// that no header announces.
///
/// What was read is put back. A body that cannot be read is not known to be empty.
fn has_empty_body(request: &mut Request) -> bool {
    match request.get_body_mut().try_get_prefix_mut(1) {
        Ok(start) if start.is_empty() => {
            // There is nothing to put back, so the platform is not asked to.
            start.take();
            true
        }
        Ok(_) | Err(_) => false,
    }
}

/// The platform's cause as RFC 9209 names it.
fn failure_of(cause: &SendErrorCause) -> Failure {
    match cause {
        SendErrorCause::DnsTimeout => Failure::DnsTimeout,
        SendErrorCause::DnsError { .. } => Failure::DnsError,
        SendErrorCause::DestinationNotFound => Failure::DestinationNotFound,
        SendErrorCause::DestinationUnavailable => Failure::DestinationUnavailable,
        SendErrorCause::DestinationIpUnroutable => Failure::DestinationIpUnroutable,
        SendErrorCause::ConnectionRefused => Failure::ConnectionRefused,
        SendErrorCause::ConnectionTerminated => Failure::ConnectionTerminated,
        SendErrorCause::ConnectionTimeout => Failure::ConnectionTimeout,
        SendErrorCause::ConnectionLimitReached => Failure::ConnectionLimitReached,
        SendErrorCause::TlsProtocolError => Failure::TlsProtocolError,
        SendErrorCause::TlsCertificateError => Failure::TlsCertificateError,
        SendErrorCause::TlsAlertReceived { .. } => Failure::TlsAlertReceived,
        SendErrorCause::TlsConfigurationError => Failure::ProxyConfigurationError,
        SendErrorCause::HttpIncompleteResponse => Failure::HttpResponseIncomplete,
        SendErrorCause::HttpResponseHeaderSectionTooLarge => Failure::HttpResponseHeaderSectionSize,
        SendErrorCause::HttpResponseBodyTooLarge => Failure::HttpResponseBodySize,
        SendErrorCause::HttpResponseTimeout => Failure::HttpResponseTimeout,
        SendErrorCause::HttpUpgradeFailed => Failure::HttpUpgradeFailed,
        SendErrorCause::HttpProtocolError
        | SendErrorCause::HttpResponseStatusInvalid
        | SendErrorCause::Http2StreamError { .. } => Failure::HttpProtocolError,
        _ => Failure::ProxyInternalError,
    }
}
