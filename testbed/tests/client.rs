//! The client sends what it is given and nothing else.

use bytes::Bytes;
use http::Request;
use http::header::HOST;
use signpost_testbed::{StandInOrigin, client, refused_address, silent_address};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

#[tokio::test]
async fn the_host_is_the_one_of_the_request() {
    let origin = StandInOrigin::start().await.unwrap();
    let request = Request::get("/").header(HOST, "crates.io");
    let request = request.body(Bytes::new()).unwrap();
    client::send(origin.address(), request).await.unwrap();
    assert_eq!(origin.requests()[0].headers[HOST], "crates.io");
}

#[tokio::test]
async fn raw_bytes_go_out_as_they_are_and_come_back_so() {
    let origin = StandInOrigin::start().await.unwrap();
    let bytes = b"GET /a//.. HTTP/1.1\r\nhost: a\r\nX: 1\r\nconnection: close\r\n\r\n";
    let answer = client::send_raw(origin.address(), bytes).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("received GET /a//..\n"), "{answer}");
}

#[tokio::test]
async fn bytes_that_are_not_a_request_are_answered_400() {
    let origin = StandInOrigin::start().await.unwrap();
    let answer = client::send_raw(origin.address(), b"no request at all\r\n\r\n")
        .await
        .unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400 "), "{answer:?}");
    assert!(origin.requests().is_empty());
}

#[tokio::test]
async fn a_refused_address_refuses() {
    let refused = refused_address().unwrap();
    let request = Request::get("/").body(Bytes::new()).unwrap();
    let error = client::send(refused.address(), request).await.unwrap_err();
    let refusal = error.root_cause().to_string();
    assert!(refusal.contains("refused"), "{refusal}");
}

#[tokio::test]
async fn a_silent_address_accepts() {
    let silent = silent_address().unwrap();
    let mut stream = TcpStream::connect(silent.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
}
