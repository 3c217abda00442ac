//! Every header of every answer that Signpost gives itself, and no other.

use crate::fixtures::configs;
use crate::test;
use signpost::config::Config;
use signpost::decision::Reason;
use signpost::proxy::Failure;
use signpost::reply::{self, Reply};
use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::SmallConfig;

/// A configuration with one route, and the given lines in the route's and the response's tables.
#[track_caller]
fn config(route: &str, response: &str) -> Config {
    let response = format!("[response]\n{response}");
    let text = SmallConfig::new(&response)
        .target("cdn", "https://cdn.example", "")
        .route("file", "/files/{file:segment}", "/{file}")
        .with(route)
        .example("/files/a+b", "/a%2Bb");
    configs::read(&text.to_string())
}

fn status_headers_body<'r>(reply: &'r Reply<'_>) -> (u16, Vec<(&'static str, &'r str)>, &'r str) {
    let headers = reply.headers.iter().map(|(name, value)| (*name, &**value));
    (reply.status, headers.collect(), &*reply.body)
}

/// The lines of the response's table, and the headers that they mean.
const RESPONSES: &[(&str, Headers)] = &[
    ("", &[]),
    ("cors = false\njson = false", &[]),
    ("cors = true", &[("access-control-allow-origin", "*")]),
    (
        "hsts = \"max-age=60\"",
        &[("strict-transport-security", "max-age=60")],
    ),
    (
        "cors = true\nhsts = \"max-age=60; preload\"",
        &[
            ("access-control-allow-origin", "*"),
            ("strict-transport-security", "max-age=60; preload"),
        ],
    ),
];

/// Header names and their values.
type Headers = &'static [(&'static str, &'static str)];

/// The route's lines, the status of its redirects, whether it answers in JSON, and the headers that
/// are its own.
type RouteLines = (&'static str, u16, bool, Headers);

const ROUTES: &[RouteLines] = &[
    ("", 302, false, &[]),
    ("json = true", 302, true, &[("vary", "Accept")]),
    ("json = false", 302, false, &[]),
    (
        "status = 301\njson = true\ncache_control = \"max-age=60\"",
        301,
        true,
        &[("vary", "Accept"), ("cache-control", "max-age=60")],
    ),
    (
        "status = 302\njson = true",
        302,
        true,
        &[("vary", "Accept")],
    ),
    (
        "status = 303\njson = true",
        303,
        true,
        &[("vary", "Accept")],
    ),
    (
        "status = 307\njson = true",
        307,
        true,
        &[("vary", "Accept")],
    ),
    (
        "status = 308\njson = false\ncache_control = \"no-store\"",
        308,
        false,
        &[("cache-control", "no-store")],
    ),
    (
        "json = true\ncache_control = \"max-age=300, public\"",
        302,
        true,
        &[("vary", "Accept"), ("cache-control", "max-age=300, public")],
    ),
    (
        "json = false\ncache_control = \"no-store\"",
        302,
        false,
        &[("cache-control", "no-store")],
    ),
];

#[track_caller]
fn check(route: &RouteLines, response: &(&str, Headers), method: &str, accept: &str) {
    let (route_lines, status, json, of_route) = *route;
    let (response_lines, of_response) = *response;
    let row = format!("{method}, accept {accept}, {route_lines:?}, {response_lines:?}");
    let config = config(route_lines, response_lines);
    let request =
        Request::new(method, "registry.example", "/files/a+b").with_accept([accept.as_bytes()]);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let reply = answer
        .reply()
        .unwrap_or_else(|| panic!("{row}: {:?}", answer.decision()));
    let (status, first, body) = if json && accept == "application/json" {
        (
            200,
            ("content-type", "application/json"),
            r#"{"url":"https://cdn.example/a%2Bb"}"#,
        )
    } else {
        (status, ("location", "https://cdn.example/a%2Bb"), "")
    };
    let says_how_long = of_route.iter().any(|(name, _)| *name == "cache-control");
    // Without it, a cache could keep a 200.
    let of_json: Headers = if status == 200 && !says_how_long {
        &[("cache-control", "no-store")]
    } else {
        &[]
    };
    let last = [("signpost-decision", "redirect;route=\"file\"")];
    let headers = [&[first], of_route, of_json, of_response, &last].concat();
    assert_eq!(
        status_headers_body(&reply),
        (status, headers, body),
        "{row}"
    );
    let content_type = (!body.is_empty()).then_some("application/json");
    assert_eq!(reply.content_type(), content_type, "{row}");
}

#[test]
fn an_answer_has_exactly_the_headers_that_were_configured() {
    for route in ROUTES {
        for response in RESPONSES {
            for method in ["GET", "HEAD"] {
                for accept in ["*/*", "application/json"] {
                    check(route, response, method, accept);
                }
            }
        }
    }
}

#[test]
fn an_answer_over_plain_http_does_not_speak_of_https() {
    let config = config("", "cors = true\nhsts = \"max-age=60\"");
    let failure = Failure::ConnectionRefused;
    for (method, path) in [("GET", "/files/a"), ("OPTIONS", "/files/a")] {
        let request = Request::new(method, "registry.example", path)
            .with_preflight(Some(b"https://docs.example"), Some(b"GET"));
        for (request, expected) in [
            (request.clone(), Some("max-age=60")),
            (request.over_plain_http(), None),
        ] {
            let answer = signpost::answer(&config, &request, Switch::ENFORCE);
            let reply = answer.reply().expect(method);
            let mut headers = reply.headers.iter();
            let hsts = headers.find(|(name, _)| *name == reply::HSTS_HEADER);
            assert_eq!(hsts.map(|(_, value)| &**value), expected, "{request:?}");
            let unavailable = reply::origin_unavailable(
                config.response(),
                &request,
                Reason::NoRoute.decision_header().into(),
                failure,
            );
            let mut headers = unavailable.headers.iter();
            let hsts = headers.find(|(name, _)| *name == reply::HSTS_HEADER);
            assert_eq!(hsts.is_some(), expected.is_some(), "{request:?}");
        }
    }
}

#[test]
fn a_configuration_knows_whether_any_answer_is_json() {
    for (route, response, expected) in [
        ("", "", false),
        ("json = true", "", true),
        ("", "json = true", true),
        ("json = false", "json = true", false),
    ] {
        let config = config(route, response);
        assert_eq!(config.has_json(), expected, "{route}, {response}");
    }
}

#[test]
fn the_body_in_json_names_the_url() {
    let config = config("", "json = true");
    let request = Request::new("GET", "registry.example", "/files/%22,!")
        .with_accept([&b"application/json"[..]]);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let reply = answer.reply().expect("a reply");
    let body: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
    assert_eq!(
        body,
        serde_json::json!({ "url": "https://cdn.example/%22%2C%21" })
    );
}

#[test]
fn a_request_for_the_origin_has_no_reply() {
    let config = config("", "");
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/files/a b"),
        ("PUT", "/files/a"),
        ("GET", "//"),
    ] {
        let request = Request::new(method, "registry.example", target);
        let answer = signpost::answer(&config, &request, Switch::ENFORCE);
        assert_eq!(answer.reply(), None, "{method} {target}");
    }
}

#[test]
fn an_origin_that_does_not_answer_is_a_503_that_cargo_tries_again() {
    let reasons = [
        (Reason::NoRoute, "origin;reason=\"no-route\""),
        (Reason::ConfigMissing, "origin;reason=\"config-missing\""),
        (Reason::VersionInvalid, "origin;reason=\"version-invalid\""),
    ];
    for (reason, decision) in reasons {
        for (response, of_response) in RESPONSES {
            let config = config("", response);
            let request = Request::new("PUT", "registry.example", "/");
            let failure = Failure::ConnectionRefused;
            let reply = reply::origin_unavailable(
                config.response(),
                &request,
                reason.decision_header().into(),
                failure,
            );
            let first = [
                ("content-type", "text/plain; charset=utf-8"),
                ("retry-after", "5"),
                ("cache-control", "no-store"),
                ("proxy-status", "signpost;error=connection_refused"),
            ];
            let headers = [
                &first[..],
                of_response,
                &[(reply::DECISION_HEADER, decision)],
            ]
            .concat();
            let body = "The origin did not answer. Please try again in a few seconds.\n";
            assert_eq!(
                status_headers_body(&reply),
                (503, headers, body),
                "{reason:?}, {response:?}"
            );
            assert_eq!(reply.content_type(), Some("text/plain; charset=utf-8"));
        }
    }
}
