//! A URL that somebody read before us is told from one that arrived as it is.

use signpost::received::is_as_received;
use url::Url;
use wasm_bindgen_test::wasm_bindgen_test;

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
    // A slash, where there was no path.
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
    // A fragment is no part of a target.
    ("crates.io", "/a#b", false),
];

#[wasm_bindgen_test(unsupported = test)]
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

#[wasm_bindgen_test(unsupported = test)]
fn a_length_that_cannot_be_is_not_what_was_received() {
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
