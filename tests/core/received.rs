//! A URL that was rewritten on its way to the edge is told from one that arrived as it was sent.

use crate::fixtures::configs;
use crate::test;
use signpost::decision::{Decision, Reason};
use signpost::received::{Received, is_as_received};
use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::SmallConfig;
use signpost_rows::hostile::{DOWNLOAD, Expect, HOSTS, LOCATION, TARGETS as HOSTILE_TARGETS};
use signpost_rows::{PRODUCTION, of_any_host};
use url::{Position, Url};

/// A host, a request target, and whether its URL is still what was received.
const TARGETS: &[(&str, &str, bool)] = &[
    ("crates.io", "/", true),
    ("crates.io", "/api/v1/crates/libc/0.2.147/download", true),
    (
        "crates.io",
        "/api/v1/crates/libgit2-sys/0.12.25+1.3.0/download",
        true,
    ),
    (
        "crates.io",
        "/api/v1/crates/libgit2-sys/0.12.25%2B1.3.0/download",
        true,
    ),
    (
        "crates.io",
        "/api/v1/crates/libc/0.2.147/download?x=y&z=%20",
        true,
    ),
    ("crates.io", "/a?", true),
    ("crates.io", "/a?../..", true),
    ("crates.io", "//a//b//", true),
    ("crates.io", "/a/%2F%00%0D%0A%252e%25", true),
    ("crates.io", "/a/%", true),
    ("crates.io", "/a/%2", true),
    ("crates.io", "/a/%zz", true),
    ("crates.io", "/a/...", true),
    ("crates.io", "/a^b|c", true),
    ("crates.io", "/a/[x]!$&'()*+,;=:@~-._", true),
    ("crates.io:443", "/a/b", true),
    ("crates.io:8443", "/a/b", true),
    ("Crates.IO", "/a/b", true),
    ("[::1]:7676", "/a/b", true),
    // Dots that the reader resolved.
    ("crates.io", "/a/../b", false),
    ("crates.io", "/a/./b", false),
    ("crates.io", "/a/..", false),
    ("crates.io", "/a/.", false),
    ("crates.io", "/..", false),
    ("crates.io", "/a/%2e%2E/b", false),
    ("crates.io", "/a/.%2e/b", false),
    (
        "crates.io",
        "/api/v1/crates/../crates/libc/0.2.147/download",
        false,
    ),
    ("crates.io:443", "/a/../b", false),
    // A slash, though there was no path.
    ("crates.io", "", false),
    // Characters that the reader encoded.
    ("crates.io", "/a\"b", false),
    ("crates.io", "/a<b>", false),
    ("crates.io", "/a`b", false),
    ("crates.io", "/a{b}", false),
    ("crates.io", "/a{|}", false),
    ("crates.io", "/ä", false),
    ("crates.io", "/a?b'c", false),
    // What was removed is as long as what was added.
    ("crates.io", "/a/./b\"", false),
    ("crates.io", "/a/../<bc>", false),
    // Escapes that the client wrote, and that the reader would have written as well.
    ("crates.io", "/a%22b", false),
    ("crates.io", "/a%C3%A4", false),
    ("crates.io", "/a%7F", false),
    // A fragment is not part of a target.
    ("crates.io", "/a#b", false),
];

#[test]
fn a_target_that_the_reader_changed_is_known_as_such() {
    for (host, target, expected) in TARGETS {
        let received = format!("https://{host}{target}");
        let url = Url::parse(&received).unwrap_or_else(|error| panic!("{received}: {error}"));
        assert_eq!(
            is_as_received(&url, received.len(), host),
            *expected,
            "{received}"
        );
    }
}

#[test]
fn an_impossible_length_is_not_what_was_received() {
    let url = Url::parse("https://crates.io/a").expect("a URL");
    for (length, host, expected) in [
        (19, "crates.io", true),
        (18, "crates.io", false),
        (20, "crates.io", false),
        (3, "crates.io", false),
        (0, "", false),
    ] {
        assert_eq!(
            is_as_received(&url, length, host),
            expected,
            "{length} bytes from {host:?}"
        );
    }
}

/// The request as the edge reads it from the URL that its platform puts together.
#[track_caller]
fn check_read_as_by_the_edge(host: &str, target: &str) {
    let url = || {
        Url::parse(&format!("https://{host}/")).ok()?;
        let received = format!("http://{host}{target}");
        let url = Url::parse(&received).ok()?;
        let is_as_received = is_as_received(&url, received.len(), host);
        Some((url, is_as_received))
    };
    let url = url();
    let expected = match &url {
        None => Request::new("GET", host, ""),
        Some((url, is_as_received)) => {
            let target = &url[Position::BeforePath..Position::AfterQuery];
            let request = Request::new("GET", host, target);
            if *is_as_received {
                request
            } else {
                request.rewritten()
            }
        }
    };
    let received = Received::read(Some(host), target);
    assert_eq!(received.request("GET"), expected, "{target} at {host}");
}

#[test]
fn a_target_is_read_as_the_edge_gets_it() {
    for (host, target, expected) in TARGETS.iter().filter(|(_, target, _)| !target.is_empty()) {
        let received = Received::read(Some(host), target);
        let is_as_received = received.request("GET").is_as_received();
        assert_eq!(is_as_received, *expected, "{target} at {host}");
        check_read_as_by_the_edge(host, target);
    }
    for host in [
        "",
        "a",
        "a.",
        ".a",
        "a..b",
        "-a-.b",
        "1.2.3.4",
        "1.2.3.4.5",
        "1.2.3.4.5.a",
        "0x7f.1",
        "a.0x1",
        "xn--a",
        "a--b",
        "crates.io:",
        "crates.io:99999",
        "crates.io/other",
        "crates io",
        "user@crates.io",
        "b\u{fc}cher.example",
    ] {
        for target in ["/", "/a/../b", DOWNLOAD] {
            check_read_as_by_the_edge(host, target);
        }
    }
}

#[test]
fn what_is_read_is_known() {
    let rows = [
        (Some("crates.io"), "/a?b", "crates.io", "/a?b", true),
        (Some("crates.io"), "/a/../b", "crates.io", "/b", false),
        (Some("crates.io"), "/a\\b", "crates.io", "/a/b", true),
        (
            Some("crates.io"),
            "/a?x=\u{e9}",
            "crates.io",
            "/a?x=%C3%A9",
            false,
        ),
        // An unknown host differs from one that did not arrive.
        (None, "/a", "", "/a", true),
        (None, "/a\"b", "", "/a%22b", false),
        (Some(""), "/a", "", "", true),
        (Some("1.2.3.4.5"), "/a", "1.2.3.4.5", "", true),
        (Some("crates.io"), "*", "crates.io", "*", true),
        (Some("crates.io"), "x?y", "crates.io", "x?y", true),
    ];
    for (host, target, expected_host, expected, is_as_received) in rows {
        let received = Received::read(host, target);
        let request = received.request("GET");
        let seen = (request.host(), received.target(), request.is_as_received());
        assert_eq!(
            seen,
            (expected_host, expected, is_as_received),
            "{target} at {host:?}"
        );
    }
}

#[test]
fn what_no_client_sends_by_mistake_is_answered_as_by_the_module() {
    let config = configs::read(&of_any_host(PRODUCTION));
    let hosts = HOSTS
        .iter()
        .map(|(host, expect)| (*host, DOWNLOAD.as_bytes(), *expect));
    let targets = HOSTILE_TARGETS
        .iter()
        .map(|(target, expect)| (&b"crates.io"[..], *target, *expect));
    for (host, target, expect) in hosts.chain(targets) {
        let row = format!("{} at {}", target.escape_ascii(), host.escape_ascii());
        let (Ok(host), Ok(target)) = (str::from_utf8(host), str::from_utf8(target)) else {
            assert!(matches!(expect, Expect::NotAskedAtAll), "{row}");
            continue;
        };
        let received = Received::read(Some(host), target);
        let request = received.request("GET");
        let answer = signpost::answer(&config, &request, Switch::ENFORCE);
        match (expect, answer.decision()) {
            (Expect::Redirect, Decision::Redirect(location)) => {
                assert_eq!(location.as_str(), LOCATION, "{row}");
            }
            (Expect::Origin(expected), decision) => {
                assert_eq!(decision.reason().map(Reason::code), Some(expected), "{row}");
            }
            (Expect::Redirect, decision) => panic!("{row}: {decision:?}"),
            (Expect::NotAskedAtAll, _) => {}
        }
    }
}

#[test]
fn an_example_is_tried_as_the_edge_gets_it() {
    let toml = |request: &str, location: &str| {
        SmallConfig::new("")
            .target("cdn", "https://cdn.example", "")
            .route("files", "/f/{file:segment}", "/{file}")
            .example("/f/a", "/a")
            .example(request, location)
            .to_string()
    };
    let rows = [
        ("/f/a+b", "/a%2Bb", None),
        ("/f\\a", "/a", None),
        ("/f/a\"b", "/a%22b", Some("path-malformed")),
        ("/f/a?\u{e9}", "/a", Some("path-malformed")),
        ("/f/../f/a", "/a", Some("path-malformed")),
        ("f/a", "/a", Some("path-malformed")),
    ];
    for (request, location, expected) in rows {
        let problems = signpost::authoring::from_toml(&toml(request, location)).err();
        let problems = problems.map(|problems| problems.to_string());
        match (&problems, expected) {
            (Some(problems), Some(reason)) => {
                assert!(problems.contains(reason), "{request}: {problems}");
            }
            _ => assert_eq!(problems.as_deref(), expected, "{request}"),
        }
    }
}

#[cfg(not(target_family = "wasm"))]
mod properties {
    use proptest::prelude::*;

    use super::check_read_as_by_the_edge;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_target_at_any_host_is_read_as_the_edge_gets_it(
            host in prop_oneof![
                4 => "[a-zA-Z0-9]{1,3}([.-][a-zA-Z0-9]{0,3}){0,4}",
                1 => "[a-z]{60,70}\\.[a-z0-9]{1,300}",
                1 => "([0-9]{1,3}\\.){0,4}(0[xX])?[0-9a-fA-Fx]{0,3}\\.?",
                1 => "([xX][nN])?--?[a-z0-9]{1,4}(\\.[a-z]{1,2})?(:[0-9]{0,5})?",
            ],
            target in prop_oneof![
                3 => "(/[a-zA-Z0-9._~+@:,&=?-]{0,4}){1,6}",
                1 => "(/|\\.|%2[eE]|\\\\|\"|a|<|\\?){1,20}",
                1 => "([ -~]|\\PC|\t|\n){0,12}",
            ],
        ) {
            check_read_as_by_the_edge(&host, &format!("/{target}"));
        }
    }
}
