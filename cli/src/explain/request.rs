//! Stage 1: the request as the edge sees it.

use percent_encoding::percent_decode_str;
use serde::Serialize;
use signpost::config::Config;
use signpost::received::Received;
use signpost::request::{Format, Method, Request};
use signpost::values::Host;

use super::address::Address;
use super::field::Field;
use super::turn::Supposed;

/// The request to explain, and the circumstances in which it arrives.
#[derive(Clone, Debug)]
pub(crate) struct Question<'q> {
    pub(crate) supposed: Supposed,
    pub(crate) method: &'q str,
    pub(crate) address: &'q Address,
    pub(crate) fields: &'q [Field],
}

#[cfg(test)]
impl<'q> Question<'q> {
    /// A first GET while every target is healthy.
    pub(super) fn get(address: &'q Address) -> Self {
        Self {
            supposed: Supposed::default(),
            method: "GET",
            address,
            fields: &[],
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    /// The `Host`; empty if unknown.
    pub(crate) host: String,
    /// The hosts that the routes apply to; `null` for any.
    pub(crate) hosts: Option<Vec<String>>,
    /// Whether the routes apply to this host.
    pub(crate) applies: bool,
    /// Path and query as typed, if the platform changes them before the edge sees them.
    pub(crate) typed: Option<String>,
    /// The path as the edge sees it.
    pub(crate) path: String,
    /// The segments, decoded once; `null` if the path is malformed.
    pub(crate) segments: Option<Vec<String>>,
    pub(crate) malformed: Option<Malformed>,
    /// Path and query as the edge sees them, if it cannot know that the client sent exactly this.
    /// Such a request is never redirected.
    pub(crate) rewritten: Option<String>,
    /// Whether a query was dropped.
    pub(crate) has_query: bool,
    /// Whether a fragment was dropped.
    pub(crate) has_fragment: bool,
    /// `redirect`, `json` or `preflight`.
    pub(crate) wants: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Malformed {
    /// Counted from 0; `null` if the path as a whole is malformed.
    pub(crate) segment: Option<usize>,
    pub(crate) why: &'static str,
}

/// The request as the platform hands it over.
pub(super) fn receive<'q>(config: &'q Config, question: &Question<'q>) -> Received<'q> {
    let ours = || config.hosts().and_then(<[_]>::first).map(Host::as_str);
    let address = question.address;
    Received::read(address.host.as_deref().or_else(ours), &address.target)
}

impl Arrived {
    /// The request as the edge reads it with the configuration that answers.
    pub(super) fn of(
        config: &Config,
        question: &Question<'_>,
        received: &Received<'_>,
        request: &Request<'_>,
    ) -> Self {
        let address = question.address;
        Self {
            method: question.method.to_owned(),
            host: request.host().to_owned(),
            hosts: config
                .hosts()
                .map(|hosts| hosts.iter().map(ToString::to_string).collect()),
            applies: config.applies_to(request.host()),
            typed: (received.target() != address.target).then(|| address.target.clone()),
            path: request.path().to_owned(),
            segments: request
                .segments()
                .ok()
                .map(|segments| segments.iter().map(ToString::to_string).collect()),
            malformed: request.segments().err().map(|_| malformed(request.path())),
            rewritten: (!request.is_as_received()).then(|| received.target().to_owned()),
            has_query: address.target.contains('?'),
            has_fragment: address.has_fragment,
            wants: match (request.method(), request.format()) {
                (Method::Preflight, _) => "preflight",
                (_, Format::Redirect) => "redirect",
                (_, Format::Json) => "json",
            },
        }
    }
}

/// The request with all of its header fields that the edge reads.
pub(super) fn as_received<'r>(
    question: &'r Question<'_>,
    received: &'r Received<'_>,
) -> Request<'r> {
    let values = |name: &'static str| {
        let named = question.fields.iter().filter(move |it| it.name == name);
        named.map(|field| field.value.as_bytes())
    };
    let request = received
        .request(question.method)
        .with_accept(values("accept"))
        .with_preflight(
            values("origin").next(),
            values("access-control-request-method").next(),
        )
        .with_trail(values("cdn-loop"), values("via"))
        .with_field_names(question.fields.iter().map(|field| &field.name));
    if question.address.scheme == "http" {
        request.over_plain_http()
    } else {
        request
    }
}

/// Names the first segment that is malformed by itself.
fn malformed(path: &str) -> Malformed {
    let Some(below) = path.strip_prefix('/') else {
        let why = "does not begin with `/`";
        return Malformed { segment: None, why };
    };
    let is_wrong = |text: &&str| {
        let path = format!("/{text}");
        text.is_empty() || Request::new("GET", "", &path).segments().is_err()
    };
    let found = below
        .split('/')
        .enumerate()
        .find(|(_, text)| is_wrong(text));
    Malformed {
        segment: found.map(|(segment, _)| segment),
        why: found.map_or("cannot be decoded", |(_, text)| why(text)),
    }
}

fn why(segment: &str) -> &'static str {
    let Ok(decoded) = percent_decode_str(segment).decode_utf8() else {
        return "does not decode to UTF-8";
    };
    match &*decoded {
        "" => "is empty: two slashes stand side by side",
        "." | ".." => "is `.` or `..`, which may lead elsewhere",
        text if text.contains('/') => "holds an encoded slash",
        text if text.contains('\\') => "holds a backslash",
        text if text.contains('%') => {
            "holds a `%` after decoding: it was encoded twice, or is not an escape"
        }
        _ => "holds a control character",
    }
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::malformed;

    #[test]
    fn what_is_wrong_with_a_path_is_found() {
        for [path, segment, why] in rows(
            r"
            *         |   | does not begin with `/`
            //a       | 0 | is empty: two slashes stand side by side
            /a//      | 1 | is empty: two slashes stand side by side
            /a/../b   | 1 | is `.` or `..`, which may lead elsewhere
            /a/%2E    | 1 | is `.` or `..`, which may lead elsewhere
            /a/b/%2F  | 2 | holds an encoded slash
            /\evil.com | 0 | holds a backslash
            /%252B    | 0 | holds a `%` after decoding: it was encoded twice, or is not an escape
            /a/%00    | 1 | holds a control character
            /a/%FF    | 1 | does not decode to UTF-8
            ",
        ) {
            let found = malformed(path);
            let found_segment = found.segment.map(|segment| segment.to_string());
            assert_eq!(found_segment.unwrap_or_default(), segment, "{path}");
            assert_eq!(found.why, why, "{path}");
        }
    }
}
