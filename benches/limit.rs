//! The limit of what the edge function can be: for production's configuration this makes the same host calls in
//! the plainest form, sends the same headers, writes a log line of the same length, and decides nothing.
//!
//! `cargo xtask bench` measures the edge function against it, and first sees that their answers, their log lines
//! and what the origin receives are alike.

#![forbid(unsafe_code)]

use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime};

use fastly::Request;
use fastly::handle::config_store::ConfigStoreHandle;
use fastly::handle::{BodyHandle, RequestHandle, ResponseHandle};
use fastly::http::header::{
    ACCEPT, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, REFERER, STRICT_TRANSPORT_SECURITY,
    USER_AGENT, VIA,
};
use fastly::http::serve::{HandlerResult, Serve};
use fastly::http::{HeaderName, HeaderValue, StatusCode, header};
use fastly::log::Endpoint;

/// Room for any value that the bench sends.
const ROOM: usize = 128;

/// The headers of a redirect.
const REDIRECT: [(HeaderName, &str); 4] = [
    (
        header::LOCATION,
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
    ),
    (header::VARY, "Accept"),
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (DECISION, "redirect;route=\"download\""),
];
const DECISION: HeaderName = HeaderName::from_static("signpost-decision");

/// What only a proxy says to the origin, and values as long as the edge function's.
const OF_PROXY: [(&str, &str); 5] = [
    ("x-forwarded-proto", "http"),
    ("x-forwarded-host", "127.0.0.1:40000"),
    ("fastly-client-ip", "127.0.0.1"),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-real-ip", "127.0.0.1"),
];

/// How long the log lines are.
const REDIRECT_LINE: usize = 597;
const PAGE_LINE: usize = 532;
static LINE: [u8; REDIRECT_LINE] = [b'-'; REDIRECT_LINE];

/// The `User-Agent` of a request after which a sandbox takes no other. It is as long as cargo's.
const LAST: &str = "last-request";

/// What is sent when all else is done, and whether the sandbox takes another request.
struct Answer {
    response: ResponseHandle,
    body: BodyHandle,
    is_last: bool,
}

struct Last;

fn main() {
    let _ = (SystemTime::now(), Instant::now());
    let store = ConfigStoreHandle::open("signpost").expect("a Config Store");
    let _ = (store.get("config", 2048), store.get("switch", 48));
    let _ = std::env::var("FASTLY_POP");
    let mut log = None;
    let _ = Serve::new()
        .with_max_requests(500)
        .with_max_lifetime(Duration::from_secs(20))
        .with_timeout(Duration::from_secs(5))
        .run(|request| handle(request, &mut log));
}

fn handle(request: Request, log: &mut Option<Endpoint>) -> Answer {
    let (handle, _) = request.as_handles();
    let host = handle.get_header_value(&HOST, ROOM);
    let length = handle
        .get_url(0)
        .map_or_else(|error| error.needed_buf_size, |_| 0);
    let url = handle.get_url(length).expect("a URL");
    let accept = handle.get_header_values(&ACCEPT, ROOM).count();
    let user_agent = handle.get_header_value(&USER_AGENT, ROOM);
    let referer = handle.get_header_value(&REFERER, ROOM);
    let _ = (
        SystemTime::now(),
        handle.get_method(ROOM),
        host,
        accept,
        handle.client_ip_addr(),
        handle.get_version(),
        referer,
    );
    let is_last = user_agent.is_ok_and(|value| value.is_some_and(|value| value == LAST));
    let is_redirect = url.path().ends_with("/download");
    let (response, body) = if is_redirect {
        drop(request);
        redirect()
    } else {
        pass(request)
    };
    let log = log.get_or_insert_with(|| Endpoint::from_name("signpost-log"));
    let length = if is_redirect {
        REDIRECT_LINE
    } else {
        PAGE_LINE
    };
    log.write_all(&LINE[..length]).expect("a log line");
    Answer {
        response,
        body,
        is_last,
    }
}

fn redirect() -> (ResponseHandle, BodyHandle) {
    let body = BodyHandle::new();
    let mut response = ResponseHandle::new();
    response.set_status(StatusCode::FOUND);
    for (name, value) in &REDIRECT {
        response.insert_header(name, &HeaderValue::from_static(value));
    }
    (response, body)
}

/// Passes the request to the origin.
fn pass(mut request: Request) -> (ResponseHandle, BodyHandle) {
    request.set_pass(true);
    let (mut request, body) = request.into_handles();
    say_of_proxy(&mut request);
    let (mut response, body) = request
        .send(body.unwrap_or_else(BodyHandle::new), "origin")
        .expect("an answer of the origin");
    let _ = (
        response.get_header_names(ROOM).count(),
        response.get_header_values(&CONNECTION, ROOM).count(),
        response.get_header_value(&CONTENT_LENGTH, ROOM).is_ok(),
        response.get_header_value(&CONTENT_TYPE, ROOM).is_ok(),
        response.get_status(),
    );
    response.remove_header(&STRICT_TRANSPORT_SECURITY);
    response.insert_header(
        &DECISION,
        &HeaderValue::from_static("origin;reason=\"no-route\""),
    );
    (response, body)
}

fn say_of_proxy(request: &mut RequestHandle) {
    let _ = (
        request.get_header_names(ROOM).count(),
        request.get_header_values(&CONNECTION, ROOM).count(),
    );
    for (name, value) in OF_PROXY {
        let name = HeaderName::from_static(name);
        request.insert_header(&name, &HeaderValue::from_static(value));
    }
    request.append_header(&VIA, &HeaderValue::from_static("1.1 signpost"));
}

impl HandlerResult for Answer {
    type Error = Last;

    fn send(self) -> Result<(), Last> {
        self.response.send_to_client(self.body);
        if self.is_last { Err(Last) } else { Ok(()) }
    }
}
