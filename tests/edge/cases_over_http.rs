//! The cases from real incidents, as requests on a wire.

use bytes::Bytes;
use http::Request;
use http::header::CACHE_CONTROL;

use signpost::authoring::Authored;
use signpost::reply::HSTS_HEADER;
use signpost_rows::{Case, Expect, PRODUCTION, cases, configurations};

use crate::bed::{Bed, header, read};

/// Every header that an answer may have, beside `Cache-Control` of JSON: no request can add another.
const HEADERS: [&str; 8] = [
    "access-control-allow-origin",
    "content-length",
    "content-type",
    "date",
    "location",
    "signpost-decision",
    "strict-transport-security",
    "vary",
];

async fn check(bed: &Bed, case: &Case) {
    let row = format!("case {}: {}", case.number, case.name);
    let request = case.headers.iter().fold(
        Request::builder()
            .method(case.method)
            .uri(case.target)
            .header("host", case.host),
        |request, (name, value)| request.header(*name, *value),
    );
    let answer = bed.send(request.body(Bytes::new()).unwrap()).await;
    let asked = bed.origin.take_requests();
    let decision = header(&answer, "signpost-decision").unwrap_or_default();
    match case.expect {
        Expect::Redirect { location } => {
            assert_eq!(answer.status(), 302, "{row}: {decision}");
            assert_eq!(header(&answer, "location"), Some(location), "{row}");
            assert!(answer.body().is_empty(), "{row}");
            assert!(decision.starts_with("redirect;route="), "{row}: {decision}");
            assert!(asked.is_empty(), "{row}: the origin was asked");
        }
        Expect::Json { location } => {
            assert_eq!(answer.status(), 200, "{row}: {decision}");
            let body = if case.method == "HEAD" {
                String::new()
            } else {
                format!(r#"{{"url":"{location}"}}"#)
            };
            assert_eq!(answer.body(), body.as_bytes(), "{row}");
            assert_eq!(header(&answer, "location"), None, "{row}");
            assert!(asked.is_empty(), "{row}: the origin was asked");
        }
        Expect::Origin { reason } => {
            assert_eq!(decision, format!("origin;reason=\"{reason}\""), "{row}");
            assert_eq!(header(&answer, "location"), None, "{row}");
            let [asked] = asked.as_slice() else {
                panic!("{row}: the origin was asked {} times", asked.len());
            };
            assert_eq!(asked.method.as_str(), case.method, "{row}");
            assert_eq!(asked.target, case.target, "{row}");
        }
    }
    for name in answer.headers().keys() {
        let is_of_json = name == CACHE_CONTROL && matches!(case.expect, Expect::Json { .. });
        let is_known = is_of_json || HEADERS.contains(&name.as_str());
        assert!(is_known, "{row}: {name} is new");
    }
    for (name, value) in case.answer_headers {
        // That header is for https alone: `https.rs` has it.
        let value = Some(*value).filter(|_| *name != HSTS_HEADER);
        assert_eq!(header(&answer, name), value, "{row}: {name}");
    }
}

#[tokio::test]
async fn every_case_holds() {
    let mut bed = Bed::start(|server| server).await;
    for configuration in configurations() {
        let config = read(&configuration.toml());
        bed.take(|server| server.config(config.to_json())).await;
        for case in cases().filter(|case| case.config == configuration) {
            check(&bed, case).await;
        }
    }
}

#[tokio::test]
async fn every_example_of_production_holds() {
    let authored = Authored::from_toml(PRODUCTION).unwrap();
    let bed = Bed::start(|server| server).await;
    for example in authored.examples() {
        let answer = bed.get(example.request()).await;
        let location = header(&answer, "location");
        assert_eq!(
            location,
            Some(example.location().as_str()),
            "{}",
            example.request()
        );
    }
}
