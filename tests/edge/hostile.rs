//! Bytes that no client sends by mistake. The module answers them all and keeps serving.

use signpost_testbed::client;

use crate::bed::{Bed, header, read};
use signpost_rows::hostile::{DOWNLOAD, Expect, HOSTS, LOCATION, TARGETS};
use signpost_rows::{PRODUCTION, of_any_host};

#[tokio::test]
async fn hosts_that_no_url_can_have_are_the_origins() {
    let config = read(&of_any_host(PRODUCTION));
    let bed = Bed::start(|server| server.config(config.to_json())).await;
    for (host, expect) in HOSTS {
        check(&bed, DOWNLOAD.as_bytes(), host, b"", expect).await;
    }
}

#[tokio::test]
async fn targets_that_were_rewritten_before_the_module_saw_them_are_the_origins() {
    let bed = Bed::start(|server| server).await;
    // Targets in other forms, as the platform reads them.
    let in_other_forms: &[(&[u8], Expect)] = &[
        (
            b"http://evil.com/api/v1/crates/smallvec/1.10.0/download",
            Expect::Redirect,
        ),
        (b"*", Expect::Origin("no-route")),
    ];
    for (target, expect) in TARGETS.iter().chain(in_other_forms) {
        check(&bed, target, b"crates.io", b"", expect).await;
    }
}

#[tokio::test]
async fn the_module_survives_headers_of_any_bytes_and_length() {
    use Expect::Redirect;
    let bed = Bed::start(|server| server).await;
    let long = [b"Accept: ".as_slice(), &vec![b'a'; 9000], b"\r\n"].concat();
    let long_agent = [b"User-Agent: ".as_slice(), &vec![b'a'; 20_000], b"\r\n"].concat();
    let rows: [&[u8]; 6] = [
        b"User-Agent: \xff\xfe\"\\\r\n",
        b"Referer: \x80\r\n",
        b"Accept: \xff, application/json;q=\r\n",
        b"Accept: \"application/json\r\n",
        &long,
        &long_agent,
    ];
    for headers in rows {
        check(&bed, DOWNLOAD.as_bytes(), b"crates.io", headers, &Redirect).await;
    }
}

async fn check(bed: &Bed, target: &[u8], host: &[u8], headers: &[u8], expect: &Expect) {
    let row = format!(
        "{} at {}",
        String::from_utf8_lossy(target),
        String::from_utf8_lossy(host)
    );
    let bytes = [
        b"GET ",
        target,
        b" HTTP/1.1\r\nHost: ",
        host,
        b"\r\n",
        headers,
        b"Connection: close\r\n\r\n",
    ]
    .concat();
    let answer = client::send_raw(bed.viceroy.address(), &bytes)
        .await
        .unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let requests = bed.origin.take_requests();
    let asked = requests.len();
    match expect {
        Expect::Redirect => {
            assert!(answer.starts_with("HTTP/1.1 302 "), "{row}: {answer}");
            assert!(
                answer.contains(&format!("location: {LOCATION}\r\n")),
                "{row}: {answer}"
            );
            assert_eq!(asked, 0, "{row}");
        }
        Expect::Origin(reason) => {
            assert!(answer.starts_with("HTTP/1.1 200 "), "{row}: {answer}");
            let decision = format!("signpost-decision: origin;reason=\"{reason}\"\r\n");
            assert!(answer.contains(&decision), "{row}: {answer}");
            assert_eq!(asked, 1, "{row}");
            let scheme = &requests[0].headers["x-forwarded-proto"];
            assert_eq!(scheme, "http", "{row}");
        }
        Expect::NotAskedAtAll => {
            assert!(!answer.contains("signpost-decision"), "{row}: {answer}");
            assert!(!answer.starts_with("HTTP/1.1 500 "), "{row}: {answer}");
            assert_eq!(asked, 0, "{row}");
        }
    }
    // After any of them, the next request is answered.
    let next = bed.get(DOWNLOAD).await;
    assert_eq!(header(&next, "location"), Some(LOCATION), "after {row}");
}
