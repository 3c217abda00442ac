//! Requests that the origin answers reach it, and its answers come back, as they are.

use bytes::Bytes;
use http::{HeaderName, Request, Response};
use signpost_testbed::{REFUSED, RecordedRequest, client};

use crate::bed::{Bed, DOWNLOAD, header, request, two_backends};

#[tokio::test]
async fn a_body_of_five_megabytes_arrives_byte_for_byte() {
    let bed = Bed::start(|server| server).await;
    let body: Vec<u8> = (0..5_000_000_u32)
        .flat_map(u32::to_le_bytes)
        .take(5_000_000)
        .collect();
    let request = Request::put("/api/v1/crates/new?a=b")
        .header("host", "crates.io")
        .header("authorization", "secret")
        .body(Bytes::from(body.clone()))
        .unwrap();
    let answer = bed.send(request).await;
    assert_eq!(answer.status(), 200);
    let asked = bed.origin.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].method, "PUT");
    assert_eq!(asked[0].target, "/api/v1/crates/new?a=b");
    assert_eq!(asked[0].headers["authorization"], "secret");
    assert!(asked[0].body == body, "the body was changed");
}

#[tokio::test]
async fn every_method_is_passed_on() {
    let bed = Bed::start(|server| server).await;
    for method in [
        "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "PURGE", "PROPFIND", "get",
    ] {
        let answer = bed.send(request(method, DOWNLOAD)).await;
        let decision = header(&answer, "signpost-decision");
        assert_eq!(
            decision,
            Some("origin;reason=\"method-not-redirectable\""),
            "{method}"
        );
        let asked = bed.origin.take_requests();
        assert_eq!(asked.len(), 1, "{method}");
        assert_eq!(asked[0].method.as_str(), method);
    }
}

#[tokio::test]
async fn repeated_headers_survive_in_both_directions() {
    let reply = |_: &RecordedRequest| {
        Response::builder()
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
            .header("x-cache", "HIT")
            .header("x-amz-id-2", "abc")
            .body(Bytes::from("hello"))
            .unwrap()
    };
    let bed = Bed::start_with(reply, |server| server).await;
    let request = Request::get("/api/v1/me")
        .header("host", "crates.io")
        .header("cookie", "a=1")
        .header("x-repeated", "one")
        .header("x-repeated", "two, three")
        .body(Bytes::new())
        .unwrap();
    let answer = bed.send(request).await;
    let values = |name| answer.headers().get_all(name).iter().collect::<Vec<_>>();
    assert_eq!(values("set-cookie"), ["a=1", "b=2"]);
    // Cargo prints these headers of a failed answer.
    assert_eq!(values("x-cache"), ["HIT"]);
    assert_eq!(values("x-amz-id-2"), ["abc"]);
    assert_eq!(answer.body(), "hello");
    let asked = bed.origin.requests();
    let repeated: Vec<_> = asked[0].headers.get_all("x-repeated").iter().collect();
    assert_eq!(repeated, ["one", "two, three"]);
    assert_eq!(asked[0].headers["host"], "crates.io");
}

#[tokio::test]
async fn head_keeps_the_content_length() {
    let reply = |request: &RecordedRequest| {
        let response = match request.target.as_str() {
            "/empty" => Response::builder().status(204),
            _ => Response::builder().header("content-type", "application/gzip"),
        };
        let body = if request.target == "/empty" {
            Bytes::new()
        } else {
            Bytes::from(vec![7; 12_345])
        };
        response.body(body).unwrap()
    };
    let bed = Bed::start_with(reply, |server| server).await;
    let answer = bed.send(request("HEAD", "/file")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-length"), Some("12345"));
    assert_eq!(header(&answer, "content-type"), Some("application/gzip"));
    assert!(answer.body().is_empty());
    let answer = bed.send(request("HEAD", "/empty")).await;
    assert_eq!(answer.status(), 204);
    let answer = bed.get("/file").await;
    assert_eq!(header(&answer, "content-length"), Some("12345"));
    assert_eq!(answer.body().len(), 12_345);
}

#[tokio::test]
async fn redirects_and_errors_of_the_origin_are_its_own() {
    let reply = |request: &RecordedRequest| {
        let status = request
            .target
            .trim_start_matches('/')
            .parse()
            .unwrap_or(200);
        Response::builder()
            .status(status)
            .header("location", "https://elsewhere.example//a/../b?c#d")
            .header("access-control-allow-origin", "https://crates.io")
            .body(Bytes::from("as it is"))
            .unwrap()
    };
    let bed = Bed::start_with(reply, |server| server).await;
    for status in [
        200_u16, 201, 302, 307, 400, 403, 404, 418, 429, 500, 502, 503,
    ] {
        let answer = bed.get(&format!("/{status}")).await;
        assert_eq!(answer.status(), status);
        let location = header(&answer, "location");
        assert_eq!(
            location,
            Some("https://elsewhere.example//a/../b?c#d"),
            "{status}"
        );
        let cors = header(&answer, "access-control-allow-origin");
        assert_eq!(cors, Some("https://crates.io"), "{status}");
        assert_eq!(
            header(&answer, "strict-transport-security"),
            None,
            "{status}"
        );
        assert_eq!(answer.body(), "as it is", "{status}");
    }
}

/// Fields that the edge sets itself, with their values.
const SET: &[(&str, &str)] = &[
    ("fastly-client-ip", "127.0.0.1"),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-forwarded-host", "crates.io"),
    ("x-forwarded-proto", "http"),
    ("x-real-ip", "127.0.0.1"),
];

/// Fields that no origin gets.
const TAKEN_OUT: &[&str] = &[
    // Those of the connection to the client.
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    // Those that `Connection` names.
    "x-named",
    "x-named-too",
    "x-named-late",
    // Those that only a proxy may set.
    "fastly-ff",
    "fastly-ssl",
    "forwarded",
    "proxy",
    "true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-forwarded",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-scheme",
    "x-forwarded-server",
    "x-forwarded-ssl",
    "x-host",
    "x-original-host",
    "x-original-url",
    "x-rewrite-url",
    // Those that make a server read another method.
    "http-method-override",
    "method-override",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    // Other spellings, which programs that put fields into their environment cannot tell apart.
    "fastly_client_ip",
    "x_forwarded_for",
    "x-forwarded_host",
    "x_forwarded_proto",
    "x_http_method_override",
    "x_real_ip",
];

/// Fields that the origin gets although `Connection` names them, with their values.
const KEPT: &[(&str, &str)] = &[
    ("accept", "application/json"),
    ("authorization", "secret"),
    ("cache-control", "no-cache"),
    ("cdn-loop", "cloudfront, another; v=1"),
    ("content-type", "text/plain"),
    ("cookie", "a=1"),
    ("if-none-match", "\"a\""),
    ("origin", "https://docs.example"),
    ("range", "bytes=0-1"),
];

/// Sends every such field, and checks what `bed.origin` gets of them.
async fn check_edge_fields(bed: &Bed, method: &str, body: &'static str) {
    // Viceroy takes at most 100 fields.
    for taken_out in TAKEN_OUT.chunks(20) {
        check_fields_of_one_request(bed, method, body, taken_out).await;
    }
}

async fn check_fields_of_one_request(
    bed: &Bed,
    method: &str,
    body: &'static str,
    taken_out: &[&str],
) {
    // Longer than the buffer that a value is first read into, and than most values may be.
    let long = format!("{}, x-named-late", "a".repeat(10_000));
    let mut sent = Request::builder()
        .method(method)
        .uri("/api/v1/me")
        .header("host", "crates.io")
        .header("connection", "close, x-named")
        .header(
            "connection",
            "X-Named-Too ,host, content-length, transfer-encoding",
        )
        .header("connection", &long)
        .header("signpost-decision", "redirect;route=\"spoofed\"")
        .header("via", "1.0 first, 1.1 second")
        .header("x-repeated", "one")
        .header("x-repeated", "two, three");
    for name in SET.iter().map(|(name, _)| name).chain(taken_out) {
        sent = sent.header(*name, "spoofed").header(*name, "again");
    }
    for (name, value) in KEPT {
        sent = sent.header(*name, *value).header("connection", *name);
    }
    let answer = bed.send(sent.body(Bytes::from(body)).unwrap()).await;
    let decision = header(&answer, "signpost-decision");
    assert_eq!(decision, Some("origin;reason=\"no-route\""), "{method}");
    let asked = bed.origin.take_requests();
    assert_eq!(asked.len(), 1, "{method}");
    assert_eq!(asked[0].method.as_str(), method);
    assert_eq!(asked[0].body, body, "{method}");
    let values = |name: &str| asked[0].headers.get_all(name).iter().collect::<Vec<_>>();
    for (name, value) in SET {
        assert_eq!(values(name), [value], "{method}: {name}");
    }
    for name in taken_out {
        assert!(values(name).is_empty(), "{method}: {name}");
    }
    for (name, value) in KEPT {
        assert_eq!(values(name), [value], "{method}: {name}");
    }
    assert_eq!(values("via"), ["1.0 first, 1.1 second", "1.1 signpost"]);
    assert_eq!(values("connection"), [] as [&str; 0], "{method}");
    assert_eq!(values("host"), ["crates.io"], "{method}");
    assert_eq!(values("x-repeated"), ["one", "two, three"], "{method}");
    if !body.is_empty() {
        let length = body.len().to_string();
        assert_eq!(values("content-length"), [&*length], "{method}");
    }
}

#[tokio::test]
async fn what_only_a_proxy_may_set_is_set_by_the_edge() {
    let bed = Bed::start(|server| server).await;
    check_edge_fields(&bed, "GET", "").await;
    check_edge_fields(&bed, "PUT", "abc").await;
}

#[tokio::test]
async fn what_only_a_proxy_may_set_is_set_by_the_edge_to_a_second_backend_too() {
    let config = two_backends();
    let bed = Bed::start(|server| {
        let second = server.config(&config);
        second.backend("first", REFUSED.url().as_str())
    })
    .await;
    for method in ["GET", "HEAD", "OPTIONS"] {
        check_edge_fields(&bed, method, "").await;
    }
}

#[tokio::test]
async fn a_name_of_any_length_hides_no_other() {
    let bed = Bed::start(|server| server).await;
    for length in [100, 127, 128, 1000, 30_000] {
        let mut asked = request("GET", "/api/v1/me");
        let headers = asked.headers_mut();
        let long: HeaderName = "a".repeat(length).parse().unwrap();
        headers.insert(&long, "kept".parse().unwrap());
        headers.insert("x_forwarded_for", "spoofed".parse().unwrap());
        assert_eq!(bed.send(asked).await.status(), 200, "{length}");
        let asked = bed.origin.take_requests();
        assert_eq!(asked[0].headers[&long], "kept", "{length}");
        let spoofed = asked[0].headers.get("x_forwarded_for");
        assert_eq!(spoofed, None, "{length}");
        assert_eq!(asked[0].headers["via"], "1.1 signpost", "{length}");
    }
}

#[tokio::test]
async fn via_names_the_protocol_of_the_client() {
    let bed = Bed::start(|server| server).await;
    for version in ["1.0", "1.1"] {
        let asked = format!(
            "GET /api/v1/me HTTP/{version}\r\nHost: crates.io\r\nConnection: close\r\n\r\n"
        );
        let answer = client::send_raw(bed.viceroy.address(), asked.as_bytes()).await;
        let answer = String::from_utf8(answer.unwrap()).unwrap();
        assert!(answer.contains(" 200 OK"), "{version}: {answer}");
        let asked = bed.origin.take_requests();
        let via = format!("{version} signpost");
        assert_eq!(asked[0].headers["via"], via, "{version}");
    }
}

/// Fields of an origin's answer that no client gets.
const OF_THE_ORIGINS_CONNECTION: &[&str] = &[
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    // Those that `Connection` names.
    "x-internal",
    "x-internal-too",
];

/// Fields of an origin's answer that every client gets, although `Connection` names some of them.
const OF_THE_ANSWER: &[(&str, &str)] = &[
    ("access-control-allow-origin", "https://crates.io"),
    ("cache-control", "max-age=60"),
    ("content-type", "text/plain"),
    ("etag", "\"a\""),
    ("location", "https://elsewhere.example/"),
    ("proxy-status", "heroku;error=connection_refused"),
    ("set-cookie", "a=1"),
    ("vary", "Accept"),
    ("via", "1.1 vegur"),
    ("x-cache", "HIT"),
    ("x-forwarded-for", "192.0.2.1"),
];

#[tokio::test]
async fn fields_of_the_origins_connection_do_not_reach_the_client() {
    let reply = |_: &RecordedRequest| {
        let mut answer = Response::builder()
            .header("connection", "close, X-Internal")
            .header("connection", "x-internal-too,Set-Cookie, ETag, Vary, Via")
            .header("connection", "location,cache-control, content-type")
            .header("connection", "proxy-status");
        for name in OF_THE_ORIGINS_CONNECTION {
            answer = answer.header(*name, "a").header(*name, "b");
        }
        for (name, value) in OF_THE_ANSWER {
            answer = answer.header(*name, *value);
        }
        answer.body(Bytes::from("hello")).unwrap()
    };
    let bed = Bed::start_with(reply, |server| server).await;
    for method in ["GET", "HEAD", "PUT"] {
        let answer = bed.send(request(method, "/api/v1/me")).await;
        assert_eq!(answer.status(), 200, "{method}");
        for name in OF_THE_ORIGINS_CONNECTION {
            assert_eq!(header(&answer, name), None, "{method}: {name}");
        }
        for (name, value) in OF_THE_ANSWER {
            assert_eq!(header(&answer, name), Some(*value), "{method}: {name}");
        }
        // What Viceroy says about its own connection to this client is its own.
        let connection = header(&answer, "connection").unwrap_or_default();
        assert!(!connection.contains("nternal"), "{method}: {connection}");
        assert_eq!(header(&answer, "content-length"), Some("5"), "{method}");
    }
}

#[tokio::test]
async fn fields_that_a_far_too_long_connection_names_stay() {
    let bed = Bed::start(|server| server).await;
    let long = format!("{}, x-named", "a".repeat(70_000));
    let mut asked = request("GET", "/api/v1/me");
    let headers = asked.headers_mut();
    headers.insert("connection", long.parse().unwrap());
    headers.insert("x-named", "a".parse().unwrap());
    assert_eq!(bed.send(asked).await.status(), 200);
    let asked = bed.origin.requests();
    assert_eq!(asked[0].headers["x-named"], "a");
    assert_eq!(asked[0].headers.get("connection"), None);
}
