//! Clients trust the stand-in CDN by its authority, and its files are spoiled as told.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use http::header::HOST;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use signpost_testbed::{Protocol, Spoil, TlsCdn, Validity};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const NAME: &str = "cdn.example";

#[tokio::test]
async fn a_file_is_wrong_in_the_way_that_it_was_spoiled() {
    let rows = [
        (None, Some((200, "content"))),
        (Some(Spoil::Missing), Some((404, "404 Not Found\n"))),
        (Some(Spoil::Forbidden), Some((403, "403 Forbidden\n"))),
        (Some(Spoil::OtherBytes), Some((200, "bnoudou"))),
        (Some(Spoil::RedirectToItself), Some((302, "302 Found\n"))),
        (Some(Spoil::BrokenOff), None),
    ];
    for (spoil, expected) in rows {
        let cdn = TlsCdn::start(
            NAME,
            Validity::Valid,
            Protocol::Http1,
            [("/a+b", "content")],
        )
        .await
        .unwrap();
        if let Some(spoil) = spoil {
            cdn.spoil("/a+b", spoil);
        }
        let answer = get(&cdn, "/a%2Bb").await.ok();
        let answer = answer.map(|answer| (answer.status().as_u16(), answer.into_body()));
        let expected = expected.map(|(status, body)| (status, Bytes::from(body)));
        assert_eq!(answer, expected, "{spoil:?}");
        assert_eq!((cdn.connections(), cdn.requests()), (1, 1), "{spoil:?}");
    }
}

#[tokio::test]
async fn a_silent_file_is_never_answered() {
    let cdn = TlsCdn::start(NAME, Validity::Valid, Protocol::Http1, [("/a", "content")])
        .await
        .unwrap();
    cdn.spoil("/a", Spoil::Silent);
    let waited = timeout(Duration::from_millis(200), get(&cdn, "/a")).await;
    assert!(waited.is_err());
    assert_eq!(get(&cdn, "/b").await.unwrap().status(), 404);
}

#[tokio::test]
async fn an_expired_certificate_is_not_trusted() {
    let cdn = TlsCdn::start(
        NAME,
        Validity::Expired,
        Protocol::Http1,
        [("/a", "content")],
    )
    .await
    .unwrap();
    let error = format!("{:#}", get(&cdn, "/a").await.unwrap_err());
    assert!(error.contains("certificate expired"), "{error}");
    assert_eq!((cdn.connections(), cdn.requests()), (1, 0));
}

/// Gets a path, trusting the CDN's own authority and no other.
async fn get(cdn: &TlsCdn, path: &str) -> Result<Response<Bytes>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(cdn.authority().as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(cdn.address()).await?;
    let stream = TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from(NAME)?, stream)
        .await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get(path).header(HOST, NAME);
    let response = sender.send_request(request.body(Empty::<Bytes>::new())?);
    let (head, body) = response.await?.into_parts();
    let body = body.collect().await?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(head, body))
}
