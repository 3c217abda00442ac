//! Requests that the origin answers, passed to it and back unchanged.

use fastly::Request;
use fastly::handle::{BodyHandle, ResponseHandle};
use fastly::http::header::{self, HeaderName, HeaderValue};
use fastly::http::{FramingHeadersMode, Method, StatusCode};
use signpost::Answer;
use signpost::config::{Config, ResponseOptions};
use signpost::decision::Because;
use signpost::origin_redirect::{OriginAnswer, OriginRedirect};
use signpost::proxy::Failure;
use signpost::reply::{self, DECISION_HEADER};
use signpost::request::Request as Asked;

use super::arrival::Arrival;
use super::backends::{Backends, Passed, pass};
use super::fields;
use super::send::{Outgoing, Summary, UNSENDABLE, reason_of};

const DECISION: HeaderName = HeaderName::from_static(DECISION_HEADER);

/// The longest `Location` that is read. A longer one counts as unreadable.
const MAX_LOCATION: usize = 8192;

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
    let failure = match received {
        Ok((response, body)) => {
            let answer = judge(&response, arrival, asked, answer);
            let outgoing = pass_back(response, body, arrival, &answer);
            return (answer, outgoing, requests);
        }
        Err(failure) => failure,
    };
    let answer = answer.after_origin_failed();
    let redirect = answer.reply();
    let redirect = redirect.and_then(|reply| Outgoing::of_reply(&reply, asked.method()));
    let outgoing =
        redirect.unwrap_or_else(|| unavailable(&answer, arrival, asked, config, failure));
    (answer, outgoing, requests)
}

/// A refused proof is a bug or an attack, so it goes to the service log as well.
fn report_refusal(answer: &Answer<'_, '_>, path: &str) {
    let reason = reason_of(answer);
    if let Some(refusal) = reason.refusal() {
        eprintln!("signpost: {}: {refusal}: {path}", reason.code());
    }
}

/// What the client is told, if no origin backend answered and no redirect was held back.
fn unavailable(
    answer: &Answer<'_, '_>,
    arrival: &Arrival,
    asked: &Asked<'_>,
    config: Option<&Config>,
    failure: Failure,
) -> Outgoing {
    let without_config = ResponseOptions::default();
    let options = config.map_or(&without_config, Config::response);
    let reason = reason_of(answer);
    let reply = reply::origin_unavailable(options, reason, failure, arrival.method());
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
        eprintln!("signpost: {code}: {redirect}: {}", asked.path());
    }
    answer
}

/// Makes a backend's answer the client's: nothing in it is changed but the fields that were for us, what
/// is said of the decision, and a location that is repaired.
fn pass_back(
    mut response: ResponseHandle,
    body: BodyHandle,
    arrival: &Arrival,
    answer: &Answer<'_, '_>,
) -> Outgoing {
    fields::from_origin(&mut response);
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
