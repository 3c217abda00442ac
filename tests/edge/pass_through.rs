//! Requests that the origin answers reach it, and its answers come back, as they are.

use bytes::Bytes;
use http::{Request, Response};
use signpost_testbed::StandInOrigin;

use crate::bed::{Bed, DOWNLOAD, header, request};

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
    let origin = StandInOrigin::start_with(|_| {
        Response::builder()
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
            .header("x-cache", "HIT")
            .header("x-amz-id-2", "abc")
            .body(Bytes::from("hello"))
            .unwrap()
    })
    .await
    .unwrap();
    let bed = Bed::start_with(origin, |server| server).await;
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
    // Cargo prints these of an answer that failed.
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
    let origin = StandInOrigin::start_with(|request| {
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
    })
    .await
    .unwrap();
    let bed = Bed::start_with(origin, |server| server).await;
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
    let origin = StandInOrigin::start_with(|request| {
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
    })
    .await
    .unwrap();
    let bed = Bed::start_with(origin, |server| server).await;
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

#[tokio::test]
async fn what_only_a_proxy_may_say_is_said_by_the_edge() {
    let bed = Bed::start(|server| server).await;
    let spoofed = "203.0.113.6";
    let request = [
        ("forwarded", "for=203.0.113.6"),
        ("x-forwarded-for", spoofed),
        ("x-forwarded-host", "evil.com"),
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-port", "70"),
        ("x-real-ip", spoofed),
        ("true-client-ip", spoofed),
        ("fastly-client-ip", spoofed),
        ("fastly-ff", "spoofed"),
        ("x-original-url", "/admin"),
        ("connection", "close, x-named"),
        ("x-named", "a"),
        ("keep-alive", "timeout=5"),
        ("te", "trailers"),
        ("upgrade", "h2c"),
        ("proxy-authorization", "secret"),
        ("signpost-decision", "redirect;route=\"spoofed\""),
    ]
    .into_iter()
    .fold(
        Request::get("/api/v1/me").header("host", "crates.io"),
        |request, (name, value)| request.header(name, value),
    );
    let answer = bed.send(request.body(Bytes::new()).unwrap()).await;
    let decision = header(&answer, "signpost-decision");
    assert_eq!(decision, Some("origin;reason=\"no-route\""));
    let asked = bed.origin.requests();
    let value = |name: &str| {
        asked[0]
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    for (name, expected) in [
        ("x-forwarded-for", Some("127.0.0.1")),
        ("x-forwarded-host", Some("crates.io")),
        ("x-forwarded-proto", Some("http")),
        ("x-real-ip", Some("127.0.0.1")),
        ("fastly-client-ip", Some("127.0.0.1")),
        ("forwarded", None),
        ("x-forwarded-port", None),
        ("true-client-ip", None),
        ("fastly-ff", None),
        ("x-original-url", None),
        ("x-named", None),
        ("keep-alive", None),
        ("te", None),
        ("upgrade", None),
        ("proxy-authorization", None),
    ] {
        assert_eq!(value(name), expected, "{name}");
    }
}
