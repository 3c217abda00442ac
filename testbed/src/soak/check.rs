//! Whether what came is right.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Response};

use super::asks::Asked;
use super::client::{Answer, Came};
use super::origin::{Weather, answer_to, broken_off};
use super::world::{Own, Right};

const DECISION: &str = "signpost-decision";

/// Fields that are not compared.
const OF_CONNECTION: [HeaderName; 3] = [CONNECTION, DATE, TRANSFER_ENCODING];

/// What a right answer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Redirect,
    Json,
    Preflight,
    /// The origin's answer.
    Origin,
    /// The origin's answer, which broke off.
    BrokenOff,
    /// That the origin failed, as the documents say.
    Failure,
    /// The platform's own.
    Platform,
}

/// How the origin was while a request was under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meanwhile {
    /// `None` if that changed.
    pub(super) weather: Option<Weather>,
    /// The request took at least as long as the first byte of an answer may take.
    pub(super) is_long: bool,
}

/// Says what a right answer is.
///
/// # Errors
///
/// What would have been right, in words.
pub(super) fn check(
    asked: &Asked,
    right: &Right,
    came: &Came,
    meanwhile: Meanwhile,
) -> Result<Kind, String> {
    let Came::Answer(answer) = came else {
        let expected = || format!("an answer: {right:?}");
        return right
            .is_platforms
            .then_some(Kind::Platform)
            .ok_or_else(expected);
    };
    if right.is_platforms {
        let is_platforms =
            !answer.headers.contains_key(DECISION) && answer.status.is_client_error();
        let expected = || "an answer of the platform, 400 to 499".to_owned();
        return is_platforms.then_some(Kind::Platform).ok_or_else(expected);
    }
    if let Some(kind) = as_own(&right.own, asked, answer) {
        return Ok(kind);
    }
    let Some(decision) = &right.origin else {
        return Err(format!("{:?}", right.own));
    };
    let may_be = |weather| meanwhile.weather.is_none_or(|it| it == weather);
    let origins = answer_to(&asked.method, &asked.target, &asked.headers, &asked.body);
    if may_be(Weather::Up) {
        let is_broken_off = meanwhile.weather.is_none() && answer.is_broken_off;
        if is_of_origin(&origins, decision, asked, answer, is_broken_off) {
            return Ok(if is_broken_off {
                Kind::BrokenOff
            } else {
                Kind::Origin
            });
        }
    }
    if may_be(Weather::BreaksOff) {
        let (origins, is_broken_off) = broken_off(&asked.method);
        if is_of_origin(&origins, decision, asked, answer, is_broken_off) {
            return Ok(Kind::BrokenOff);
        }
    }
    let has_failed = match meanwhile.weather {
        None | Some(Weather::Refuses | Weather::Resets | Weather::Garbage | Weather::Silent) => {
            true
        }
        // An answer that came too late counts as none.
        Some(Weather::Up | Weather::BreaksOff) => meanwhile.is_long,
    };
    if has_failed {
        if let Some(kind) = as_own(&right.instead, asked, answer) {
            return Ok(kind);
        }
        if right.instead.is_empty() && is_failure(decision, asked, answer) {
            return Ok(Kind::Failure);
        }
    }
    Err(format!(
        "with the origin {}: {right:?}\nthe origin's answer: {}",
        meanwhile
            .weather
            .map_or("changing".to_owned(), |it| format!("{it:?}")),
        shown(origins.status().as_u16(), origins.headers(), origins.body())
    ))
}

/// An answer as it is shown, with the beginning of its body.
pub(super) fn shown(status: u16, headers: &HeaderMap, body: &Bytes) -> String {
    let lines = headers.iter().map(|(name, value)| {
        let value = value.as_bytes().escape_ascii();
        format!("{name}: {value}\n")
    });
    let start = body.slice(..body.len().min(200));
    format!(
        "{status}\n{}({} bytes) {}",
        lines.collect::<String>(),
        body.len(),
        start.escape_ascii()
    )
}

fn as_own(right: &[Own], asked: &Asked, answer: &Answer) -> Option<Kind> {
    right
        .iter()
        .find(|own| is_own(own, asked, answer))
        .map(|own| match own.status {
            200 => Kind::Json,
            204 => Kind::Preflight,
            _ => Kind::Redirect,
        })
}

fn is_own(own: &Own, asked: &Asked, answer: &Answer) -> bool {
    let mut expected = HeaderMap::new();
    for (name, value) in &own.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            expected.append(HeaderName::from_static(name), value);
        }
    }
    // Left open: that it is a redirect has to be enough.
    if let Some(decision) = answer.headers.get(DECISION)
        && !expected.contains_key(DECISION)
        && decision.as_bytes().starts_with(b"redirect;route=")
    {
        expected.insert(DECISION, decision.clone());
    }
    let body = if asked.method == Method::HEAD {
        ""
    } else {
        &own.body
    };
    let length = answer.headers.get(CONTENT_LENGTH);
    answer.status == own.status
        && fields(&answer.headers, &[CONTENT_LENGTH]) == fields(&expected, &[CONTENT_LENGTH])
        && length.is_none_or(|length| *length == own.body.len().to_string())
        && answer.body == body
        && !answer.is_broken_off
}

/// Whether it is the origin's answer, with every header and every byte, or of one that broke off, every byte
/// that came.
fn is_of_origin(
    origins: &Response<Bytes>,
    decision: &str,
    asked: &Asked,
    answer: &Answer,
    is_broken_off: bool,
) -> bool {
    let mut expected = origins.headers().clone();
    let Ok(decision) = HeaderValue::from_str(decision) else {
        return false;
    };
    expected.insert(DECISION, decision);
    let has_body = match (is_broken_off, asked.method == Method::HEAD) {
        (true, _) => origins.body().starts_with(&answer.body),
        (false, true) => answer.body.is_empty(),
        (false, false) => *origins.body() == answer.body,
    };
    answer.status == origins.status()
        && fields(&answer.headers, &[]) == fields(&expected, &[])
        && has_body
        && answer.is_broken_off == is_broken_off
}

/// Whether it says that the origin failed, as docs/request-handling.md has it.
fn is_failure(decision: &str, asked: &Asked, answer: &Answer) -> bool {
    let text = |name: &str| {
        answer
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let Some(error) = text("proxy-status").and_then(|it| it.strip_prefix("signpost;error=")) else {
        return false;
    };
    let is_safe = matches!(asked.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let is_before_sending = matches!(
        error,
        "connection_refused" | "connection_timeout" | "destination_unavailable"
    );
    let may_be_repeated = is_safe || is_before_sending;
    let status = match error {
        "http_response_timeout" => 504,
        _ if may_be_repeated => 503,
        _ => 502,
    };
    let begins = match (asked.method == Method::HEAD, may_be_repeated) {
        (true, _) => "",
        (false, true) => "The origin did not answer. Please try again",
        (false, false) => "The origin did not answer, and may have done what you asked for.",
    };
    answer.status == status
        && text("retry-after") == may_be_repeated.then_some("5")
        && text("cache-control") == Some("no-store")
        && text(DECISION) == Some(decision)
        && !answer.headers.contains_key("location")
        && answer.body.starts_with(begins.as_bytes())
        && answer.body.is_empty() == begins.is_empty()
        && !answer.is_broken_off
}

/// The fields in order, but for those of the connection and the date.
fn fields<'h>(headers: &'h HeaderMap, without: &[HeaderName]) -> Vec<(&'h str, &'h [u8])> {
    let is_left_out = |name: &HeaderName| OF_CONNECTION.contains(name) || without.contains(name);
    let fields = headers.iter().filter(|(name, _)| !is_left_out(name));
    let mut fields: Vec<_> = fields
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    // Values of one name stay in their order.
    fields.sort_by_key(|(name, _)| *name);
    fields
}
