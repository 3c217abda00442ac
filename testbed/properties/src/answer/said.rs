//! What an answer says in its status and header fields.

use std::collections::BTreeSet;

use serde_json::json;
use signpost::config::RouteName;
use signpost::Answer;
use signpost::decision::Because;
use signpost::reply::{DECISION_HEADER, Reply};
use signpost::request::{Format, Method, Request};
use signpost_rows::structured;

use super::sent::check_location;

pub(super) fn check(answer: &Answer<'_, '_>, request: &Request<'_>, reply: Option<&Reply<'_>>) {
    let decision = match (reply, answer.decision().reason()) {
        (Some(reply), _) => reply.decision().to_owned(),
        (None, Some(reason)) => answer.decision_header(reason).into_owned(),
        (None, None) => panic!("{request:?}: a redirect without a reply"),
    };
    let (decided, parameters) = structured::decision(&decision);
    assert_eq!(decided, answer.decided(), "{decision}");
    let parameter = |name: &str| {
        let found = parameters.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    };
    let is_origin = decided == "origin";
    assert_eq!(parameter("reason").is_some(), is_origin, "{decision}");
    let route = answer.route_name().filter(|_| !is_origin);
    assert_eq!(parameter("route"), route.map(RouteName::as_str), "{decision}");
    if let Some(reply) = reply {
        check_fields(reply);
        check_reply(answer, request, reply);
    }
}

/// Each field may be sent, and stands once.
fn check_fields(reply: &Reply<'_>) {
    let mut names = BTreeSet::new();
    for (name, value) in &reply.headers {
        assert!(names.insert(*name), "{name} stands twice");
        let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let is_value = value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        assert!(is_name && is_value && value.trim() == value && !value.is_empty(), "{name}: {value:?}");
    }
    assert!(names.contains(DECISION_HEADER));
}

fn check_reply(answer: &Answer<'_, '_>, request: &Request<'_>, reply: &Reply<'_>) {
    let location = answer.decision().location().expect("a reply names a location").as_str();
    let is_repair = answer.because() == Some(Because::OriginRedirect);
    let options = answer.route().map(signpost::config::Route::options);
    let options = options.expect("a reply is of a route");
    let (status, body) = (reply.status, &*reply.body);
    match reply.header("location") {
        Some(value) => {
            check_location(answer, value);
            assert_eq!(value, location);
            assert!(body.is_empty(), "{body}");
            let expected = options.status.as_u16();
            let repaired = if expected == 307 { 307 } else { 302 };
            assert_eq!(status, if is_repair { repaired } else { expected }, "{request:?}");
            assert!(matches!(request.method(), Method::Get | Method::Head));
        }
        None if request.method() == Method::Preflight => {
            assert_eq!((status, body), (204, ""), "{request:?}");
        }
        None => {
            assert_eq!(status, 200, "{request:?}");
            assert!(options.json && request.format() == Format::Json, "{request:?}");
            let read: Option<serde_json::Value> = serde_json::from_str(body).ok();
            assert_eq!(read, Some(json!({ "url": location })), "{body}");
            assert!(reply.header("cache-control").is_some());
        }
    }
    let is_secret = reply.header("strict-transport-security").is_some();
    assert!(!is_secret || request.is_https(), "HSTS over http");
    if is_repair {
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}
