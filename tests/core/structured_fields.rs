//! Every value of the fields that Signpost writes, read by the grammar of the field.

use crate::codes::reasons;
use crate::fixtures::configs;
use crate::test;
use signpost::config::Config;
use signpost::decision::Because;
use signpost::origin_redirect::OriginAnswer;
use signpost::proxy::{Failure, via};
use signpost::reply::decided;
use signpost::request::Request;
use signpost::sides::Side;
use signpost::values::Switch;
use signpost_rows::{SmallConfig, structured};

#[track_caller]
fn check_decision(value: &str, token: &str, parameters: &[(&str, &str)]) {
    let (name, strings) = structured::decision(value);
    assert_eq!(name, token, "{value}");
    let strings: Vec<_> = strings.iter().map(|(name, it)| (&**name, &**it)).collect();
    assert_eq!(strings, parameters, "{value}");
}

/// Checks a value, and the same with every `because`, by either entry.
#[track_caller]
fn check_with_every_parameter(value: &str, token: &str, parameter: (&str, &str)) {
    let all = Because::ALL.iter().copied().map(Some);
    for because in [None].into_iter().chain(all) {
        for by in [None, Some(Side::Config), Some(Side::Next)] {
            let mut parameters = vec![parameter];
            parameters.extend(because.map(|because| ("because", because.code())));
            let by_next = by.filter(|by| *by == Side::Next);
            parameters.extend(by_next.map(|by| ("by", by.code())));
            check_decision(&decided(value.into(), because, by), token, &parameters);
        }
    }
}

#[test]
fn every_reason_is_a_structured_field() {
    for (reason, code) in reasons() {
        check_with_every_parameter(reason.decision_header(), "origin", ("reason", code));
    }
}

#[track_caller]
fn with_route(name: &str) -> Config {
    let config = SmallConfig::new("origin.check_redirects = \"repair\"\nresponse.cors = true")
        .target("cdn", "https://cdn.example", "")
        .route(name, "/files/{file:segment}", "/{file}")
        .example("/files/a", "/a");
    configs::read(&config.to_string())
}

#[test]
fn whatever_a_route_is_called_its_answers_have_a_structured_field() {
    let longest = "a".repeat(64);
    for name in ["a", "download", "a-b_c-9_", &longest] {
        let config = with_route(name);
        let get = Request::new("GET", "registry.example", "/files/a");
        let preflight = Request::new("OPTIONS", "registry.example", "/files/a")
            .with_preflight(Some(b"https://docs.example"), Some(b"GET"));
        for (request, token) in [(&get, "redirect"), (&preflight, "preflight")] {
            let sent = signpost::answer(&config, request, Switch::ENFORCE);
            let reply = sent.reply().expect(name);
            check_with_every_parameter(reply.decision(), token, ("route", name));
            let released = signpost::answer(&config, request, Switch::SHADOW).after_origin_failed();
            let reply = released.reply().expect(name);
            let parameters = [("route", name), ("because", "origin-down")];
            check_decision(reply.decision(), token, &parameters);
        }
        let held_back = signpost::answer(&config, &get, Switch::SHADOW);
        let repaired = held_back.after_origin_answered(&OriginAnswer {
            status: 302,
            locations: &[b"https://evil.example/".to_vec()],
            requested: "https://registry.example/files/a",
        });
        let reply = repaired.reply().expect(name);
        let parameters = [("reason", "switch-shadow"), ("because", "origin-redirect")];
        check_decision(reply.decision(), "origin", &parameters);
    }
}

#[test]
fn every_proxy_status_is_a_structured_field() {
    for failure in Failure::ALL {
        let value = failure.proxy_status();
        let error = ("error".to_owned(), failure.code().to_owned());
        let expected = ("signpost".to_owned(), vec![error]);
        assert_eq!(structured::proxy_status(&value), expected, "{value}");
    }
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(of_token)
}

#[test]
fn every_via_is_a_protocol_and_a_pseudonym() {
    let rows = [
        ("HTTP/0.9", None, "0.9"),
        ("HTTP/1.0", None, "1.0"),
        ("HTTP/1.1", None, "1.1"),
        ("HTTP/2", None, "2"),
        ("HTTP/3", None, "3"),
        ("SPDY/3", Some("SPDY"), "3"),
    ];
    for (protocol, name, version) in rows {
        let value = via(protocol);
        let (received_protocol, received_by) = value.split_once(' ').expect(&value);
        let read = match received_protocol.split_once('/') {
            Some((name, version)) => (Some(name), version),
            None => (None, received_protocol),
        };
        assert_eq!(read, (name, version), "{value}");
        assert!(name.is_none_or(is_token) && is_token(version), "{value}");
        assert_eq!(received_by, "signpost", "{value}");
        assert!(is_token(received_by), "{value}");
    }
}
