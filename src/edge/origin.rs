//! Requests that the origin answers, passed to it and back unchanged.

use std::time::{Duration, Instant};

use fastly::Request;
use fastly::handle::{BodyHandle, RequestHandle, ResponseHandle};
use fastly::http::header::{self, HeaderName, HeaderValue};
use fastly::http::{FramingHeadersMode, Method, StatusCode};
use signpost::Answer;
use signpost::config::{Config, OriginOptions, ResponseOptions};
use signpost::decision::Because;
use signpost::origin_redirect::{OriginAnswer, OriginRedirect};
use signpost::reply::{self, DECISION_HEADER};
use signpost::request::Request as Asked;

use super::arrival::{Arrival, values};
use super::send::{Outgoing, Summary, UNSENDABLE, reason_of};
use super::service_log::say;

/// The backend that is tried while no configuration names one.
const DEFAULT_BACKEND: &str = "origin";

/// Fields that are about the connection to the client, and not about the request: RFC 9110, section
/// 7.6.1. `Transfer-Encoding` is left to the platform, which frames every message itself.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::UPGRADE,
];

/// Fields that a server behind a proxy believes of its proxy, and that a client can write as well.
/// `Proxy` is one too: programs that put fields into their environment read it as `HTTP_PROXY`.
const SPOOFABLE: [HeaderName; 18] = [
    header::FORWARDED,
    HeaderName::from_static("fastly-ff"),
    HeaderName::from_static("fastly-ssl"),
    HeaderName::from_static("proxy"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("x-client-ip"),
    HeaderName::from_static("x-cluster-client-ip"),
    HeaderName::from_static("x-forwarded"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-forwarded-scheme"),
    HeaderName::from_static("x-forwarded-server"),
    HeaderName::from_static("x-forwarded-ssl"),
    HeaderName::from_static("x-host"),
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-original-host"),
    HeaderName::from_static("x-original-url"),
    HeaderName::from_static("x-rewrite-url"),
];

/// How long a `Connection` may be for all its options to be read. Those of a longer one are not, and
/// the fields it names stay: as they would have if the client had not named them.
const MAX_CONNECTION: usize = 65_536;

/// Fields in which the origin is told the client's address.
const CLIENT_ADDRESS: [HeaderName; 3] = [
    HeaderName::from_static("fastly-client-ip"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-real-ip"),
];
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const DECISION: HeaderName = HeaderName::from_static(DECISION_HEADER);

/// The longest `Location` that is read. A longer one counts as unreadable.
const MAX_LOCATION: usize = 8192;

/// Where a request may be passed to, and for how long.
struct Backends<'c> {
    names: Vec<&'c str>,
    next_backend_timeout: Duration,
}

/// What came of passing a request to the backends.
struct Passed {
    /// The answer of a backend; `None` if none answered.
    answer: Option<(ResponseHandle, BodyHandle)>,
    /// How many requests were sent.
    requests: u32,
}

/// Asks the origin, and puts together what the client gets. The number is how many requests were sent.
pub(super) fn ask<'c, 'r>(
    request: Request,
    arrival: &Arrival,
    asked: &Asked<'_>,
    mut answer: Answer<'c, 'r>,
    config: Option<&Config>,
) -> (Answer<'c, 'r>, Outgoing, u32) {
    if answer.redirect().is_some() {
        answer = Answer::origin(UNSENDABLE);
    }
    report_refusal(&answer, asked.path());
    let Passed {
        answer: received,
        requests,
    } = pass(request, arrival, &Backends::of(config));
    if let Some((response, body)) = received {
        let answer = judge(&response, arrival, asked, answer);
        let outgoing = pass_back(response, body, arrival, &answer);
        return (answer, outgoing, requests);
    }
    let answer = answer.after_origin_failed();
    let redirect = answer.reply();
    let redirect = redirect.and_then(|reply| Outgoing::of_reply(&reply, asked.method()));
    let outgoing = redirect.unwrap_or_else(|| unavailable(&answer, asked, config));
    (answer, outgoing, requests)
}

/// A refused proof is a bug or an attack, so it goes to the service log as well.
fn report_refusal(answer: &Answer<'_, '_>, path: &str) {
    let reason = reason_of(answer);
    if let Some(refusal) = reason.refusal() {
        let code = reason.code();
        say(&format!("signpost: {code}: {refusal}: {path}"));
    }
}

/// The 503 that cargo repeats, if no origin backend answered and no redirect was held back.
fn unavailable(answer: &Answer<'_, '_>, asked: &Asked<'_>, config: Option<&Config>) -> Outgoing {
    let without_config = ResponseOptions::default();
    let options = config.map_or(&without_config, Config::response);
    let reply = reply::origin_unavailable(options, reason_of(answer));
    Outgoing::of_reply(&reply, asked.method()).unwrap_or_else(|| {
        let mut response = ResponseHandle::new();
        response.set_status(StatusCode::SERVICE_UNAVAILABLE);
        let summary = Summary {
            status: reply.status,
            bytes: Some(0),
            content_type: None,
        };
        Outgoing::new(response, BodyHandle::new(), summary)
    })
}

impl<'c> Backends<'c> {
    /// Those of the configuration, or what is tried while there is none.
    fn of(config: Option<&'c Config>) -> Self {
        let options = config.map_or_else(OriginOptions::default, Config::origin);
        Self {
            names: config.map_or_else(
                || vec![DEFAULT_BACKEND],
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
fn pass(mut request: Request, arrival: &Arrival, backends: &Backends<'_>) -> Passed {
    let start = Instant::now();
    let client_ip = request.as_handles().0.client_ip_addr();
    let is_repeatable = backends.names.len() > 1
        && arrival.is_repeatable(request.as_handles().0)
        && has_empty_body(&mut request);
    request.set_pass(true);
    let mut names = backends.names.iter().peekable();
    let mut requests = 0;
    let mut next = Some(request);
    while let (Some(request), Some(backend)) = (next.take(), names.next()) {
        requests += 1;
        if is_repeatable && names.peek().is_some() {
            next = Some(request.clone_without_body());
        }
        let (mut handle, body) = request.into_handles();
        set_edge_headers(&mut handle, arrival, client_ip);
        match handle.send(body.unwrap_or_else(BodyHandle::new), backend) {
            Ok(answered) => {
                let answer = Some(answered);
                return Passed { answer, requests };
            }
            Err(error) => say(&format!(
                "signpost: backend `{backend}` did not answer: {error}"
            )),
        }
        let is_too_late = start.elapsed() >= backends.next_backend_timeout;
        if is_too_late && next.take().is_some() {
            say("signpost: no other backend is tried after next_backend_timeout");
        }
    }
    Passed {
        answer: None,
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

/// Takes out what only a proxy may say, and says it.
fn set_edge_headers(
    handle: &mut RequestHandle,
    arrival: &Arrival,
    client_ip: Option<std::net::IpAddr>,
) {
    for name in named_by_connection(handle)
        .iter()
        .chain(&HOP_BY_HOP)
        .chain(&SPOOFABLE)
    {
        handle.remove_header(name);
    }
    set_or_remove(handle, &FORWARDED_PROTO, Some(arrival.scheme()));
    set_or_remove(handle, &FORWARDED_HOST, Some(arrival.host()));
    let client_ip = client_ip.map(|address| address.to_string());
    for name in &CLIENT_ADDRESS {
        set_or_remove(handle, name, client_ip.as_deref());
    }
}

fn set_or_remove(handle: &mut RequestHandle, name: &HeaderName, value: Option<&str>) {
    match value.and_then(|value| HeaderValue::from_str(value).ok()) {
        Some(value) => handle.insert_header(name, &value),
        None => {
            handle.remove_header(name);
        }
    }
}

/// The fields that `Connection` says are about this connection only.
fn named_by_connection(handle: &RequestHandle) -> Vec<HeaderName> {
    let mut names = Vec::new();
    for value in values(handle, &header::CONNECTION, MAX_CONNECTION) {
        for option in value.as_bytes().split(|byte| *byte == b',') {
            // Fields that carry the message itself are never options of a connection.
            let is_ours = |name: &HeaderName| {
                matches!(
                    *name,
                    header::HOST | header::CONTENT_LENGTH | header::TRANSFER_ENCODING
                )
            };
            let name = HeaderName::from_bytes(option.trim_ascii()).ok();
            names.extend(name.filter(|name| !is_ours(name)));
        }
    }
    names
}

/// Compares the origin's redirect, if it is one, with the proven location.
fn judge<'c, 'r>(
    response: &ResponseHandle,
    arrival: &Arrival,
    asked: &Asked<'_>,
    answer: Answer<'c, 'r>,
) -> Answer<'c, 'r> {
    let status = response.get_status();
    if !status.is_redirection() || answer.route().is_none() {
        return answer;
    }
    let locations = response.get_header_values(&header::LOCATION, MAX_LOCATION);
    let locations: Vec<Vec<u8>> = locations
        .map(|value| value.map_or_else(|_| Vec::new(), |value| value.as_bytes().to_vec()))
        .collect();
    let answer = answer.after_origin_answered(&OriginAnswer {
        status: status.as_u16(),
        locations: &locations,
        requested: &format!("{}://{}{}", arrival.scheme(), asked.host(), asked.path()),
    });
    if let Some(redirect) = answer.origin_redirect() {
        let code = Because::OriginRedirect.code();
        let path = asked.path();
        say(&format!("signpost: {code}: {redirect}: {path}"));
    }
    answer
}

/// Makes a backend's answer the client's: nothing in it is changed but what is said of the decision,
/// and a location that is repaired.
fn pass_back(
    mut response: ResponseHandle,
    body: BodyHandle,
    arrival: &Arrival,
    answer: &Answer<'_, '_>,
) -> Outgoing {
    repair(&mut response, answer);
    let header_text = |name: &HeaderName| {
        let value = response.get_header_value(name, 4096).ok().flatten()?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let summary = Summary {
        status: response.get_status().as_u16(),
        bytes: header_text(&header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
        content_type: header_text(&header::CONTENT_TYPE),
    };
    let reason = reason_of(answer);
    let decision = HeaderValue::from_static(reason.decision_header());
    let because = answer
        .because()
        .map(|because| HeaderValue::try_from(because.in_decision_header(reason.decision_header())));
    let decision = because.and_then(Result::ok).unwrap_or(decision);
    response.insert_header(&DECISION, &decision);
    if arrival.method() == Method::HEAD.as_str() {
        // The length is that of the body which a GET would get; counting the empty body that was
        // received would make it 0.
        response.set_framing_headers_mode(FramingHeadersMode::ManuallyFromHeaders);
    }
    Outgoing::new(response, body, summary)
}

/// Replaces the origin's location by the proven one, if it has to be repaired.
fn repair(response: &mut ResponseHandle, answer: &Answer<'_, '_>) {
    let location = answer.origin_redirect().and_then(OriginRedirect::repair);
    let value = location.and_then(|location| HeaderValue::from_str(location.as_str()).ok());
    if let Some(value) = value {
        response.insert_header(&header::LOCATION, &value);
    }
}
