//! Stage 6: the answer as plain data, for whoever sends it.

use std::borrow::Cow;

use crate::config::{RedirectStatus, ResponseOptions};
use crate::decision::{Because, Reason};
use crate::location::Location;
use crate::proxy::Failure;
use crate::request::{Format, Request};
use crate::route::RouteMatch;
use crate::sides::Side;
use crate::values::HeaderText;

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

/// The last parameter of [`DECISION_HEADER`] if the configuration in the entry `next` answers.
pub const BY_NEXT: &str = ";by=\"next\"";

/// The header that tells browsers to use HTTPS alone (RFC 6797).
pub const HSTS_HEADER: &str = "strict-transport-security";

const TRY_AGAIN: &str = "The origin did not answer. Please try again in a few seconds.\n";
const CHECK_FIRST: &str = "The origin did not answer, and may have done what you asked for. \
                            Please check before you try again.\n";

/// The reply that sends a client to a proven location, in the format it asked for.
pub fn to_location<'a>(
    found: &RouteMatch<'a, '_>,
    location: &'a Location,
    because: Option<Because>,
    by: Option<Side>,
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
    let cache_control = route.options().cache_control.as_ref();
    // A cache may keep a 200 that does not say how long, and no such redirect: RFC 9111, section 4.2.2.
    let of_json = as_json.then_some("no-store");
    if let Some(cache_control) = cache_control.map(HeaderText::as_str).or(of_json) {
        reply
            .headers
            .push(("cache-control", Cow::Borrowed(cache_control)));
    }
    let decision = decided(Cow::Borrowed(route.name().decision_header()), because, by);
    reply.finish(found.config().response(), found.request(), decision)
}

/// The reply to a browser that asks whether it may send the request: it may.
pub fn to_preflight<'a>(
    found: &RouteMatch<'a, '_>,
    because: Option<Because>,
    by: Option<Side>,
) -> Reply<'a> {
    let decision = format!(r#"preflight;route="{}""#, found.route().name());
    let mut reply = Reply {
        status: 204,
        headers: headers(
            "access-control-allow-methods",
            Cow::Borrowed("GET, HEAD, OPTIONS"),
        ),
        body: Cow::Borrowed(""),
    };
    // The wildcard is every field but this one (Fetch, section 3.3.3).
    let fields = Cow::Borrowed("*, Authorization");
    reply.headers.push(("access-control-allow-headers", fields));
    let decision = decided(Cow::Owned(decision), because, by);
    reply.finish(found.config().response(), found.request(), decision)
}

/// The reply that replaces a wrong redirect of the origin's: a redirect that no cache keeps.
pub fn repaired<'a>(
    found: &RouteMatch<'a, '_>,
    location: &'a Location,
    reason: &Reason,
    by: Option<Side>,
) -> Reply<'a> {
    let status = match found.route().options().status {
        RedirectStatus::TemporaryRedirect => RedirectStatus::TemporaryRedirect,
        _ => RedirectStatus::Found,
    };
    let mut reply = Reply {
        status: status.as_u16(),
        headers: headers("location", Cow::Borrowed(location.as_str())),
        body: Cow::Borrowed(""),
    };
    reply
        .headers
        .push(("cache-control", Cow::Borrowed("no-store")));
    let decision = decided(
        Cow::Borrowed(reason.decision_header()),
        Some(Because::OriginRedirect),
        by,
    );
    reply.finish(found.config().response(), found.request(), decision)
}

/// The reply when a request was the origin's by this decision and no origin backend answered.
///
/// Cargo repeats a request that got 503, after as long as `Retry-After` says. No client is invited to
/// repeat what the origin may have done already.
pub fn origin_unavailable<'a>(
    options: &'a ResponseOptions,
    request: &Request<'_>,
    decision: Cow<'a, str>,
    failure: Failure,
) -> Reply<'a> {
    let method = request.method();
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
    reply.finish(options, request, decision)
}

impl<'a> Reply<'a> {
    /// The value of `Content-Type`, if there is a body.
    pub fn content_type(&self) -> Option<&str> {
        self.header("content-type")
    }

    /// The value of `signpost-decision`.
    pub fn decision(&self) -> &str {
        self.header(DECISION_HEADER).unwrap_or_default()
    }

    /// The value of a header field, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(other, _)| *other == name)?;
        Some(value)
    }

    fn finish(
        mut self,
        options: &'a ResponseOptions,
        request: &Request<'_>,
        decision: Cow<'a, str>,
    ) -> Self {
        if options.cors {
            self.headers
                .push(("access-control-allow-origin", Cow::Borrowed("*")));
        }
        if let Some(hsts) = options.hsts.as_ref().filter(|_| request.is_https()) {
            self.headers
                .push((HSTS_HEADER, Cow::Borrowed(hsts.as_str())));
        }
        self.headers.push((DECISION_HEADER, decision));
        self
    }
}

/// A value of `signpost-decision` with its last parameters: why the client is sent elsewhere, if it is, and
/// who answers, if that is `next`.
pub fn decided(
    mut decision: Cow<'_, str>,
    because: Option<Because>,
    by: Option<Side>,
) -> Cow<'_, str> {
    if let Some(because) = because {
        for part in [";because=\"", because.code(), "\""] {
            decision += part;
        }
    }
    if by == Some(Side::Next) {
        decision += BY_NEXT;
    }
    decision
}

/// Starts the list with room for all that can follow, so that it never grows.
fn headers<'a>(name: &'static str, value: Cow<'a, str>) -> Vec<(&'static str, Cow<'a, str>)> {
    let mut headers = Vec::with_capacity(7);
    headers.push((name, value));
    headers
}
