//! Reads what a configuration sets besides its routes and targets.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::super::key::{At, Key};
use super::super::log_fields::LogFields;
use super::super::options::{
    CheckRedirects, ClientIp, Log, MAX_BACKENDS, OriginOptions, ResponseOptions, RetryOptions,
    Window,
};
use super::super::problem::{ProblemCode, Sink};
use super::super::raw::{RawConfig, RawLog, RawOrigin, RawResponse, RawRetry};
use super::fields::{backend, header};
use crate::values::{Share, read_time};

/// How long `next_backend_timeout` may be: at most as long as the platform lets an execution run.
const NEXT_BACKEND_TIMEOUT: RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_mins(2);

pub(super) fn backends(key: &At<'_>, origin: Option<&RawOrigin>, sink: &mut Sink) -> Vec<String> {
    let key = &key.name("backends");
    let backends = origin.and_then(|origin| origin.backends.as_deref());
    let instead = "name the origin's Fastly backends in the order to try them";
    let Some(backends) = sink.require(key, backends, instead) else {
        return Vec::new();
    };
    let number = backends.len();
    if number == 0 {
        let key_text = Key::from(key);
        let message = format!("`{key_text}` is empty; name at least one Fastly backend");
        sink.push(ProblemCode::BackendInvalid, key, message);
    }
    if number > MAX_BACKENDS {
        let message = format!(
            "there are {number} backends, and at most {MAX_BACKENDS} are tried for a request; leave out the last ones"
        );
        sink.push(ProblemCode::BackendInvalid, key, message);
    }
    for (index, name) in backends.iter().enumerate() {
        let at = &key.index(index);
        backend(at, name, sink);
        if backends.iter().take(index).any(|earlier| earlier == name) {
            let message = format!("`{name}` is named twice; name each backend once");
            sink.push(ProblemCode::BackendInvalid, at, message);
        }
    }
    backends.to_vec()
}

pub(super) fn origin(key: &At<'_>, raw: Option<&RawOrigin>, sink: &mut Sink) -> OriginOptions {
    let default = OriginOptions::default();
    let Some(raw) = raw else {
        return default;
    };
    let code = ProblemCode::OriginOptionInvalid;
    let check_redirects = raw.check_redirects.as_deref().and_then(|word| {
        let check = CheckRedirects::from_str(word)
            .map_err(|_| format!("`{word}` is not one of `repair`, `report` and `off`"));
        sink.take(code, &key.name("check_redirects"), check)
    });
    let timeout = raw.next_backend_timeout.as_deref().and_then(|text| {
        let time = read_time(text, &NEXT_BACKEND_TIMEOUT);
        sink.take(code, &key.name("next_backend_timeout"), time)
    });
    OriginOptions {
        check_redirects: check_redirects.unwrap_or(default.check_redirects),
        next_backend_timeout: timeout.unwrap_or(default.next_backend_timeout),
    }
}

/// Whether a route answers with JSON that does not say so itself.
pub(super) fn json(raw: &RawConfig) -> bool {
    let written = raw.response.as_ref().and_then(|response| response.json);
    // Before entries had a format, they left `json` out where it was on.
    written.unwrap_or(raw.format.is_none())
}

pub(super) fn response(
    key: &At<'_>,
    raw: Option<&RawResponse>,
    sink: &mut Sink,
) -> ResponseOptions {
    let Some(raw) = raw else {
        return ResponseOptions::default();
    };
    ResponseOptions {
        cors: raw.cors.unwrap_or_default(),
        hsts: header(&key.name("hsts"), raw.hsts.as_deref(), sink),
    }
}

pub(super) fn log(key: &At<'_>, raw: &RawLog, sink: &mut Sink) -> Option<Log> {
    if raw.endpoint.is_none()
        && raw.endpoints.is_none()
        && !sink.has(&Key::from(&key.name("endpoints")))
    {
        sink.note_missing(&key.name("endpoint"), "name the Fastly log endpoint");
    }
    // Compiling has refused what is left out here.
    let mut endpoints = Vec::new();
    for name in raw.endpoint.iter().chain(raw.endpoints.iter().flatten()) {
        endpoints.extend(usable_endpoint(Some(name)));
    }
    let client_ip = match raw.client_ip.as_deref() {
        None => Some(ClientIp::default()),
        Some(word) => {
            let policy = ClientIp::from_str(word)
                .map_err(|_| format!("`{word}` is not one of `full`, `truncated` and `none`"));
            sink.take(ProblemCode::ClientIpInvalid, &key.name("client_ip"), policy)
        }
    };
    Some(Log {
        endpoints,
        service_endpoint: usable_endpoint(raw.service_endpoint.as_ref()),
        client_ip: client_ip?,
        fields: raw.fields.as_ref().map(LogFields::of).unwrap_or_default(),
    })
}

// Apart, so that it is compiled once.
#[inline(never)]
fn usable_endpoint(name: Option<&String>) -> Option<String> {
    name.filter(|name| Log::is_endpoint(name)).cloned()
}

pub(super) fn retry(key: &At<'_>, raw: &RawRetry, sink: &mut Sink) -> Option<RetryOptions> {
    let code = ProblemCode::RetryInvalid;
    let window_key = &key.name("window");
    let instead = "write for how long a client's first attempt is remembered, such as \"1m\"";
    let window = sink.require(window_key, raw.window.as_deref(), instead);
    let window = window.and_then(|text| sink.take(code, window_key, Window::parse(text)));
    let share = match raw.origin_share.as_deref() {
        None => Some(RetryOptions::ORIGIN_SHARE),
        Some(text) => {
            let share = Share::parse(text).ok_or_else(|| {
                let usual = RetryOptions::ORIGIN_SHARE;
                format!("`{text}` is not a share from 0% to 100%, such as `{usual}`")
            });
            sink.take(code, &key.name("origin_share"), share)
        }
    };
    Some(RetryOptions {
        window: window?,
        origin_share: share?,
    })
}
