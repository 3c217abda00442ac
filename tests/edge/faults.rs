//! What a client sees when something is missing, broken or dead: never a 500.

use std::cell::Cell;
use std::net::Ipv4Addr;
use std::time::Duration;

use http::Response;
use signpost_rows::{PRODUCTION, with_its_revision};
use signpost_testbed::{
    Backend, LocalServer, REFUSED, StandInOrigin, client, refused_address, silent_address,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::bed::{
    Bed, DOWNLOAD, LOCATION, assert_failed, assert_unavailable, header, production, read, request,
    two_backends,
};
use crate::http2;

/// What a row changes of production's own set-up.
type Change = fn(LocalServer) -> LocalServer;

/// A fault of the configuration, and the reason for which downloads go to the origin.
struct Fault {
    name: &'static str,
    change: Change,
    reason: &'static str,
    service_log: &'static str,
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "no store",
        change: LocalServer::without_store,
        reason: "config-missing",
        service_log: "signpost: config-missing",
    },
    Fault {
        name: "no entry",
        change: LocalServer::without_config,
        reason: "config-missing",
        service_log: "signpost: config-missing",
    },
    Fault {
        name: "an empty entry",
        change: |server| server.config(""),
        reason: "config-invalid",
        service_log: "signpost: config-invalid",
    },
    Fault {
        name: "broken JSON",
        change: |server| server.config(&production().to_json()[..100]),
        reason: "config-invalid",
        service_log: "syntax-invalid",
    },
    Fault {
        name: "JSON of another shape",
        change: |server| server.config(r#"{"revision":"000000000000","routes":{"a":1}}"#),
        reason: "config-invalid",
        service_log: "syntax-invalid",
    },
    Fault {
        name: "JSON with problems",
        change: |server| server.config("{}"),
        reason: "config-invalid",
        service_log: "key-missing",
    },
    Fault {
        name: "a key of a later version",
        change: |server| {
            let production = production();
            let json = production.to_json();
            let own = format!("\"revision\":\"{}\",", production.revision());
            let content = json.replacen(&own, "", 1);
            let later = content.replace("\"targets\":", "\"later\":1,\"targets\":");
            server.config(&with_its_revision(&later))
        },
        reason: "config-invalid",
        service_log: "unknown field `later`",
    },
    Fault {
        name: "an edited entry",
        change: |server| {
            server.config(
                &production()
                    .to_json()
                    .replace("crates.io\"", "crates.example\""),
            )
        },
        reason: "config-invalid",
        service_log: "revision-mismatch",
    },
    Fault {
        name: "8,000 characters of something else",
        change: |server| server.config(&"x".repeat(8000)),
        reason: "config-invalid",
        service_log: "syntax-invalid",
    },
    Fault {
        name: "8,000 characters of brackets",
        change: |server| server.config(&"[".repeat(8000)),
        reason: "config-invalid",
        service_log: "syntax-invalid",
    },
];

#[tokio::test]
async fn without_a_good_configuration_the_origin_answers() {
    for fault in FAULTS {
        let bed = Bed::start(fault.change).await;
        let name = fault.name;
        let answer = bed.get(DOWNLOAD).await;
        assert_eq!(answer.status(), 200, "{name}");
        let decision = format!("origin;reason=\"{}\"", fault.reason);
        assert_eq!(
            header(&answer, "signpost-decision"),
            Some(&*decision),
            "{name}"
        );
        let asked = bed.origin.take_requests();
        assert_eq!(asked.len(), 1, "{name}");
        assert_eq!(asked[0].target, DOWNLOAD, "{name}");
        let said = bed.viceroy.wait_for_line(
            |line| line.contains(fault.service_log),
            Duration::from_secs(10),
        );
        said.await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[tokio::test]
async fn a_configuration_of_exactly_8000_characters_is_in_force() {
    // A route whose path is long is the padding.
    let padded = |padding: &str| {
        let route = format!(
            "[[routes]]\nname = \"padding\"\npath = \"/{padding}/{{file:segment}}\"\n\
             target = \"static\"\nlocation = \"/padding/{{file}}\"\n\
             [[routes.examples]]\nrequest = \"/{padding}/a\"\n\
             location = \"https://static.crates.io/padding/a\"\n"
        );
        read(&format!("{PRODUCTION}\n{route}"))
    };
    let shortest = padded("x").to_json().len();
    let config = padded(&"x".repeat(1 + 8000 - shortest));
    assert_eq!(config.to_json().chars().count(), 8000);
    let bed = Bed::start(|server| server.config(config.to_json())).await;
    assert_eq!(header(&bed.get(DOWNLOAD).await, "location"), Some(LOCATION));
}

#[tokio::test]
async fn the_switch_holds_redirects_back_or_lets_them_go() {
    let rows: [(&str, Change, Option<&str>); 7] = [
        (
            "missing",
            LocalServer::without_switch,
            Some("switch-shadow"),
        ),
        ("enforce", |server| server.switch("enforce"), None),
        ("enforce 100%", |server| server.switch("enforce 100%"), None),
        (
            "enforce 0%",
            |server| server.switch("enforce 0%"),
            Some("not-in-rollout"),
        ),
        (
            "shadow",
            |server| server.switch("shadow"),
            Some("switch-shadow"),
        ),
        ("off", |server| server.switch("off"), Some("switch-off")),
        (
            "unreadable",
            |server| server.switch("onn"),
            Some("switch-off"),
        ),
    ];
    let mut bed = Bed::start(|server| server).await;
    for (name, change, reason) in rows {
        bed.take(change).await;
        let answer = bed.get(DOWNLOAD).await;
        let decision = reason.map_or("redirect;route=\"download\"".to_owned(), |reason| {
            format!("origin;reason=\"{reason}\"")
        });
        assert_eq!(
            header(&answer, "signpost-decision"),
            Some(&*decision),
            "{name}"
        );
        assert_eq!(
            bed.origin.requests().len(),
            usize::from(reason.is_some()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_backend_that_cannot_be_reached_is_followed_by_the_next() {
    let silent = silent_address().unwrap();
    let rows = [
        ("refused", Backend::at(REFUSED.url())),
        (
            "silent",
            Backend::at(silent.url()).first_byte_timeout(Duration::from_millis(200)),
        ),
        ("unresolvable", Backend::at("http://nowhere.invalid")),
    ];
    let config = two_backends();
    for (name, first) in rows {
        let bed = Bed::start(|server| {
            let second = server.config(&config);
            second.backend("first", &first)
        })
        .await;
        for method in ["GET", "HEAD", "OPTIONS"] {
            let answer = bed.send(request(method, "/api/v1/me?x=1")).await;
            assert_eq!(answer.status(), 200, "{name}, {method}");
            let asked = bed.origin.take_requests();
            assert_eq!(asked.len(), 1, "{name}, {method}");
            assert_eq!(asked[0].method.as_str(), method, "{name}");
            assert_eq!(asked[0].target, "/api/v1/me?x=1", "{name}, {method}");
            assert_eq!(asked[0].headers["host"], "crates.io", "{name}, {method}");
        }
        for method in ["PUT", "POST", "DELETE", "PURGE"] {
            let answer = bed.send(request(method, "/api/v1/me")).await;
            assert_unavailable(&answer, method, "no-route", &format!("{name}, {method}"));
            assert!(
                bed.origin.take_requests().is_empty(),
                "{name}, {method} was repeated"
            );
        }
    }
}

/// The bytes after the request line and `Host`, the body among them, and whether such a request may be
/// sent twice.
const FRAMINGS: [(&str, &str, bool); 5] = [
    ("\r\n", "", true),
    ("Content-Length: 0\r\n\r\n", "", true),
    ("Content-Length: 3\r\n\r\nabc", "abc", false),
    (
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "abc",
        false,
    ),
    ("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", false),
];

async fn send_framed(bed: &Bed, method: &str, framed: &str) -> String {
    let head = "/api/v1/me HTTP/1.1\r\nHost: crates.io\r\nConnection: close\r\n";
    let bytes = format!("{method} {head}{framed}").into_bytes();
    let answer = client::send_raw(bed.viceroy.address(), &bytes);
    String::from_utf8(answer.await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_request_with_a_body_is_sent_once() {
    let config = two_backends();
    let bed = Bed::start(|server| {
        let second = server.config(&config);
        second.backend("first", REFUSED.url().as_str())
    })
    .await;
    for (framed, _, may_be_repeated) in FRAMINGS {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let row = format!("{method} with {framed:?}");
            let answer = send_framed(&bed, method, framed).await;
            let status = if may_be_repeated { 200 } else { 503 };
            let status = format!("HTTP/1.1 {status} ");
            assert!(answer.starts_with(&status), "{row}: {answer}");
            let asked = bed.origin.take_requests().len();
            assert_eq!(asked, usize::from(may_be_repeated), "{row}");
        }
    }
}

#[tokio::test]
async fn a_body_reaches_the_first_of_two_backends_whole() {
    let config = two_backends();
    let first = StandInOrigin::start().await.unwrap();
    let bed = Bed::start(|server| {
        let second = server.config(&config);
        second.backend("first", first.url().as_str())
    })
    .await;
    drop(first.take_requests());
    for (framed, body, _) in FRAMINGS {
        // Viceroy itself loses the body of a chunked GET or HEAD.
        let answer = send_framed(&bed, "OPTIONS", framed).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{framed:?}: {answer}");
        let asked = first.take_requests();
        assert_eq!(asked.len(), 1, "{framed:?}");
        assert_eq!(asked[0].body, body, "{framed:?}");
    }
    assert!(bed.origin.requests().is_empty());
}

/// Viceroy passes no HTTP/2 on to an origin, so only the attempts can be seen here.
#[tokio::test]
async fn a_body_that_no_header_announces_is_sent_once() {
    let refused = refused_address().unwrap();
    let bed = with_both_backends_at(&refused.url()).await;
    for body in [None, Some(b"abc".as_slice())] {
        let answer = client::send_raw(bed.viceroy.address(), &http2::get("/api/v1/me", body)).await;
        let answer = String::from_utf8_lossy(&answer.unwrap()).into_owned();
        assert!(answer.contains("did not answer"), "{body:?}: {answer}");
    }
    // This one is never repeated: its line is the last.
    bed.send(request("PUT", "/api/v1/me")).await;
    let first_lines = Cell::new(0);
    let third_of_first = |line: &str| {
        let counts = line.contains("backend `first` did not answer");
        first_lines.set(first_lines.get() + u32::from(counts));
        first_lines.get() == 3
    };
    bed.viceroy
        .wait_for_line(third_of_first, Duration::from_secs(10))
        .await
        .unwrap();
    let lines = bed.viceroy.lines();
    let tried: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split_once("signpost: backend `")?.1.split_once('`'))
        .map(|(backend, _)| backend)
        .collect();
    let (without, with, put) = (["first", "origin"], ["first"], ["first"]);
    assert_eq!(tried, [&without[..], &with, &put].concat());
}

#[tokio::test]
async fn an_error_of_the_first_backend_is_the_answer() {
    let failing =
        StandInOrigin::start_with(|_| Response::builder().status(500).body("oh".into()).unwrap())
            .await
            .unwrap();
    let config = two_backends();
    let bed = Bed::start(|server| {
        server
            .config(&config)
            .backend("first", failing.url().as_str())
    })
    .await;
    let answer = bed.get("/api/v1/me").await;
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.body(), "oh");
    assert!(bed.origin.requests().is_empty());
}

#[tokio::test]
async fn with_every_backend_down_only_safe_requests_are_to_be_repeated() {
    let refused = refused_address().unwrap();
    let bed = with_both_backends_at(&refused.url()).await;
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "POST", "DELETE"] {
        let mut asked = request(method, "/api/v1/me");
        let origin = "https://docs.example".parse().unwrap();
        asked.headers_mut().insert("origin", origin);
        let answer = bed.send(asked).await;
        assert_unavailable(&answer, method, "no-route", method);
        assert_eq!(
            header(&answer, "access-control-allow-origin"),
            Some("*"),
            "{method}"
        );
        assert_eq!(answer.body().is_empty(), method == "HEAD", "{method}");
    }
    // A download needs no origin: rust-lang/crates.io#3564.
    assert_eq!(header(&bed.get(DOWNLOAD).await, "location"), Some(LOCATION));
}

#[tokio::test]
async fn a_cause_that_viceroy_tells_is_named() {
    let rows = [
        ("absent", None, "destination_not_found"),
        (
            "closed",
            Some(answering(b"").await),
            "http_response_incomplete",
        ),
        (
            "not HTTP",
            Some(answering(b"no\r\n\r\n").await),
            "http_protocol_error",
        ),
    ];
    for (row, backend, error) in rows {
        let change = |server: LocalServer| match &backend {
            Some(url) => server.backend("origin", url.as_str()),
            None => server.without_backend("origin"),
        };
        let bed = Bed::start(change).await;
        for method in ["GET", "HEAD", "OPTIONS", "PUT", "POST"] {
            let answer = bed.send(request(method, "/api/v1/me")).await;
            let row = format!("{row}, {method}");
            assert_failed(&answer, method, error, "no-route", &row);
        }
    }
    let bed = Bed::start(|server| server.without_backend("origin").without_config()).await;
    let answer = bed.get(DOWNLOAD).await;
    let error = "destination_not_found";
    assert_failed(&answer, "GET", error, "config-missing", "no configuration");
}

/// An address at which every connection gets these bytes for its request, and is closed.
async fn answering(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // It ends with the test's runtime.
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n")
                && let Ok(byte) = stream.read_u8().await
            {
                head.push(byte);
            }
            // A client that is gone needs no answer.
            let _ = stream.write_all(bytes).await;
        }
    });
    url
}

/// Production's configuration with two backends, both of them at `url`.
async fn with_both_backends_at(url: &str) -> Bed {
    let config = two_backends();
    Bed::start(|server| {
        let first = server.config(&config).backend("first", url);
        first.backend("origin", url)
    })
    .await
}
