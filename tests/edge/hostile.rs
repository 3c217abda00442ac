//! Bytes that no client sends by mistake. The module answers all of them, and goes on.

use signpost_testbed::client;

use crate::bed::{Bed, DOWNLOAD, LOCATION, header};

/// What the module must do with a request of raw bytes.
enum Expect {
    Redirect,
    Origin(&'static str),
    /// Viceroy answers by itself, or closes the connection: the module never sees the request.
    NotAskedAtAll,
}

#[tokio::test]
async fn hosts_that_no_url_can_have_are_the_origins() {
    use Expect::{NotAskedAtAll, Origin, Redirect};
    let bed = Bed::start(|server| server).await;
    let rows: &[(&[u8], Expect)] = &[
        (b"crates.io", Redirect),
        (b"CRATES.IO:443", Redirect),
        (b"[::1]:8080", Redirect),
        (b"user@crates.io", Redirect),
        (b"1.2.3.4.5", Origin("path-malformed")),
        (b"999.999.999.999", Origin("path-malformed")),
        (b"crates.io:99999", Origin("path-malformed")),
        (b"xn--a", Origin("path-malformed")),
        (b"crates.io/other", NotAskedAtAll),
        (b"crates io", NotAskedAtAll),
        (b"cr%61tes.io", NotAskedAtAll),
        (b"\xff", NotAskedAtAll),
        (b"", NotAskedAtAll),
    ];
    for (host, expect) in rows {
        check(&bed, DOWNLOAD.as_bytes(), host, b"", expect).await;
    }
}

#[tokio::test]
async fn targets_that_were_rewritten_before_the_module_saw_them_are_the_origins() {
    use Expect::{NotAskedAtAll, Origin, Redirect};
    let bed = Bed::start(|server| server).await;
    let malformed = Origin("path-malformed");
    let rows: &[(&[u8], &Expect)] = &[
        (b"/api/v1/crates/x/../smallvec/1.10.0/download", &malformed),
        (b"/api/v1/./crates/smallvec/1.10.0/download", &malformed),
        (
            b"/api/v1/%2e%2E/v1/crates/smallvec/1.10.0/download",
            &malformed,
        ),
        (
            b"/api/v1/crates/smallvec/1.10.0/download/.",
            &Origin("no-route"),
        ),
        // An encoded quotation mark is as much longer as a removed segment is shorter.
        (b"/api/v1/./crates/smallvec/1.10.0/download?'", &malformed),
        (b"/api/v1/crates/smallvec/1.10.0/download?'", &malformed),
        (
            b"/api/v1/crates/smallvec/1.10.0/download?a=%20&b=%2F",
            &Redirect,
        ),
        (b"/api/v1/crates/%73mallvec/1.10.0/download", &Redirect),
        (
            b"/api/v1/crates/smallvec/1.10.0/download\xff",
            &NotAskedAtAll,
        ),
        (b"/api/v1/crates/\xc3\xa9/1.10.0/download", &NotAskedAtAll),
        (
            b"http://evil.com/api/v1/crates/smallvec/1.10.0/download",
            &Redirect,
        ),
        (b"*", &Origin("no-route")),
        // The platform's library reads a backslash as a slash, and nothing tells it from one.
        (b"/api/v1/crates\\smallvec/1.10.0/download", &Redirect),
        (b"\\api\\v1/crates/smallvec/1.10.0/download", &NotAskedAtAll),
        (
            b"/\\evil.com/api/v1/crates/smallvec/1.10.0/download",
            &malformed,
        ),
        (
            b"/api/v1/crates\\..\\crates/smallvec/1.10.0/download",
            &malformed,
        ),
        (
            b"/api/v1/crates/a\rSet-Cookie:x=1/1.0.0/download",
            &NotAskedAtAll,
        ),
    ];
    for (target, expect) in rows {
        check(&bed, target, b"crates.io", b"", expect).await;
    }
}

#[tokio::test]
async fn headers_of_any_bytes_and_length_are_survived() {
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
    // Whatever came, the next request is answered.
    let next = bed.get(DOWNLOAD).await;
    assert_eq!(header(&next, "location"), Some(LOCATION), "after {row}");
}
