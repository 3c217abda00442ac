//! A host has one spelling. For any other text, the error says what to write instead.

use crate::test;
use signpost::values::Host;

/// A host as written, as a URL spells it, and whether it is this machine.
const HOSTS: &[(&str, &str, bool)] = &[
    ("static.crates.io", "static.crates.io", false),
    ("Static.Crates.IO", "static.crates.io", false),
    ("xn--bcher-kva.example", "xn--bcher-kva.example", false),
    ("a-b.0c.example", "a-b.0c.example", false),
    ("localhost", "localhost", true),
    ("LOCALHOST", "localhost", true),
    ("localhost.example", "localhost.example", false),
    ("127.0.0.1", "127.0.0.1", true),
    ("127.8.9.10", "127.8.9.10", true),
    ("192.0.2.7", "192.0.2.7", false),
    ("[::1]", "[::1]", true),
    ("[2001:DB8:0::1]", "[2001:db8::1]", false),
];

#[test]
fn a_host_has_one_spelling() {
    for (text, name, is_loopback) in HOSTS {
        let host = Host::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(host.as_str(), *name, "{text}");
        assert_eq!(host.to_string(), *name, "{text}");
        assert_eq!(host.is_loopback(), *is_loopback, "{text}");
        assert_eq!(Host::parse(name), Ok(host), "{text}");
    }
}

#[test]
fn the_longest_domain_has_253_bytes_and_its_labels_63() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "b".repeat(61));
    let rows = [
        (longest.clone(), true),
        (format!("{longest}b"), false),
        (format!("{label}.example"), true),
        (format!("{label}a.example"), false),
    ];
    for (text, is_host) in rows {
        assert_eq!(
            Host::parse(&text).is_ok(),
            is_host,
            "{} bytes: {text}",
            text.len()
        );
    }
}

/// A text that is not a host, and what is said about it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "",
        "the host is empty; write a host such as static.crates.io",
    ),
    (
        "https://static.crates.io",
        "`https://static.crates.io` is more than a host; write it without scheme, port and path, such as static.crates.io",
    ),
    (
        "static.crates.io:443",
        "`static.crates.io:443` is more than a host; write it without scheme, port and path, such as static.crates.io",
    ),
    (
        "static.crates.io/",
        "`static.crates.io/` is more than a host; write it without scheme, port and path, such as static.crates.io",
    ),
    (
        "user@static.crates.io",
        "`user@static.crates.io` is more than a host; write it without scheme, port and path, such as static.crates.io",
    ),
    (
        "static.crates.io\\a",
        "`static.crates.io\\a` is more than a host; write it without scheme, port and path, such as static.crates.io",
    ),
    (
        "::1",
        "`::1` is more than a host; write it without scheme, port and path, such as static.crates.io",
    ),
    (
        "[::1]:80",
        "`[::1]:80` is more than a host; write it without scheme, port and path, such as static.crates.io",
    ),
    (
        "[::g]",
        "`[::g]` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        "static crates.io",
        "`static crates.io` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        "static_crates.io",
        "`static_crates.io` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        "*.crates.io",
        "`*.crates.io` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        "-static.crates.io",
        "`-static.crates.io` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        "static-.crates.io",
        "`static-.crates.io` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        ".crates.io",
        "`.crates.io` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        "bücher.example",
        "`bücher.example` is not ASCII; write an internationalised domain in its xn-- form",
    ),
    ("crates.io.", "`crates.io.` ends in a dot; write it without"),
    (
        "static",
        "`static` has no dot, so no client could resolve it; write the full domain",
    ),
];

#[test]
fn what_is_not_a_host_says_what_to_write() {
    for (text, message) in MISTAKES {
        let error = Host::parse(text).expect_err(&format!("{text:?} is not a host"));
        assert_eq!(error.to_string(), *message, "{text:?}");
    }
}

#[test]
fn a_host_field_names_a_host_in_any_case_and_on_any_port() {
    let rows = [
        ("crates.io", "crates.io", true),
        ("crates.io", "Crates.IO", true),
        ("crates.io", "crates.io:443", true),
        ("crates.io", "crates.io:8443", true),
        ("crates.io", "crates.io:", true),
        ("crates.io", "crates.io:port", false),
        ("crates.io", "crates.io.", false),
        ("crates.io", "static.crates.io", false),
        ("crates.io", "crates.io.evil.com", false),
        ("crates.io", "crates.io@evil.com", false),
        ("crates.io", "", false),
        ("crates.io", ":443", false),
        ("[::1]", "[::1]", true),
        ("[::1]", "[::1]:7676", true),
        ("[::1]", "[::2]", false),
    ];
    for (host, field, is_named) in rows {
        let host = Host::parse(host).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(host.is_named_by(field), is_named, "{host} by {field:?}");
    }
}
