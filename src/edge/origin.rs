//! Requests that the origin answers: what becomes of its answer, or of its failure.

use std::borrow::Cow;

use fastly::Request;
use fastly::handle::{BodyHandle, ResponseHandle};
use fastly::http::header::{self, HeaderName, HeaderValue};
use fastly::http::{FramingHeadersMode, StatusCode};
use signpost::Answer;
use signpost::config::{Config, ResponseOptions};
use signpost::decision::Because;
use signpost::origin_redirect::OriginAnswer;
use signpost::proxy::Failure;
use signpost::reply::{self, DECISION_HEADER, HSTS_HEADER};
use signpost::request::{Method, Request as Asked};
use signpost::values::Cut;

use super::arrival::{Arrival, as_text};
use super::backends::{Backends, Passed, pass};
use super::fields;
use super::send::{Outgoing, Summary, UNSENDABLE, reason_of};
use super::service_log::{say, say_if_refused};

const DECISION: HeaderName = HeaderName::from_static(DECISION_HEADER);
const HSTS: HeaderName = HeaderName::from_static(HSTS_HEADER);

/// The longest `Location` that is read. A longer one counts as unreadable.
const MAX_LOCATION: usize = 8192;

/// Asks the origin, and puts together what the client gets. The number is how many requests were sent.
pub(super) fn ask<'c, 'r>(
    request: Request,
    arrival: &Arrival,
    asked: &Asked<'_>,
    mut answer: Answer<'c, 'r>,
) -> (Answer<'c, 'r>, Outgoing, u32) {
    if answer.reply().is_some() {
        answer = answer.unsendable(UNSENDABLE);
    }
    let config = answer.config();
    say_if_refused(reason_of(&answer), answer.answered_by(), asked.path());
    let Passed {
        answer: received,
        requests,
    } = pass(request, arrival, asked.method(), &Backends::of(config));
    let answer = match &received {
        Ok((response, _)) => judge(response, arrival, asked, answer),
        Err(_) => answer.after_origin_failed(),
    };
    let reply = answer.reply();
    let outgoing = reply.and_then(|reply| Outgoing::of_reply(&reply, asked.method()));
    let outgoing = outgoing.unwrap_or_else(|| match received {
        Ok((response, body)) => pass_back(response, body, asked, &answer, config),
        Err(failure) => unavailable(&answer, asked, config, failure),
    });
    (answer, outgoing, requests)
}

/// What the client is told, if no origin backend answered and no redirect was held back.
fn unavailable(
    answer: &Answer<'_, '_>,
    asked: &Asked<'_>,
    config: Option<&Config>,
    failure: Failure,
) -> Outgoing {
    let without_config = ResponseOptions::default();
    let options = config.map_or(&without_config, Config::response);
    let decision = answer.decision_header(reason_of(answer));
    let reply = reply::origin_unavailable(options, asked, decision, failure);
    Outgoing::of_reply(&reply, asked.method()).unwrap_or_else(|| {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let mut response = ResponseHandle::new();
        response.set_status(status);
        let summary = Summary {
            status: status.as_u16(),
            bytes: Some(0),
            content_type: None,
        };
        Outgoing::new(response, BodyHandle::new(), summary)
    })
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

/// Makes a backend's answer the client's: nothing in it is changed but the fields of the
/// connection, what is said of the decision, and HSTS.
fn pass_back(
    mut response: ResponseHandle,
    body: BodyHandle,
    asked: &Asked<'_>,
    answer: &Answer<'_, '_>,
    config: Option<&Config>,
) -> Outgoing {
    fields::from_origin(&mut response);
    let header_text = |name: &HeaderName| {
        // One that is too long is logged as cut.
        let mark = |_| HeaderValue::from_bytes(Cut::MARK.as_bytes()).ok();
        let value = response.get_header_value(name, 4096).unwrap_or_else(mark)?;
        Some(as_text(&value).into_owned())
    };
    let summary = Summary {
        status: response.get_status().as_u16(),
        bytes: header_text(&header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
        content_type: header_text(&header::CONTENT_TYPE),
    };
    set_hsts(&mut response, asked, config);
    let decision = match answer.decision_header(reason_of(answer)) {
        Cow::Borrowed(decision) => Some(HeaderValue::from_static(decision)),
        Cow::Owned(decision) => HeaderValue::try_from(decision).ok(),
    };
    if let Some(decision) = decision {
        response.insert_header(&DECISION, &decision);
    }
    if asked.method() == Method::Head {
        // The length is that of the body which a GET would get; counting the empty body that was
        // received would make it 0.
        response.set_framing_headers_mode(FramingHeadersMode::ManuallyFromHeaders);
    }
    Outgoing::new(response, body, summary)
}

/// Adds HSTS to an answer that lacks it, and takes it out of one that may not have it: RFC 6797, section
/// 7.2.
fn set_hsts(response: &mut ResponseHandle, asked: &Asked<'_>, config: Option<&Config>) {
    if !asked.is_https() {
        response.remove_header(&HSTS);
        return;
    }
    let hsts = config.and_then(|config| config.response().hsts.as_ref());
    let hsts = hsts.and_then(|hsts| HeaderValue::from_str(hsts.as_str()).ok());
    if let Some(hsts) = hsts
        && let Ok(None) = response.get_header_value(&HSTS, 256)
    {
        response.insert_header(&HSTS, &hsts);
    }
}
