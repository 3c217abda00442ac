//! What crates.io's download counter makes of our log lines.
//!
//! The counter here is made anew from the rules of the crate `crates_io_cdn_logs` in
//! rust-lang/crates.io, as of November 2026:
//!
//! - A file whose first byte is `<` has Fastly's lines, one with `#` those of Amazon's CDN; any
//!   other is refused as a whole.
//! - A Fastly line is JSON from the brace of its first `]: {` on. A line without it, or that is not JSON
//!   with `version`, `date_time`, `method`, `url` and `status`, counts nothing.
//! - It counts if `version` is "1", `method` is GET, `status` is 200, and `http.useragent` is absent,
//!   null, or begins with `cargo/` or `cargo ` (or their percent-encoded spellings).
//! - `url` is percent-decoded once. The first `/crates/` before a query is followed by a folder, a slash,
//!   and either `VERSION/download` or `FOLDER-VERSION.crate`, where VERSION is a semantic version.

use crate::fixtures::configs::production;
use crate::fixtures::exchange;
use crate::test;
use percent_encoding::percent_decode_str;
use semver::Version;
use serde::Deserialize;
use signpost::log_line::Exchange;
use signpost::request::Request;
use signpost::values::Switch;

#[derive(Deserialize)]
struct Line {
    version: String,
    date_time: String,
    method: String,
    url: String,
    status: u16,
    http: Option<Http>,
}

#[derive(Deserialize)]
struct Http {
    useragent: Option<String>,
}

/// The downloads that a file of Fastly's counts; `None` if the file is refused.
fn count(file: &str) -> Option<Vec<String>> {
    let is_fastly = file.starts_with('<');
    is_fastly.then(|| file.lines().filter_map(counted).collect())
}

/// The download that a line counts: its day, crate and version.
fn counted(line: &str) -> Option<String> {
    let (_, json) = line.split_once("]: {")?;
    let line: Line = serde_json::from_str(&format!("{{{json}")).ok()?;
    let user_agent = line.http.and_then(|http| http.useragent);
    let is_cargo = |agent: &str| {
        let after = agent.strip_prefix("cargo").unwrap_or_default();
        let separators = ["/", " ", "%2f", "%2F", "%20"];
        separators.iter().any(|it| after.starts_with(it))
    };
    let counts = line.version == "1"
        && line.method == "GET"
        && line.status == 200
        && user_agent.as_deref().is_none_or(is_cargo);
    let url = percent_decode_str(&line.url).decode_utf8_lossy();
    let (name, version) = file_of(&url).filter(|_| counts)?;
    let day = line.date_time.get(..10)?;
    Some(format!("{day} {name}@{version}"))
}

fn file_of(url: &str) -> Option<(&str, Version)> {
    let url = url.split_once('?').map_or(url, |(url, _)| url);
    let (_, path) = url.split_once("/crates/")?;
    let (folder, rest) = path.split_once('/')?;
    let in_file_name = || {
        let rest = rest.strip_suffix(".crate")?;
        rest.strip_prefix(folder)?.strip_prefix('-')
    };
    let version = rest.strip_suffix("/download").or_else(in_file_name)?;
    Some((folder, Version::parse(version).ok()?))
}

/// What Fastly puts before a line in its classic form, as crates.io's lines are stored.
const ENVELOPE: &str = "<134>2025-10-26T23:57:34Z cache-chi-kigq8000030 s3-request-logs[257678]: ";

const API: &str = "/api/v1/crates/smallvec/1.10.0/download";
const CDN: &str = "/crates/smallvec/1.10.0/download";
const ONE: &str = "1970-01-01 smallvec@1.10.0";

/// A request, what was sent, and the download that it counts as with cargo's user agent, or without any.
struct Row {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    accept: &'static str,
    switch: Switch,
    /// The status of the origin's answer; `None` if the edge replies.
    origin: Option<u16>,
    counts: Option<&'static str>,
}

const REDIRECT: Row = Row {
    name: "a redirect",
    method: "GET",
    path: API,
    accept: "*/*",
    switch: Switch::ENFORCE,
    origin: None,
    counts: None,
};

const PASSED: Row = Row {
    name: "the API's download, by the origin with 200",
    switch: Switch::OFF,
    origin: Some(200),
    counts: Some(ONE),
    ..REDIRECT
};

const ROWS: &[Row] = &[
    REDIRECT,
    Row {
        name: "a redirect of the CDN's path",
        path: CDN,
        ..REDIRECT
    },
    Row {
        name: "a redirect after HEAD",
        method: "HEAD",
        ..REDIRECT
    },
    Row {
        name: "a readme's redirect",
        path: "/api/v1/crates/smallvec/1.10.0/readme",
        ..REDIRECT
    },
    Row {
        name: "JSON",
        accept: "application/json",
        counts: Some(ONE),
        ..REDIRECT
    },
    Row {
        name: "JSON of the CDN's path",
        path: CDN,
        accept: "application/json",
        counts: Some(ONE),
        ..REDIRECT
    },
    Row {
        name: "JSON after HEAD",
        method: "HEAD",
        accept: "application/json",
        ..REDIRECT
    },
    Row {
        name: "JSON of a readme",
        path: "/api/v1/crates/smallvec/1.10.0/readme",
        accept: "application/json",
        ..REDIRECT
    },
    PASSED,
    Row {
        name: "the CDN's download, by the origin",
        path: CDN,
        ..PASSED
    },
    Row {
        name: "the file itself",
        path: "/crates/smallvec/smallvec-1.10.0.crate",
        ..PASSED
    },
    Row {
        name: "an encoded `+`",
        path: "/api/v1/crates/libgit2-sys/0.12.25%2B1.3.0/download",
        counts: Some("1970-01-01 libgit2-sys@0.12.25+1.3.0"),
        ..PASSED
    },
    Row {
        name: "a redirect of the origin's",
        origin: Some(302),
        counts: None,
        ..PASSED
    },
    Row {
        name: "an error of the origin's",
        origin: Some(503),
        counts: None,
        ..PASSED
    },
    Row {
        name: "HEAD, by the origin",
        method: "HEAD",
        counts: None,
        ..PASSED
    },
    Row {
        name: "PUT, by the origin",
        method: "PUT",
        counts: None,
        ..PASSED
    },
    Row {
        name: "a preflight",
        method: "OPTIONS",
        origin: Some(204),
        counts: None,
        ..PASSED
    },
    Row {
        name: "a crate's page",
        path: "/crates/smallvec",
        counts: None,
        ..PASSED
    },
    Row {
        name: "a version's page",
        path: "/crates/smallvec/1.10.0",
        counts: None,
        ..PASSED
    },
    Row {
        name: "a list of crates",
        path: "/api/v1/crates?page=2",
        counts: None,
        ..PASSED
    },
    Row {
        name: "no version",
        path: "/api/v1/crates/smallvec/latest/download",
        counts: None,
        ..PASSED
    },
];

/// A `User-Agent`, and whether its downloads count.
const USER_AGENTS: [(Option<&str>, bool); 6] = [
    (Some("cargo/1.92.0-nightly (344c4567c 2025-10-21)"), true),
    (Some("cargo 1.40.0"), true),
    (None, true),
    (Some("Mozilla/5.0"), false),
    (Some("Cargo/1.0"), false),
    (Some("x]: {\"version\":\"1\"}"), false),
];

#[track_caller]
fn log_line(row: &Row, user_agent: Option<&str>) -> String {
    let config = production();
    let request = Request::new(row.method, "crates.io", row.path);
    let request = request.with_accept([row.accept.as_bytes()]);
    let answer = signpost::answer(&config, &request, row.switch);
    let reply = answer.reply();
    let status = row.origin.or(reply.as_ref().map(|reply| reply.status));
    assert_eq!(reply.is_none(), row.origin.is_some(), "{}", row.name);
    let exchange = Exchange {
        method: row.method,
        status: status.unwrap_or_default(),
        user_agent,
        ..exchange::of(row.path)
    };
    answer.log_line(&exchange, &exchange::with(row.switch))
}

#[test]
fn each_answer_counts_as_is_documented() {
    for row in ROWS {
        for (user_agent, is_counted) in USER_AGENTS {
            let line = log_line(row, user_agent);
            let expected: Vec<_> = row.counts.into_iter().filter(|_| is_counted).collect();
            let counted = count(&format!("{ENVELOPE}{line}\n"));
            let name = row.name;
            assert_eq!(
                counted.as_deref(),
                Some(&*to_owned(&expected)),
                "{name}, {user_agent:?}"
            );
        }
    }
}

fn to_owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn lines_without_an_envelope_are_refused_as_a_file() {
    let bare = log_line(&PASSED, None);
    let enveloped = format!("{ENVELOPE}{bare}");
    let rows = [
        (bare.clone(), None),
        (format!("{enveloped}\n{enveloped}\n"), Some(vec![ONE, ONE])),
        // Among others, a line alone counts nothing.
        (format!("{enveloped}\n{bare}\n"), Some(vec![ONE])),
    ];
    for (file, expected) in rows {
        let expected = expected.map(|texts| to_owned(&texts));
        assert_eq!(count(&file), expected, "{file}");
    }
}
