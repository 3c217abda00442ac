//! `signpost plan` and `signpost watch` over logs in every form in which they are stored.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use signpost_rows::PRODUCTION;
use signpost_testbed::{LOG_FORMATS, logged_requests, mixed_log};

fn signpost(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_signpost"))
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

/// The file plain, by gzip and by zstd, with its name.
fn stored(log: &str) -> [(&'static str, Vec<u8>); 3] {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(log.as_bytes()).unwrap();
    let zstd = zstd::encode_all(log.as_bytes(), 1).unwrap();
    [
        ("log", log.as_bytes().to_vec()),
        ("log.gz", gzip.finish().unwrap()),
        ("log.zst", zstd),
    ]
}

#[track_caller]
fn json(name: &str, output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    let whole = if last == "}" { &*text } else { last };
    serde_json::from_str(whole).unwrap_or_else(|error| panic!("{name}: {error}: {text}{errors}"))
}

/// What a plan found, without what depends on the form of the lines.
fn found(plan: &Value) -> Value {
    let group = |group: &Value| {
        let samples = group["samples"].as_array().unwrap().iter();
        let urls = samples.map(|sample| {
            let url = sample["url"].as_str().unwrap();
            url.strip_prefix("https://crates.io").unwrap_or(url)
        });
        serde_json::json!([
            group["kind"],
            group["requests"],
            group["new"],
            urls.collect::<Vec<_>>()
        ])
    };
    let groups = plan["groups"].as_array().unwrap().iter().map(group);
    serde_json::json!([
        plan["requests"],
        plan["changed"],
        groups.collect::<Vec<_>>()
    ])
}

#[test]
fn every_form_gives_the_same_plan() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::write(at("new.toml"), PRODUCTION).unwrap();
    let requests = logged_requests();
    let logs = LOG_FORMATS
        .iter()
        .map(|format| (format.name, format.log(&requests)));
    let mixed = ("all in one file", mixed_log(LOG_FORMATS.iter(), &requests));
    let mut expected = None;
    for (name, log) in logs.chain([mixed]) {
        for (file, bytes) in stored(&log) {
            fs::write(at(file), bytes).unwrap();
            let arguments = [
                "plan",
                "none",
                "new.toml",
                "--format",
                "json",
                "--requests",
                file,
            ];
            let plan = json(name, &signpost(directory.path(), &arguments));
            assert_eq!(plan["unreadable"], serde_json::json!([]), "{name}, {file}");
            assert_eq!(plan["requests"], requests.len(), "{name}, {file}");
            let found = found(&plan);
            let expected = expected.get_or_insert_with(|| found.clone());
            assert_eq!(&found, expected, "{name}, {file}");
        }
    }
}

#[test]
fn every_form_with_a_time_is_watched() {
    let directory = tempfile::tempdir().unwrap();
    let requests = logged_requests();
    let formats = LOG_FORMATS.iter().filter(|format| format.has_more);
    let mixed = ("all in one file", mixed_log(formats.clone(), &requests));
    let logs = formats.map(|format| (format.name, format.log(&requests)));
    let mut seen = 0;
    for (name, log) in logs.chain([mixed]) {
        for (file, bytes) in stored(&log) {
            fs::write(directory.path().join(file), bytes).unwrap();
            let output = signpost(directory.path(), &["watch", "--format", "json", file]);
            let summary = json(name, &output);
            assert_eq!(output.status.code(), Some(0), "{name}, {file}");
            assert_eq!(summary["unreadable"], 0, "{name}, {file}: {summary}");
            assert_eq!(summary["requests"], requests.len(), "{name}, {file}");
            assert_eq!(summary["downloads"], requests.len(), "{name}, {file}");
            assert_eq!(summary["redirects"], requests.len(), "{name}, {file}");
            assert_eq!(summary["begin"], "2023-07-20T12:15:00Z", "{name}, {file}");
            seen += 1;
        }
    }
    // Two have no time; the mixed one has all others.
    assert_eq!(seen, 3 * (LOG_FORMATS.len() - 2 + 1));
}

#[test]
fn a_line_without_a_time_is_not_watched() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("paths"), "/a\n/b\n").unwrap();
    let output = signpost(directory.path(), &["watch", "paths"]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8(output.stderr).unwrap();
    let words = "no line of it could be read; line 1: read as a path or URL: it has no time";
    assert!(errors.contains(words), "{errors}");
}

#[test]
fn several_logs_are_watched_as_one() {
    let directory = tempfile::tempdir().unwrap();
    let requests = logged_requests();
    // Each begins with the fields of its own, and one ends without a line end.
    for (number, part) in requests.chunks(400).enumerate() {
        let format = &LOG_FORMATS[10 + number % 2];
        let log = format.log(part);
        let [plain, gzip, _] = stored(if number == 1 { log.trim_end() } else { &log });
        let bytes = if number % 2 == 0 { gzip.1 } else { plain.1 };
        fs::write(directory.path().join(number.to_string()), bytes).unwrap();
    }
    fs::write(directory.path().join("other"), "\nwhat?\n").unwrap();
    let arguments = ["watch", "--format", "json", "0", "1", "2", "3", "other"];
    let output = signpost(directory.path(), &arguments);
    let summary = json("four files", &output);
    assert_eq!(summary["requests"], requests.len(), "{summary}");
    assert_eq!(summary["unreadable"], 1, "{summary}");
    let sample = &summary["samples"][0];
    assert_eq!(
        (&sample["file"], &sample["line"]),
        (&"other".into(), &2.into())
    );

    let output = signpost(directory.path(), &["watch", "0", "missing"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        errors.contains("cannot read missing: there is no such file"),
        "{errors}"
    );
    let output = signpost(directory.path(), &["watch", "-", "-"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("name `-` once"), "{errors}");
}

#[test]
fn lines_that_cannot_be_read_are_shown_with_the_form_and_the_place() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::write(at("new.toml"), PRODUCTION).unwrap();
    let lines = [
        "/api/v1/crates/smallvec/1.10.0/download",
        "<134>2025-10-26T23:57:34Z cache-chi s3[1]: {\"version\":\"1\",\"method\"",
        "#Version: 2.0",
        "2023-07-20\t12:17:00\tGET",
    ];
    fs::write(at("log"), lines.join("\n")).unwrap();
    let arguments = ["plan", "none", "new.toml", "--requests", "log"];
    let output = signpost(directory.path(), &arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "3 lines cannot be read and so not planned for:\n",
        "not a JSON log line: no object with `method` and `url`\n",
        "line 2: <134>2025-10-26T23:57:34Z cache-chi s3[1]: {\"version\":\"1\",\"method\"\n",
        "  read as RFC 3164 with a JSON line; at byte 66: EOF while parsing an object\n",
        "a W3C extended log of another `#Version` than 1.0\n",
        "line 3: #Version: 2.0\n",
        "line 4: 2023-07-20\\t12:17:00\\tGET\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}
