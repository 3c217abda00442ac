//! The log line, to the byte: one JSON object that crates.io's log counters can read, without a
//! query anywhere.

use crate::test;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use crate::fixtures::configs::production;
use crate::fixtures::proving::built_by;
use serde::Deserialize;
use signpost::Answer;
use signpost::config::{ClientIp, Config};
use signpost::decision::Reason;
use signpost::log_line::{Exchange, InForce};
use signpost::request::Request;
use signpost::target::Chosen;
use signpost::values::Switch;

const SMALLVEC: &str = "/api/v1/crates/smallvec/1.10.0/download";

/// The first minute of the incident, and 123,456 microseconds.
fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(1_689_863_580_123_456)
}

/// What the platform knows of a real download.
fn exchange() -> Exchange<'static> {
    Exchange {
        time: time(),
        method: "GET",
        scheme: "https",
        host: "crates.io",
        path: SMALLVEC,
        protocol: "HTTP/2",
        referer: Some("https://docs.rs/smallvec"),
        user_agent: Some("cargo/1.95.0"),
        client_ip: Some(IpAddr::from([198, 51, 100, 17])),
        tls_cipher: Some("TLS_AES_128_GCM_SHA256"),
        tls_protocol: Some("TLSv1.3"),
        edge_location: Some("FRA"),
        status: 302,
        bytes: Some(0),
        content_type: None,
    }
}

fn in_force(config: &Config, switch: Switch) -> InForce<'_> {
    InForce {
        revision: Some(config.revision()),
        switch,
        client_ip: ClientIp::Full,
        fields: None,
    }
}

/// Compares the line's part about Signpost's own decision.
#[track_caller]
fn check(target: &str, switch: &str, expected: &str) {
    let config = production();
    let request = Request::new("GET", "crates.io", target);
    let switch = switch.parse().unwrap_or_else(|error| panic!("{error}"));
    let answer = signpost::answer(&config, &request, switch);
    let line = answer.log_line(&exchange(), &in_force(&config, switch));
    let (_, own) = line
        .split_once(r#""signpost":"#)
        .expect("a part of our own");
    let expected = expected.replace("REVISION", config.revision());
    assert_eq!(own, format!("{expected}}}"), "{target}, {switch}");
}

#[test]
fn a_redirect_is_written_in_full() {
    let config = production();
    let request = Request::new("GET", "crates.io", SMALLVEC);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let line = answer.log_line(&exchange(), &in_force(&config, Switch::ENFORCE));
    let expected = concat!(
        r#"{"version":"1","date_time":"2023-07-20T14:33:00.123456Z","method":"GET","#,
        r#""url":"https://crates.io/api/v1/crates/smallvec/1.10.0/download","status":302,"bytes":0,"#,
        r#""content_type":null,"ip":"198.51.100.17","edge_location":"FRA","host":"crates.io","#,
        r#""http":{"protocol":"HTTP/2","referer":"https://docs.rs/smallvec","useragent":"cargo/1.95.0"},"#,
        r#""tls":{"cipher":"TLS_AES_128_GCM_SHA256","protocol":"TLSv1.3"},"#,
        r#""signpost":{"decision":"redirect","route":"download","target":"static","attempt":null,"reason":null,"refusal":null,"#,
        r#""location":"https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate","#,
        r#""revision":"REVISION","switch":"enforce"}}"#,
    );
    assert_eq!(line, expected.replace("REVISION", config.revision()));
}

#[test]
fn what_is_not_known_is_null() {
    let nothing = Exchange {
        protocol: "HTTP/1.1",
        scheme: "http",
        host: "",
        path: "",
        referer: None,
        user_agent: None,
        client_ip: None,
        tls_cipher: None,
        tls_protocol: None,
        edge_location: None,
        bytes: None,
        content_type: None,
        status: 503,
        ..exchange()
    };
    let in_force = InForce {
        revision: None,
        switch: Switch::OFF,
        client_ip: ClientIp::Truncated,
        fields: None,
    };
    let expected = concat!(
        r#"{"version":"1","date_time":"2023-07-20T14:33:00.123456Z","method":"GET","url":"http://","#,
        r#""status":503,"bytes":null,"content_type":null,"ip":null,"edge_location":null,"host":"","#,
        r#""http":{"protocol":"HTTP/1.1","referer":null,"useragent":null},"#,
        r#""tls":{"cipher":null,"protocol":null},"#,
        r#""signpost":{"decision":"origin","route":null,"target":null,"attempt":null,"reason":"config-missing","refusal":null,"#,
        r#""location":null,"revision":null,"switch":"off"}}"#,
    );
    let answer = Answer::origin(Reason::ConfigMissing);
    assert_eq!(answer.log_line(&nothing, &in_force), expected);
}

#[test]
fn every_kind_of_decision_is_written() {
    let rows = [
        (
            "/",
            "enforce",
            r#"{"decision":"origin","route":null,"target":null,"attempt":null,"reason":"no-route","refusal":null,"location":null,"revision":"REVISION","switch":"enforce"}"#,
        ),
        (
            "/api/v1/crates/smallvec/1.10/download",
            "enforce 5%",
            r#"{"decision":"origin","route":null,"target":null,"attempt":null,"reason":"version-invalid","refusal":null,"location":null,"revision":"REVISION","switch":"enforce 5%"}"#,
        ),
        (
            SMALLVEC,
            "enforce 60%",
            r#"{"decision":"origin","route":"download","target":"static","attempt":null,"reason":"not-in-rollout","refusal":null,"location":"https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate","revision":"REVISION","switch":"enforce 60%"}"#,
        ),
        (
            SMALLVEC,
            "enforce 61%",
            r#"{"decision":"redirect","route":"download","target":"static","attempt":null,"reason":null,"refusal":null,"location":"https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate","revision":"REVISION","switch":"enforce 61%"}"#,
        ),
        (
            SMALLVEC,
            "shadow",
            r#"{"decision":"origin","route":"download","target":"static","attempt":null,"reason":"switch-shadow","refusal":null,"location":"https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate","revision":"REVISION","switch":"shadow"}"#,
        ),
        (
            SMALLVEC,
            "off",
            r#"{"decision":"origin","route":"download","target":"static","attempt":null,"reason":"switch-off","refusal":null,"location":"https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate","revision":"REVISION","switch":"off"}"#,
        ),
    ];
    for (target, switch, expected) in rows {
        check(target, switch, expected);
    }
}

#[test]
fn a_refusal_is_written_without_the_candidate() {
    let config = production();
    let request = Request::new("GET", "crates.io", SMALLVEC);
    let build = |_: &Chosen<'_, '_>| {
        "https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate".to_owned()
    };
    let answer = signpost::answer(&config, &request, built_by(&build, Switch::ENFORCE));
    let line = answer.log_line(&exchange(), &in_force(&config, Switch::ENFORCE));
    let own = r#""signpost":{"decision":"origin","route":"download","target":"static","attempt":null,"reason":"location-refused","refusal":"not-the-base","location":null,"#;
    assert!(line.contains(own), "{line}");
    assert!(!line.contains("iocrates"), "{line}");
}

/// What crates.io's log counters read of a line.
#[derive(Debug, Deserialize, PartialEq)]
struct Counted {
    version: String,
    date_time: String,
    method: String,
    url: String,
    status: u16,
}

#[test]
fn the_counters_of_crates_io_read_the_line() {
    let config = production();
    let request = Request::new("GET", "crates.io", SMALLVEC);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let line = answer.log_line(&exchange(), &in_force(&config, Switch::ENFORCE));
    let counted: Counted =
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
    let expected = Counted {
        version: "1".to_owned(),
        date_time: "2023-07-20T14:33:00.123456Z".to_owned(),
        method: "GET".to_owned(),
        url: "https://crates.io/api/v1/crates/smallvec/1.10.0/download".to_owned(),
        status: 302,
    };
    assert_eq!(counted, expected);
}

/// The line as a value, for an answer that does not matter.
#[track_caller]
fn written(exchange: &Exchange<'_>, client_ip: ClientIp) -> serde_json::Value {
    let in_force = InForce {
        revision: None,
        switch: Switch::ENFORCE,
        client_ip,
        fields: None,
    };
    let line = Answer::origin(Reason::NoRoute).log_line(exchange, &in_force);
    assert!(!line.contains('\n'), "{line:?} is more than a line");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
}

#[test]
fn a_query_is_never_written() {
    let rows = [
        ("/a?token=secret", None, "https://crates.io/a", None),
        ("/a#secret", None, "https://crates.io/a", None),
        ("/a?secret#secret?secret", None, "https://crates.io/a", None),
        (
            "/",
            Some("https://x.example/?q=secret"),
            "https://crates.io/",
            Some("https://x.example/"),
        ),
        (
            "/",
            Some("https://x.example/#secret"),
            "https://crates.io/",
            Some("https://x.example/"),
        ),
        ("/", Some("?secret"), "https://crates.io/", Some("")),
    ];
    for (path, referer, url, written_referer) in rows {
        let exchange = Exchange {
            path,
            referer,
            ..exchange()
        };
        let line = written(&exchange, ClientIp::Full);
        assert_eq!(line["url"], url, "{path}");
        assert_eq!(
            line["http"]["referer"].as_str(),
            written_referer,
            "{referer:?}"
        );
        assert!(!line.to_string().contains("secret"), "{line}");
    }
}

#[test]
fn a_client_address_is_written_as_far_as_the_policy_lets_it() {
    let rows = [
        ("198.51.100.17", ClientIp::Full, Some("198.51.100.17")),
        ("198.51.100.17", ClientIp::Truncated, Some("198.51.100.0")),
        ("198.51.100.17", ClientIp::None, None),
        (
            "255.255.255.255",
            ClientIp::Truncated,
            Some("255.255.255.0"),
        ),
        (
            "2001:db8:1:2:3:4:5:6",
            ClientIp::Full,
            Some("2001:db8:1:2:3:4:5:6"),
        ),
        (
            "2001:db8:1:2:3:4:5:6",
            ClientIp::Truncated,
            Some("2001:db8:1::"),
        ),
        ("2001:db8:1:2:3:4:5:6", ClientIp::None, None),
        ("::1", ClientIp::Truncated, Some("::")),
        ("::ffff:198.51.100.17", ClientIp::Truncated, Some("::")),
    ];
    for (address, policy, expected) in rows {
        let exchange = Exchange {
            client_ip: Some(address.parse().expect("an address")),
            ..exchange()
        };
        assert_eq!(
            written(&exchange, policy)["ip"].as_str(),
            expected,
            "{address}, {}",
            policy.name()
        );
    }
}

#[test]
fn whatever_a_client_sends_becomes_one_line_of_json() {
    let texts = [
        "",
        "\"},\"signpost\":{\"decision\":\"redirect\"",
        "\\\"\\",
        "a\r\n{\"version\":\"1\"}\n",
        "\u{0}\u{1}\u{1b}[31m\u{7f}\u{85}",
        "\u{2028}\u{2029}\u{feff}\u{202e}",
        "ä 漢字 🦀",
        "\u{fffd}\u{fffd}",
        "</script>",
    ];
    for text in texts {
        let exchange = Exchange {
            method: text,
            host: text,
            path: "/",
            protocol: text,
            user_agent: Some(text),
            referer: Some("/"),
            edge_location: Some(text),
            content_type: Some(text),
            tls_cipher: Some(text),
            tls_protocol: Some(text),
            ..exchange()
        };
        let line = written(&exchange, ClientIp::Full);
        let fields = [
            &line["method"],
            &line["http"]["useragent"],
            &line["http"]["protocol"],
            &line["edge_location"],
            &line["content_type"],
            &line["tls"]["cipher"],
            &line["tls"]["protocol"],
        ];
        for field in fields {
            assert_eq!(field, text);
        }
        assert_eq!(line["url"], format!("https://{text}/"));
        assert_eq!(line["signpost"]["decision"], "origin", "{text:?}");
    }
}

#[test]
fn a_clock_that_is_wrong_loses_no_line() {
    let epoch = SystemTime::UNIX_EPOCH;
    let seconds = Duration::from_secs;
    // Not every platform has a time before it.
    let before_epoch = epoch.checked_sub(seconds(1)).unwrap_or(epoch);
    let rows = [
        (epoch, "1970-01-01T00:00:00.000000Z"),
        (before_epoch, "1970-01-01T00:00:00.000000Z"),
        (
            epoch + seconds(253_402_300_799),
            "9999-12-31T23:59:59.000000Z",
        ),
        (
            epoch + seconds(253_402_300_800),
            "9999-12-31T23:59:59.000000Z",
        ),
    ];
    for (time, expected) in rows {
        let exchange = Exchange { time, ..exchange() };
        assert_eq!(
            written(&exchange, ClientIp::Full)["date_time"],
            expected,
            "{time:?}"
        );
    }
}
