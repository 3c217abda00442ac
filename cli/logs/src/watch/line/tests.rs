use std::borrow::Cow;

use signpost_testbed::rows;

use super::{Answer, Download, InForce, Left, Line, Side};
use crate::log::Reader;

/// A redirect.
pub(crate) const SIGNPOST: &str = concat!(
    r#"{"version":"1","date_time":"2023-07-20T12:17:00.123456Z","method":"GET","#,
    r#""url":"https://crates.io/api/v1/crates/smallvec/1.10.0/download","status":302,"bytes":0,"#,
    r#""content_type":null,"ip":"198.51.100.17","edge_location":"FRA","#,
    r#""http":{"protocol":"HTTP/2","referer":null,"useragent":"cargo/1.95.0"},"#,
    r#""tls":{"cipher":"TLS_AES_128_GCM_SHA256","protocol":"TLSv1.3"},"#,
    r#""signpost":{"decision":"redirect","route":"download","target":"static","reason":null,"refusal":null,"#,
    r#""location":"https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate","#,
    r#""revision":"43435e8491fb","switch":"enforce"}}"#,
);

/// The same request, which the origin answered. The refusal is JSON.
pub(crate) fn by_origin(reason: &str, refusal: &str) -> String {
    let reason = format!(r#""reason":"{reason}","refusal":{refusal}"#);
    SIGNPOST
        .replace(r#""decision":"redirect""#, r#""decision":"origin""#)
        .replace(r#""reason":null,"refusal":null"#, &reason)
}

/// The line, which must be one.
#[track_caller]
pub(crate) fn read(text: &str) -> Line<'_> {
    try_read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn try_read(text: &str) -> Result<Line<'_>, String> {
    let read = Reader::default().read(text.as_bytes());
    let entry = read.map_err(|error| error.to_string())?;
    Line::of(entry.ok_or("it is blank")?)
}

#[test]
fn a_line_of_signpost_is_read() {
    let line = read(SIGNPOST);
    let download = Download {
        address: "198.51.100.17".into(),
        user_agent: b"cargo/1.95.0".into(),
        path: "/api/v1/crates/smallvec/1.10.0/download".into(),
    };
    let in_force = InForce {
        revision: "43435e8491fb".into(),
        switch: "enforce".into(),
    };
    assert_eq!(line.time.to_string(), "2023-07-20T12:17:00Z");
    assert_eq!(line.download, Some(download));
    assert_eq!(line.answer, Answer::Redirect);
    assert_eq!(line.refusal, None);
    let of = [&line.edge_location, &line.route, &line.target];
    assert_eq!(
        of.map(Option::as_deref),
        [Some("FRA"), Some("download"), Some("static")]
    );
    assert_eq!(line.in_force, Some(in_force));
    assert!(matches!(line.url, Cow::Borrowed(_)), "it was copied");
    assert_eq!(line.to_static(), line);
}

#[test]
fn what_should_be_redirected_and_is_not_is_told_by_its_reason() {
    let rows = [
        ("retried", true, false),
        ("switch-off", true, false),
        ("switch-shadow", true, false),
        ("not-in-rollout", true, false),
        ("no-route", false, false),
        ("origin-route", false, false),
        ("came-from-target", false, false),
        ("method-not-redirectable", false, false),
        ("path-malformed", false, false),
        ("config-missing", true, true),
        ("config-invalid", true, true),
        ("location-refused", true, true),
        ("name-invalid", true, true),
        ("version-invalid", true, true),
        ("capture-invalid", true, true),
    ];
    for (reason, is_on_route, is_not_redirected) in rows {
        let text = by_origin(reason, "null");
        let line = read(&text);
        let found = (line.is_on_route(), line.is_not_redirected());
        assert_eq!(found, (is_on_route, is_not_redirected), "{reason}");
    }
    // Whoever adds a reason must say here what it means.
    let decision = include_str!("../../../../../src/decision.rs");
    let (_, reasons) = decision.split_once("pub enum Reason {").unwrap();
    let (reasons, _) = reasons.split_once("\n}").unwrap();
    let documented = reasons
        .split("/// `")
        .skip(1)
        .filter_map(|it| it.split_once("`:"));
    let documented: Vec<_> = documented.map(|(reason, _)| reason).collect();
    let known = rows.map(|(reason, ..)| reason);
    assert!(documented.len() == known.len(), "{documented:?}");
    assert!(
        documented.iter().all(|reason| known.contains(reason)),
        "{documented:?}"
    );
    assert!(!read(SIGNPOST).is_not_redirected());
    // A line without a decision tells it by its status.
    let (theirs, _) = SIGNPOST.split_once(r#","signpost""#).unwrap();
    for (status, expected) in [("200", false), ("302", false), ("403", true), ("502", true)] {
        let text = format!("{theirs}}}").replace("302", status);
        assert_eq!(read(&text).is_not_redirected(), expected, "{status}");
    }
}

#[test]
fn answers_have_a_kind() {
    let origin = by_origin("location-refused", "\"not-the-base\"");
    let line = read(&origin);
    assert_eq!(line.answer, Answer::Origin("location-refused".into()));
    assert_eq!(line.refusal.as_deref(), Some("not-the-base"));

    // The second is sent in the place of a dead origin, and keeps the reason for the origin.
    for reason in ["null", "\"switch-shadow\",\"because\":\"origin-down\""] {
        let text = SIGNPOST
            .replace(r#""decision":"redirect""#, r#""decision":"preflight""#)
            .replace(r#""reason":null"#, &format!(r#""reason":{reason}"#));
        let line = read(&text);
        assert_eq!(line.answer, Answer::Preflight, "{reason}");
        assert!(!line.is_on_route(), "{reason}");
        assert_eq!(line.to_static(), line, "{reason}");
    }

    // crates.io's lines have no decision.
    let (theirs, _) = SIGNPOST.split_once(r#","signpost""#).unwrap();
    for (status, expected) in [
        (302, Answer::Redirect),
        (307, Answer::Redirect),
        (304, Answer::Other),
        (200, Answer::Other),
        (404, Answer::Other),
    ] {
        let text = format!("{theirs}}}").replace("302", &status.to_string());
        let line = read(&text);
        assert_eq!(line.answer, expected, "{status}");
        assert_eq!((line.refusal, line.in_force), (None, None), "{status}");
    }
}

#[test]
fn only_downloads_of_known_clients_are_compared() {
    for (from, to) in [
        (r#""ip":"198.51.100.17""#, r#""ip":null"#),
        (r#""ip":"198.51.100.17","#, ""),
        (r#""method":"GET""#, r#""method":"HEAD""#),
    ] {
        assert_eq!(read(&SIGNPOST.replace(from, to)).download, None, "{to}");
    }
}

#[test]
fn the_file_is_the_path_alone() {
    for (url, expected) in [
        ("https://crates.io/a/b", "/a/b"),
        ("http://crates.io/a?b#c", "/a"),
        ("https://crates.io", ""),
        ("/a/b", "/a/b"),
        (r"https:\/\/crates.io\/a", "/a"),
    ] {
        let text = SIGNPOST.replace(
            "https://crates.io/api/v1/crates/smallvec/1.10.0/download",
            url,
        );
        let path = read(&text)
            .download
            .map(|download| download.path.into_owned());
        assert_eq!(path.as_deref(), Some(expected), "{url}");
    }
}

#[test]
fn a_line_that_lacks_something_is_refused_with_a_reason() {
    let table = r#"
        /a                                      | read as a path or URL: it has no time
        {"method":"GET","url":"/","status":200} | read as a JSON line: it has no `date_time`
        {"date_time":"now","method":"GET","url":"/","status":200} | read as a JSON line: its `date_time` is not a time
        {"date_time":"2023-07-20T12:17:00Z","method":"GET","url":"/"} | read as a JSON line: it has no `status`
    "#;
    for [line, expected] in rows(table) {
        assert_eq!(try_read(line), Err(expected.to_owned()), "{line:?}");
    }
}

#[test]
fn the_side_of_a_line_is_read() {
    for (rest, side, left) in [
        ("", None, None),
        (r#","side":"config""#, Some(Side::Config), None),
        (r#","side":"next""#, Some(Side::Next), None),
        (
            r#","side":"next","because":"next-refused""#,
            Some(Side::Next),
            Some(Left::Refused),
        ),
        (
            r#","side":"next","because":"next-retried""#,
            Some(Side::Next),
            Some(Left::Retried),
        ),
        (r#","side":null,"because":"second-try""#, None, None),
        (r#","side":"other""#, None, None),
    ] {
        let switch = format!(r#""switch":"enforce"{rest}"#);
        let text = SIGNPOST.replace(r#""switch":"enforce""#, &switch);
        let line = read(&text);
        assert_eq!((line.side, line.left), (side, left), "{rest}");
        assert_eq!(line.to_static(), line, "{rest}");
    }
}
