//! A request is decoded once, without doubt or not at all; `Accept` is read as RFC 9110 says.

use crate::test;
use signpost::request::{Format, MalformedPath, Method, Request};

/// A request target, its path, and the segments of the path; nothing if they are in doubt.
type Target = (&'static str, &'static str, Option<&'static [&'static str]>);

const TARGETS: &[Target] = &[
    ("/", "/", Some(&[""])),
    ("/a", "/a", Some(&["a"])),
    ("/a/b", "/a/b", Some(&["a", "b"])),
    ("/a/b/", "/a/b/", Some(&["a", "b", ""])),
    ("/a?b/c", "/a", Some(&["a"])),
    ("/a#b/c", "/a", Some(&["a"])),
    ("/a?b#c?d", "/a", Some(&["a"])),
    ("/a?../%00//", "/a", Some(&["a"])),
    ("?/a", "", None),
    ("/0.12.25+1.3.0", "/0.12.25+1.3.0", Some(&["0.12.25+1.3.0"])),
    (
        "/0.12.25%2B1.3.0",
        "/0.12.25%2B1.3.0",
        Some(&["0.12.25+1.3.0"]),
    ),
    (
        "/0.12.25%2b1.3.0",
        "/0.12.25%2b1.3.0",
        Some(&["0.12.25+1.3.0"]),
    ),
    ("/%61%20b", "/%61%20b", Some(&["a b"])),
    ("/a b", "/a b", Some(&["a b"])),
    ("/%C3%A4", "/%C3%A4", Some(&["ä"])),
    ("/ä", "/ä", Some(&["ä"])),
    ("/...", "/...", Some(&["..."])),
    ("/.a", "/.a", Some(&[".a"])),
    ("/a;b=c,d@e:f", "/a;b=c,d@e:f", Some(&["a;b=c,d@e:f"])),
    ("/%3Fa%23", "/%3Fa%23", Some(&["?a#"])),
    ("", "", None),
    ("*", "*", None),
    ("a/b", "a/b", None),
    ("https://crates.io/a", "https://crates.io/a", None),
    ("//", "//", None),
    ("//a", "//a", None),
    ("/a//b", "/a//b", None),
    ("/a//", "/a//", None),
    ("/./a", "/./a", None),
    ("/a/.", "/a/.", None),
    ("/../a", "/../a", None),
    ("/a/..", "/a/..", None),
    ("/%2e/a", "/%2e/a", None),
    ("/%2E%2e/a", "/%2E%2e/a", None),
    ("/.%2E/a", "/.%2E/a", None),
    ("/a%2Fb", "/a%2Fb", None),
    ("/a%2fb", "/a%2fb", None),
    ("/%2F", "/%2F", None),
    ("/a\\b", "/a\\b", None),
    ("/a%5Cb", "/a%5Cb", None),
    ("/a%00b", "/a%00b", None),
    ("/a%0D%0Ab", "/a%0D%0Ab", None),
    ("/a%7Fb", "/a%7Fb", None),
    ("/a\u{7f}b", "/a\u{7f}b", None),
    ("/a%252Bb", "/a%252Bb", None),
    ("/a%25", "/a%25", None),
    ("/a%", "/a%", None),
    ("/a%2", "/a%2", None),
    ("/a%zz", "/a%zz", None),
    ("/%FF", "/%FF", None),
    ("/%C0%AF", "/%C0%AF", None),
    ("/%ED%A0%80", "/%ED%A0%80", None),
];

#[test]
fn a_path_is_decoded_once_and_without_doubt() {
    for (target, path, segments) in TARGETS {
        let request = Request::new("GET", "crates.io", target);
        assert_eq!(request.path(), *path, "{target:?}");
        let decoded = request.segments().map(|segments| {
            let segments = segments.iter().map(AsRef::as_ref);
            segments.collect::<Vec<&str>>()
        });
        let expected = segments.map(<[_]>::to_vec).ok_or(MalformedPath);
        assert_eq!(decoded, expected, "{target:?}");
    }
}

#[test]
fn a_method_is_read_as_it_is_spelled() {
    let rows = [
        ("GET", Method::Get),
        ("HEAD", Method::Head),
        ("get", Method::Other),
        ("Head", Method::Other),
        ("POST", Method::Other),
        ("PURGE", Method::Other),
        ("GET ", Method::Other),
        ("", Method::Other),
    ];
    for (method, expected) in rows {
        assert_eq!(
            Request::new(method, "", "/").method(),
            expected,
            "{method:?}"
        );
    }
}

#[test]
fn the_host_is_kept_as_it_arrived() {
    for host in ["crates.io", "Crates.IO:443", "", "[::1]:80", "evil.example"] {
        assert_eq!(Request::new("GET", host, "/").host(), host, "{host:?}");
    }
}

#[test]
fn a_rewritten_target_is_known_as_such() {
    let request = Request::new("GET", "crates.io", "/a");
    assert!(request.is_as_received());
    assert!(!request.rewritten().is_as_received());
}

/// The values of the `Accept` fields, and what they ask for.
const ACCEPTS: &[(&[&[u8]], Format)] = &[
    (&[], Format::Redirect),
    (&[b""], Format::Redirect),
    (&[b"*/*"], Format::Redirect),
    (&[b"application/*"], Format::Redirect),
    (&[b"text/html"], Format::Redirect),
    (&[b"application/json"], Format::Json),
    (&[b"Application/JSON"], Format::Json),
    (&[b"  application/json  "], Format::Json),
    (&[b"application/json, */*"], Format::Json),
    (&[b"text/html,application/json"], Format::Json),
    (&[b"text/html\t,\tapplication/json"], Format::Json),
    (&[b"text/html", b"application/json"], Format::Json),
    (&[b"application/json", b"text/html"], Format::Json),
    (
        &[b"application/json;q=0", b"application/json"],
        Format::Json,
    ),
    (&[b", ,application/json,,"], Format::Json),
    // With parameters.
    (&[b"application/json;charset=utf-8"], Format::Json),
    (&[b"application/json; charset=utf-8"], Format::Json),
    (&[b"application/json ; charset=utf-8"], Format::Json),
    (&[b"application/json; charset=\"utf-8\""], Format::Json),
    (&[b"application/json;"], Format::Json),
    (&[b"application/json;version=1;q=0.2"], Format::Json),
    // With a weight.
    (&[b"application/json;q=1"], Format::Json),
    (&[b"application/json;q=1."], Format::Json),
    (&[b"application/json;q=1.000"], Format::Json),
    (&[b"application/json;q=0.001"], Format::Json),
    (&[b"application/json;q=0.9"], Format::Json),
    (&[b"application/json;Q=1"], Format::Json),
    (&[b"application/json;q =1"], Format::Json),
    (&[b"application/json; q=0.5, text/html"], Format::Json),
    (&[b"application/json;quality=0"], Format::Json),
    (&[b"application/json;q=0"], Format::Redirect),
    (&[b"application/json;q=0."], Format::Redirect),
    (&[b"application/json;q=0.0"], Format::Redirect),
    (&[b"application/json;q=0.000"], Format::Redirect),
    (&[b"application/json; q=0"], Format::Redirect),
    (&[b"application/json ;q=0"], Format::Redirect),
    (&[b"application/json ; q=0"], Format::Redirect),
    (&[b"application/json;Q=0"], Format::Redirect),
    (&[b"application/json;q=0, */*"], Format::Redirect),
    (&[b"application/json;charset=utf-8;q=0"], Format::Redirect),
    (&[b"application/json;q =0"], Format::Redirect),
    (&[b"application/json;q\t=0"], Format::Redirect),
    // With something other than a weight.
    (&[b"application/json;q"], Format::Redirect),
    (&[b"application/json;q="], Format::Redirect),
    (&[b"application/json;q= 1"], Format::Redirect),
    (&[b"application/json;q=-1"], Format::Redirect),
    (&[b"application/json;q=+1"], Format::Redirect),
    (&[b"application/json;q=01"], Format::Redirect),
    (&[b"application/json;q=2"], Format::Redirect),
    (&[b"application/json;q=.5"], Format::Redirect),
    (&[b"application/json;q=1.001"], Format::Redirect),
    (&[b"application/json;q=1.0000"], Format::Redirect),
    (&[b"application/json;q=0.0001"], Format::Redirect),
    (&[b"application/json;q=0.5x"], Format::Redirect),
    (&[b"application/json;q=0.5.5"], Format::Redirect),
    (&[b"application/json;q=\"1\""], Format::Redirect),
    (&[b"application/json;q=1e9"], Format::Redirect),
    (&[b"application/json;q=inf"], Format::Redirect),
    (&[b"application/json;q=NaN"], Format::Redirect),
    (&[b"application/json;q=none"], Format::Redirect),
    // A comma or a type inside a quoted parameter is not a range.
    (
        &[b"text/html;title=\"a,application/json,b\""],
        Format::Redirect,
    ),
    (
        &[b"text/html;title=\"a\\\",application/json\""],
        Format::Redirect,
    ),
    (
        &[b"text/html;title=\"a\\\",application/json;b=\""],
        Format::Redirect,
    ),
    (
        &[b"text/html;title=\"a\\\\\",application/json"],
        Format::Json,
    ),
    (&[b"application/json;title=\"a,b\""], Format::Json),
    (&[b"application/json;title=\"a,b\";q=0"], Format::Redirect),
    (
        &[b"text/html;title=\"never closed, application/json"],
        Format::Redirect,
    ),
    // Other JSON types, and something else that has the word in it.
    (&[b"json"], Format::Redirect),
    (&[b"text/json"], Format::Json),
    (&[b"application/vnd.api+json"], Format::Json),
    (&[b"application/vnd.api+JSON;q=0.1"], Format::Json),
    (&[b"application/vnd.api+json;q=0"], Format::Redirect),
    (&[b"application/json+xml"], Format::Redirect),
    (&[b"application/xjson"], Format::Redirect),
    (&[b"application/json5"], Format::Redirect),
    (&[b"application/jsonp"], Format::Redirect),
    (&[b"xapplication/json"], Format::Json),
    (&[b"application/vnd.github+json"], Format::Json),
    (&[b"application/problem+json"], Format::Json),
    // Junk.
    (&[b"application"], Format::Redirect),
    (&[b"application/"], Format::Redirect),
    (&[b"/json"], Format::Redirect),
    (&[b"application /json"], Format::Redirect),
    (&[b"\"application/json"], Format::Redirect),
    (&[b"application/json/json"], Format::Redirect),
    (&[b";;;,;,\"\\"], Format::Redirect),
    (&[b"\xFF\xFE"], Format::Redirect),
    (&[b"application/json, \xFF"], Format::Redirect),
    (&[b"\xFF", b"application/json"], Format::Json),
];

#[test]
fn accept_names_json_or_does_not() {
    for (values, format) in ACCEPTS {
        let request = Request::new("GET", "crates.io", "/").with_accept(values.iter().copied());
        let shown: Vec<_> = values
            .iter()
            .map(|value| value.escape_ascii().to_string())
            .collect();
        assert_eq!(request.format(), *format, "{shown:?}");
    }
}
