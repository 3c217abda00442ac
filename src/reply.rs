//! Stage 6: the answer as plain data, for whoever sends it.

use std::borrow::Cow;

use crate::config::ResponseOptions;
use crate::decision::{Because, Reason};
use crate::location::Location;
use crate::proxy::Failure;
use crate::request::Format;
use crate::route::RouteMatch;

/// A status, headers and a body. Header names are in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The status code.
    pub status: u16,
    /// The header fields, in the order they are sent.
    pub headers: Vec<(&'static str, Cow<'a, str>)>,
    /// The body, empty for a redirect.
    pub body: Cow<'a, str>,
}

/// The header that says on every answer what was decided.
pub const DECISION_HEADER: &str = "signpost-decision";

const TRY_AGAIN: &str = "The origin did not answer. Please try again in a few seconds.\n";
const CHECK_FIRST: &str = "The origin did not answer, and may have done what you asked for. \
                           Please check before you try again.\n";

/// The reply that sends a client to a proven location, in the format it asked for.
pub fn to_location<'a>(
    found: &RouteMatch<'a, '_>,
    location: &'a Location,
    because: Option<Because>,
) -> Reply<'a> {
    let route = found.route();
    let as_json = route.options().json && found.request().format() == Format::Json;
    let mut reply = if as_json {
        Reply {
            status: 200,
            headers: headers("content-type", Cow::Borrowed("application/json")),
            // A proven location has no character that JSON would escape.
            body: format!(r#"{{"url":"{location}"}}"#).into(),
        }
    } else {
        Reply {
            status: route.options().status.as_u16(),
            headers: headers("location", Cow::Borrowed(location.as_str())),
            body: Cow::Borrowed(""),
        }
    };
    if route.options().json {
        reply.headers.push(("vary", Cow::Borrowed("Accept")));
    }
    if let Some(cache_control) = &route.options().cache_control {
        reply
            .headers
            .push(("cache-control", Cow::Borrowed(cache_control.as_str())));
    }
    let decision = route.name().decision_header();
    let decision = match because {
        None => Cow::Borrowed(decision),
        Some(because) => Cow::Owned(because.in_decision_header(decision)),
    };
    reply.finish(found.config().response(), decision)
}

/// The reply when a request was the origin's and no origin backend answered.
///
/// Cargo repeats a request that got 503, after as long as `Retry-After` says. No client is invited to
/// repeat what the origin may have done already.
pub fn origin_unavailable<'a>(
    options: &'a ResponseOptions,
    reason: &Reason,
    failure: Failure,
    method: &str,
) -> Reply<'a> {
    let may_be_repeated = failure.may_be_repeated(method);
    let mut reply = Reply {
        status: failure.status(method),
        headers: headers("content-type", Cow::Borrowed("text/plain; charset=utf-8")),
        body: Cow::Borrowed(if may_be_repeated {
            TRY_AGAIN
        } else {
            CHECK_FIRST
        }),
    };
    if may_be_repeated {
        reply.headers.push(("retry-after", Cow::Borrowed("5")));
    }
    reply
        .headers
        .push(("cache-control", Cow::Borrowed("no-store")));
    let proxy_status = Cow::Owned(failure.proxy_status());
    reply.headers.push(("proxy-status", proxy_status));
    reply.finish(options, Cow::Borrowed(reason.decision_header()))
}

impl<'a> Reply<'a> {
    /// The value of `Content-Type`, if there is a body.
    pub fn content_type(&self) -> Option<&str> {
        self.headers
            .iter()
            .find(|(name, _)| *name == "content-type")
            .map(|(_, value)| value.as_ref())
    }

    fn finish(mut self, options: &'a ResponseOptions, decision: Cow<'a, str>) -> Self {
        if options.cors {
            self.headers
                .push(("access-control-allow-origin", Cow::Borrowed("*")));
        }
        if let Some(hsts) = &options.hsts {
            self.headers
                .push(("strict-transport-security", Cow::Borrowed(hsts.as_str())));
        }
        self.headers.push((DECISION_HEADER, decision));
        self
    }
}

/// Starts the list with room for all that can follow, so that it never grows.
fn headers<'a>(name: &'static str, value: Cow<'a, str>) -> Vec<(&'static str, Cow<'a, str>)> {
    let mut headers = Vec::with_capacity(7);
    headers.push((name, value));
    headers
}
