//! The stand-in origin records what arrives and answers as it is told.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request, Response};
use signpost_testbed::{StandInOrigin, client};

#[tokio::test]
async fn a_request_is_recorded_whole() {
    let origin = StandInOrigin::start().await.unwrap();
    let body = Bytes::from(vec![b'x'; 5 << 20]);
    let request = Request::builder()
        .method("PUT")
        .uri("//a/../b\\c?q=%2F&q")
        .header("x-repeated", "one")
        .header("x-repeated", "two")
        .body(body.clone())
        .unwrap();

    let response = client::send(origin.address(), request).await.unwrap();

    assert_eq!(response.status(), 200);
    assert_eq!(
        response.body(),
        "The stand-in origin received PUT //a/../b\\c?q=%2F&q\n"
    );
    let requests = origin.take_requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method, Method::PUT);
    assert_eq!(requests[0].target, "//a/../b\\c?q=%2F&q");
    let repeated: Vec<_> = requests[0].headers.get_all("x-repeated").iter().collect();
    assert_eq!(repeated, ["one", "two"]);
    assert_eq!(requests[0].headers["host"], origin.address().to_string());
    assert_eq!(requests[0].body, body);
    assert!(origin.requests().is_empty());
}

#[tokio::test]
async fn an_answer_is_what_the_test_makes_of_the_request() {
    let origin = StandInOrigin::start_with(|request| {
        Response::builder()
            .status(if request.target == "/moved" { 302 } else { 500 })
            .header("location", "/elsewhere")
            .body(Bytes::from("body"))
            .unwrap()
    })
    .await
    .unwrap();
    for (target, status) in [("/moved", 302), ("/other", 500)] {
        let request = Request::get(target).body(Bytes::new()).unwrap();
        let response = client::send(origin.address(), request).await.unwrap();
        assert_eq!(response.status(), status, "{target}");
        assert_eq!(response.headers()["location"], "/elsewhere");
        assert_eq!(response.body(), "body");
    }
}

#[tokio::test]
async fn the_answer_to_head_keeps_the_length_and_leaves_out_the_body() {
    let origin = StandInOrigin::start().await.unwrap();
    let request = Request::head("/length").body(Bytes::new()).unwrap();
    let response = client::send(origin.address(), request).await.unwrap();
    let body = "The stand-in origin received HEAD /length\n";
    assert_eq!(response.headers()[CONTENT_LENGTH], body.len().to_string());
    assert_eq!(
        response.headers()[CONTENT_TYPE],
        "text/plain; charset=utf-8"
    );
    assert!(response.body().is_empty());
}

#[tokio::test]
async fn a_dropped_origin_refuses_connections() {
    let origin = StandInOrigin::start().await.unwrap();
    let address = origin.address();
    drop(origin);
    // Lets the runtime end the task that listens.
    tokio::task::yield_now().await;
    let request = Request::get("/").body(Bytes::new()).unwrap();
    let error = client::send(address, request).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("cannot send GET / at 127.0.0.1:"),
        "{error}"
    );
}
