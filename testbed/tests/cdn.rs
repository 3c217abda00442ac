//! The stand-in CDN serves files by their decoded paths and counts them.

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use signpost_testbed::{StandInCdn, client};

#[tokio::test]
async fn files_are_found_by_their_decoded_path_and_counted() {
    let cdn = StandInCdn::start([("/crates/a/a-0.1.0+b.crate", "content")])
        .await
        .unwrap();
    cdn.insert("/readmes/a.html", "<p>");
    for (method, target, status, kind) in [
        ("GET", "/crates/a/a-0.1.0+b.crate", 200, "application/gzip"),
        (
            "GET",
            "/crates/a/a-0.1.0%2Bb.crate?q",
            200,
            "application/gzip",
        ),
        (
            "HEAD",
            "/crates/a/a-0.1.0%2Bb.crate",
            200,
            "application/gzip",
        ),
        ("GET", "/readmes/a.html", 200, "text/html; charset=utf-8"),
        ("GET", "/nothing", 404, ""),
        ("PUT", "/readmes/a.html", 405, ""),
    ] {
        let request = Request::builder().method(method).uri(target);
        let request = request.body(Bytes::new()).unwrap();
        let response = client::send(cdn.address(), request).await.unwrap();
        assert_eq!(response.status(), status, "{method} {target}");
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.map_or("", |kind| kind.to_str().unwrap());
        assert_eq!(content_type, kind, "{method} {target}");
    }
    let hits: Vec<_> = cdn.hits().into_iter().collect();
    assert_eq!(
        hits,
        [
            ("/crates/a/a-0.1.0+b.crate".to_owned(), 2),
            ("/nothing".to_owned(), 1),
            ("/readmes/a.html".to_owned(), 1),
        ]
    );
}

#[tokio::test]
async fn requests_with_a_credential_are_counted() {
    let cdn = StandInCdn::start([("/a", "content")]).await.unwrap();
    for (name, expected) in [("accept", 0), ("authorization", 1), ("Authorization", 2)] {
        let request = Request::get("/a").header(name, "Basic dXNlcjpzZWNyZXQ=");
        let request = request.body(Bytes::new()).unwrap();
        client::send(cdn.address(), request).await.unwrap();
        assert_eq!(cdn.credentials(), expected, "{name}");
    }
}
