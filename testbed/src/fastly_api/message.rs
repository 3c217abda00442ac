use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::FastlyApi;

/// What the API answers.
pub(super) type Answer = Response<Full<Bytes>>;

/// The value of an entry in a form, or the text of a report.
pub(super) fn value_in(path: &str, body: &[u8]) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    if path == "/report" {
        return Some(body.into_owned());
    }
    let value = body
        .split('&')
        .find_map(|field| field.strip_prefix("item_value="))?
        .replace('+', " ");
    Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
}

/// 200 with this value.
pub(super) fn found(value: &Value) -> Answer {
    Response::new(Full::from(value.to_string()))
}

/// 404.
pub(super) fn not_found() -> Answer {
    refusal(StatusCode::NOT_FOUND, "Record not found")
}

/// 500, because a test wants it.
pub(super) fn told_to_fail() -> Answer {
    refusal(StatusCode::INTERNAL_SERVER_ERROR, "told to fail")
}

/// This status with a message.
pub(super) fn refusal(status: StatusCode, message: &str) -> Answer {
    let mut answer = found(&json!({ "msg": message }));
    *answer.status_mut() = status;
    answer
}

/// An entry as the API shows it.
pub(super) fn item(key: &str, value: &str) -> Value {
    json!({ "store_id": FastlyApi::STORE, "item_key": key, "item_value": value })
}
