//! Which fields of a request the origin does not get, and which of an answer the client does not get.

use crate::test;
use signpost::proxy::{Connection, ends_before_client, ends_before_origin, via};

/// What becomes of a field of a request, and of the same field of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Passes,
    Ends,
}

use Fate::{Ends, Passes};

/// Names of fields, the fate of each in a request and in an answer, and the same if `Connection` names it.
type Row = (&'static [&'static str], [Fate; 2], [Fate; 2]);

const ROWS: &[Row] = &[
    // About one connection.
    (
        &[
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "upgrade",
            "Keep-Alive",
            "keep_alive",
            "TE",
        ],
        [Ends, Ends],
        [Ends, Ends],
    ),
    // Between a client and its proxy.
    (
        &["proxy-authorization", "Proxy-Authorization"],
        [Ends, Passes],
        [Ends, Ends],
    ),
    (
        &[
            "proxy-authenticate",
            "proxy-authentication-info",
            "Proxy-Authenticate",
        ],
        [Passes, Ends],
        [Ends, Ends],
    ),
    // Only a proxy may say it, or it makes a server read another request.
    (
        &[
            "cdn-ff",
            "cdn-client-ip",
            "forwarded",
            "http-method-override",
            "method-override",
            "proxy",
            "true-client-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-forwarded-proto",
            "x-forwarded-scheme",
            "x-forwarded-server",
            "x-forwarded-ssl",
            "x-forwarded-client-cert",
            "x-host",
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-original-host",
            "x-original-url",
            "x-real-ip",
            "x-rewrite-url",
            // In other spellings.
            "X-Forwarded-For",
            "x_forwarded_for",
            "X_Forwarded_For",
            "x-forwarded_for",
            "x.forwarded.for",
            "X_FORWARDED_CLIENT_CERT",
            "CDN_Client_IP",
            "x_real_ip",
            "X-HTTP-METHOD",
            "X_HTTP_Method_Override",
            "x_method-override",
            "HTTP_METHOD_OVERRIDE",
            "method_override",
            "PROXY",
        ],
        [Ends, Passes],
        [Ends, Ends],
    ),
    // For whoever receives the message in the end: `Connection` cannot remove it.
    (
        &[
            "accept",
            "accept-encoding",
            "accept-ranges",
            "access-control-allow-origin",
            "access-control-request-method",
            "authorization",
            "cache-control",
            "cdn-loop",
            "content-encoding",
            "content-length",
            "content-type",
            "cookie",
            "etag",
            "host",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "location",
            "origin",
            "proxy-status",
            "range",
            "set-cookie",
            "signpost-decision",
            "strict-transport-security",
            "transfer-encoding",
            "vary",
            "via",
            "Authorization",
            "CDN-Loop",
            "IF-NONE-MATCH",
            "content_length",
        ],
        [Passes, Passes],
        [Passes, Passes],
    ),
    // Anything else, some of it nearly one of the above.
    (
        &[
            "acceptable",
            "x-internal",
            "user-agent",
            "x-forward",
            "x-forwarder",
            "xforwarded-for",
            "x-real-ip-2",
            "x-real",
            "proxies",
            "close",
            "cookies",
            "if",
            "content",
            "tea",
            "é",
        ],
        [Passes, Passes],
        [Ends, Ends],
    ),
];

/// Fields that only the platform says.
const OF_PLATFORM: &[&str] = &["cdn-client-ip", "cdn-ff"];

fn fates(name: &str, connection: &Connection<'_>) -> [Fate; 2] {
    let fate = |is_kept| if is_kept { Ends } else { Passes };
    [
        fate(ends_before_origin(name, connection, OF_PLATFORM)),
        fate(ends_before_client(name, connection)),
    ]
}

#[test]
fn a_field_passes_or_ends_in_each_direction() {
    for (names, unnamed, named) in ROWS {
        for name in *names {
            let close = Connection::of([&b"close"[..]]);
            let is_close = *name == "close";
            let expected = if is_close { named } else { unnamed };
            assert_eq!(fates(name, &close), *expected, "{name}");
            let options = format!("keep-alive, {name}");
            let connection = Connection::of([options.as_bytes()]);
            assert_eq!(fates(name, &connection), *named, "{name}, named");
        }
    }
}

#[test]
fn every_option_of_every_connection_is_read() {
    let rows: [(&str, &[&str], bool); 12] = [
        ("none", &[], false),
        ("empty", &[""], false),
        ("another", &["close"], false),
        ("alone", &["x-internal"], true),
        ("in another case", &["X-INTERNAL"], true),
        ("with spaces", &["close ,\t x-internal \t,a"], true),
        ("after empty options", &[",, ,x-internal"], true),
        ("in a second field", &["close", "x-internal"], true),
        ("a part of an option", &["x-internal-2, x-intern"], false),
        ("in another spelling", &["x_internal"], false),
        ("in quotes", &["\"x-internal\""], false),
        ("not text", &["x-internal\u{e9}"], false),
    ];
    for (row, values, is_named) in rows {
        let connection = Connection::of(values.iter().map(|value| value.as_bytes()));
        let fate = if is_named { Ends } else { Passes };
        assert_eq!(fates("x-internal", &connection), [fate, fate], "{row}");
        assert_eq!(fates("connection", &connection), [Ends, Ends], "{row}");
    }
}

#[test]
fn of_very_many_options_the_first_count() {
    for (before, fate) in [(255, Ends), (256, Passes), (100_000, Passes)] {
        let value = "a,".repeat(before) + "x-internal";
        let connection = Connection::of([value.as_bytes()]);
        assert_eq!(fates("x-internal", &connection), [fate, fate], "{before}");
        // What always ends does so without being named.
        assert_eq!(fates("keep-alive", &connection), [Ends, Ends], "{before}");
    }
}

#[test]
fn via_names_the_protocol_that_a_request_arrived_with() {
    let rows = [
        ("HTTP/0.9", "0.9 signpost"),
        ("HTTP/1.0", "1.0 signpost"),
        ("HTTP/1.1", "1.1 signpost"),
        ("HTTP/2", "2 signpost"),
        ("HTTP/3", "3 signpost"),
        ("SPDY/3", "SPDY/3 signpost"),
    ];
    for (protocol, value) in rows {
        assert_eq!(via(protocol), value, "{protocol}");
    }
}
