//! One answer of each kind over https, byte for byte as it left, read by httplint, which knows the standards
//! of HTTP and nothing of Signpost.

use std::env;
use std::path::Path;
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::response::Builder;
use serde::Deserialize;
use signpost::reply::DECISION_HEADER;
use signpost_rows::structured;
use signpost_testbed::{LocalServer, REFUSED, RecordedRequest, client, rows};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::bed::{Bed, DOWNLOAD, with_origin};

/// The kind of answer, the method, the target, what else the request has, the status, and the decision; with the
/// switch at `enforce`.
const ANSWERED: &str = r#"
    redirect           | GET     | download | plain     | 302 | redirect;route="download"
    redirect, HEAD     | HEAD    | download | plain     | 302 | redirect;route="download"
    JSON               | GET     | download | json      | 200 | redirect;route="download"
    JSON, HEAD         | HEAD    | download | json      | 200 | redirect;route="download"
    preflight          | OPTIONS | download | preflight | 204 | preflight;route="download"
    pass-through       | GET     | login    | plain     | 200 | origin;reason="no-route"
    pass-through, HEAD | HEAD    | login    | plain     | 200 | origin;reason="no-route"
    pass-through, PUT  | PUT     | login    | no body   | 200 | origin;reason="no-route"
"#;

/// The same with the switch at `shadow`, while the origin is down.
const ORIGIN_DOWN: &str = r#"
    released            | GET     | download | plain     | 302 | redirect;route="download";because="origin-down"
    released, HEAD      | HEAD    | download | plain     | 302 | redirect;route="download";because="origin-down"
    released, JSON      | GET     | download | json      | 200 | redirect;route="download";because="origin-down"
    released, preflight | OPTIONS | download | preflight | 204 | preflight;route="download";because="origin-down"
    503                 | GET     | login    | plain     | 503 | origin;reason="no-route"
    503, HEAD           | HEAD    | login    | plain     | 503 | origin;reason="no-route"
    502                 | PUT     | login    | no body   | 502 | origin;reason="no-route"
"#;

/// The same with the switch at `shadow`, while the origin redirects to another host.
const REPAIRED: &str = r#"
    repaired       | GET  | download | plain | 302 | origin;reason="switch-shadow";because="origin-redirect"
    repaired, HEAD | HEAD | download | plain | 302 | origin;reason="switch-shadow";because="origin-redirect"
"#;

/// What was sent and what came back, each byte as the character of its number; and when that came, in seconds since
/// 1970.
type Exchange = (String, String, f64);

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "what a failure shows")]
struct Note {
    level: String,
    subject: String,
    code: String,
    summary: String,
}

#[tokio::test]
async fn httplint_finds_nothing_bad_in_an_answer_of_any_kind() {
    let answering = origin(|response| response.header(CACHE_CONTROL, "no-store"));
    let answered = Bed::start_with(answering, |server| server).await;
    let down = Bed::start(|server| server.backend("origin", REFUSED.url()).switch("shadow")).await;
    let redirecting = origin(|response| {
        let wrong = "https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate";
        response.status(302).header(LOCATION, wrong)
    });
    let config = with_origin("backends = [\"origin\"]\ncheck_redirects = \"repair\"");
    let repaired = |server: LocalServer| server.config(&config).switch("shadow");
    let repaired = Bed::start_with(redirecting, repaired).await;

    let mut names = Vec::new();
    let mut exchanges = Vec::new();
    for (bed, table) in [
        (&answered, ANSWERED),
        (&down, ORIGIN_DOWN),
        (&repaired, REPAIRED),
    ] {
        for row in rows::<6>(table) {
            names.push(row[0]);
            exchanges.push(exchange(bed, row).await);
        }
    }
    let notes = lint(&exchanges).await;
    assert_eq!(notes.len(), names.len());
    let mut found = Vec::new();
    for ((name, (_, received, _)), notes) in names.iter().zip(&exchanges).zip(notes) {
        for note in notes {
            println!("{name}: {note:?}");
            if !matches!(&*note.level, "good" | "info") {
                found.push(format!("{name}: {note:?}\n{received}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn what_is_bad_is_found() {
    let sent = "GET https://crates.io/ HTTP/1.1\r\nHost: crates.io\r\n\r\n";
    let fields = [
        ("Content-Length: 3", "CL_INCORRECT"),
        (
            "Content-Length: 4\r\nLocation: https://crates.io/a b",
            "BAD_SYNTAX_DETAILED",
        ),
        (
            "Content-Length: 4\r\nProxy-Status: \"signpost",
            "STRUCTURED_FIELD_PARSE_ERROR",
        ),
    ];
    let answer = |fields| format!("HTTP/1.1 302 Found\r\n{fields}\r\n\r\nbody");
    let exchanges = fields.map(|(fields, _)| (sent.to_owned(), answer(fields), now()));
    for ((row, code), notes) in fields.iter().zip(lint(&exchanges).await) {
        let mut bad = notes.iter().filter(|note| note.level == "bad");
        assert!(bad.any(|note| note.code == *code), "{row}: {notes:?}");
    }
}

/// An origin whose answers start like this.
fn origin(answer: fn(Builder) -> Builder) -> impl Fn(&RecordedRequest) -> Response<Bytes> {
    move |_| {
        let response = answer(Response::builder());
        let response = response.header(CONTENT_TYPE, "text/plain; charset=utf-8");
        response.body(Bytes::from("of the origin\n")).unwrap()
    }
}

/// Sends a request, and checks that the answer is of the kind that is meant.
async fn exchange(bed: &Bed, row: [&str; 6]) -> Exchange {
    let [row, method, target, fields, status, decision] = row;
    let path = match target {
        "download" => DOWNLOAD,
        "login" => "/login",
        other => panic!("{row}: {other}"),
    };
    let fields = match fields {
        "json" => "Accept: application/json\r\n",
        "preflight" => "Origin: https://docs.example\r\nAccess-Control-Request-Method: GET\r\n",
        "no body" => "Content-Length: 0\r\n",
        "plain" => "",
        other => panic!("{row}: {other}"),
    };
    // In this form of a request's target, Viceroy takes the scheme from it.
    let sent = format!(
        "{method} https://crates.io{path} HTTP/1.1\r\nHost: crates.io\r\nUser-Agent: cargo/1.95.0\r\n\
         Connection: close\r\n{fields}\r\n"
    );
    let received = client::send_raw(bed.viceroy.address(), sent.as_bytes()).await;
    let time = now();
    let received: String = received.unwrap().into_iter().map(char::from).collect();
    let (head, _) = received.split_once("\r\n\r\n").expect(row);
    let status_line = format!("HTTP/1.1 {status} ");
    assert!(head.starts_with(&status_line), "{row}: {head}");
    assert_eq!(values(head, DECISION_HEADER), [decision], "{row}: {head}");
    structured::decision(decision);
    let error = ("error".to_owned(), "proxy_internal_error".to_owned());
    let said: Vec<_> = values(head, "proxy-status")
        .into_iter()
        .map(structured::proxy_status)
        .collect();
    let expected = match status {
        "502" | "503" => vec![("signpost".to_owned(), vec![error])],
        _ => vec![],
    };
    assert_eq!(said, expected, "{row}");
    (sent, received, time)
}

fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs_f64()
}

/// The values of a field.
fn values<'h>(head: &'h str, field: &str) -> Vec<&'h str> {
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    let named = fields.filter(|(name, _)| name.eq_ignore_ascii_case(field));
    named.map(|(_, value)| value).collect()
}

/// The notes of each exchange.
async fn lint(exchanges: &[Exchange]) -> Vec<Vec<Note>> {
    let packages = env::var_os("SIGNPOST_HTTPLINT").expect(
        "SIGNPOST_HTTPLINT is not set: run `cargo xtask test viceroy`, which installs httplint and sets it",
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/edge/lint.py");
    let mut python = Command::new("python3")
        .arg(script)
        .env("PYTHONPATH", packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    input
        .write_all(&serde_json::to_vec(exchanges).unwrap())
        .await
        .unwrap();
    drop(input);
    let output = python.wait_with_output().await.unwrap();
    assert!(
        output.status.success(),
        "lint.py failed ({})",
        output.status
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
