//! Over https every answer has `Strict-Transport-Security`, at every position of the switch; over http
//! none has.

use bytes::Bytes;
use http::Response;
use signpost::reply::HSTS_HEADER;
use signpost_testbed::{REFUSED, RecordedRequest};

use crate::bed::{Bed, DOWNLOAD, request};

const OURS: &str = "max-age=31536000; includeSubDomains";
const OF_ORIGIN: &str = "max-age=60";

/// The method, the target, the header fields, and whether the origin's answer has a value of its own.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    bool,
);

const ROWS: &[Row] = &[
    ("GET", DOWNLOAD, &[], false),
    ("HEAD", DOWNLOAD, &[], false),
    ("GET", DOWNLOAD, &[("accept", "application/json")], false),
    (
        "OPTIONS",
        DOWNLOAD,
        &[
            ("origin", "https://docs.example"),
            ("access-control-request-method", "GET"),
        ],
        false,
    ),
    ("GET", "/login", &[], false),
    ("PUT", "/api/v1/crates/new", &[], false),
    ("GET", "/with-its-own", &[], true),
];

async fn check(bed: &Bed, what: &str, is_down: bool) {
    for (method, target, fields, has_own) in ROWS {
        for scheme in ["https", "http"] {
            let row = format!("{what}: {method} {scheme} {target} {fields:?}");
            // In this form of a request's target, Viceroy takes the scheme from it.
            let mut asked = request(method, &format!("{scheme}://crates.io{target}"));
            for (name, value) in *fields {
                asked.headers_mut().insert(*name, value.parse().unwrap());
            }
            let answer = bed.send(asked).await;
            let said = answer.headers().get_all(HSTS_HEADER);
            let said: Vec<_> = said.iter().map(|it| it.to_str().unwrap()).collect();
            let expected = match scheme {
                "https" if *has_own && !is_down => vec![OF_ORIGIN],
                "https" => vec![OURS],
                _ => vec![],
            };
            assert_eq!(said, expected, "{row}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn every_answer_over_https_has_hsts_and_no_answer_over_http() {
    for switch in ["enforce", "enforce 0%", "shadow", "off"] {
        let reply = |request: &RecordedRequest| {
            let response = Response::builder();
            let response = if request.target == "/with-its-own" {
                response.header(HSTS_HEADER, OF_ORIGIN)
            } else {
                response
            };
            response.body(Bytes::from("of the origin")).unwrap()
        };
        let bed = Bed::start_with(reply, |server| server.switch(switch)).await;
        check(&bed, switch, false).await;
        let bed = Bed::start(|server| server.backend("origin", REFUSED.url()).switch(switch)).await;
        check(&bed, &format!("{switch}, origin down"), true).await;
    }
}
