//! `signpost plan` as the process that operators and pipelines run.

#[path = "../benches/plan/lines.rs"]
mod lines;

#[path = "plan/caches.rs"]
mod caches;

#[path = "plan/merge.rs"]
mod merge;

#[path = "plan/next.rs"]
mod next;

#[path = "plan/refused.rs"]
mod refused;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use lines::{Lines, PRODUCTION, Paths, one_by_one, with_another_location};
use serde_json::Value;
use tempfile::TempDir;

/// A request that changes, and one that does not.
const REQUESTS: &str = "/api/v1/crates/smallvec/1.10.0/download\n/api/v1/crates/smallvec\n";

/// A directory with `old.toml`, which is production's configuration, and `new.toml`, which has
/// another location.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("old.toml", PRODUCTION.as_bytes());
        files.write("new.toml", with_another_location().as_bytes());
        files
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        fs::write(self.at(name), content).unwrap();
        self.at(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
        command
            .arg("plan")
            .args(arguments)
            .current_dir(self.0.path());
        command
    }

    /// The exit code, standard output and standard error.
    fn plan(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        seen(
            &self
                .command(arguments)
                .stdin(Stdio::null())
                .output()
                .unwrap(),
        )
    }

    /// The same with requests on standard input.
    fn plan_over(&self, arguments: &[&str], requests: Vec<u8>) -> (Option<i32>, String, String) {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let writer = thread::spawn(move || stdin.write_all(&requests));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        seen(&output)
    }
}

fn seen(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 1).unwrap()
}

#[test]
fn the_exit_code_says_whether_anything_changes() {
    let files = Files::new();
    files.write("requests", REQUESTS.as_bytes());
    files.write("same", b"/api/v1/crates/smallvec\n");
    let compiled = signpost::authoring::from_toml(PRODUCTION).unwrap();
    files.write("old.json", compiled.to_json().as_bytes());
    for (arguments, expected) in [
        (&["old.toml", "old.toml"][..], 0),
        (&["old.json", "old.toml"], 0),
        (&["old.toml", "new.toml"], 1),
        (&["old.json", "new.toml"], 1),
        (&["old.toml", "old.toml", "--requests", "requests"], 0),
        (&["old.toml", "new.toml", "--requests", "requests"], 1),
        // No request shows the change, but there is one.
        (&["old.toml", "new.toml", "--requests", "same"], 1),
    ] {
        let (code, text, errors) = files.plan(arguments);
        assert_eq!(
            (code, errors.as_str()),
            (Some(expected), ""),
            "{arguments:?}: {text}"
        );
        assert!(
            !text.contains('\u{1b}'),
            "{arguments:?} is coloured: {text}"
        );
    }
}

#[test]
fn none_is_no_configuration_unless_it_is_named_as_a_file() {
    let files = Files::new();
    files.write("requests", REQUESTS.as_bytes());
    files.write("none", PRODUCTION.as_bytes());
    for (arguments, code, redirected, other_reasons) in [
        (&["none", "old.toml"][..], 1, 18, 0),
        (&["none", "old.toml", "--requests", "requests"], 1, 1, 1),
        (&["./none", "old.toml"], 0, 0, 0),
        (&["old.toml", "./none"], 0, 0, 0),
    ] {
        let (found, text, errors) = files.plan(&[arguments, &["--format", "json"]].concat());
        assert_eq!((found, errors.as_str()), (Some(code), ""), "{arguments:?}");
        let plan: Value = serde_json::from_str(&text).unwrap();
        let changed = &plan["changed"];
        assert_eq!(changed["origin-to-redirect"], redirected, "{arguments:?}");
        assert_eq!(changed["other-reason"], other_reasons, "{arguments:?}");
        assert_eq!(plan["differences"], serde_json::json!([]), "{arguments:?}");
    }
}

#[test]
fn thousands_of_lines_are_planned_as_one_by_one() {
    let files = Files::new();
    let old = signpost::authoring::from_toml(PRODUCTION).unwrap();
    let new = signpost::authoring::from_toml(&with_another_location()).unwrap();
    let mut lines = Lines::new(&old, Paths::Popular);
    let mut log = String::new();
    let mut expected = BTreeMap::new();
    for number in 1..=20_000_u64 {
        let line = lines.next_line();
        let found = one_by_one(&old, &new, &line);
        let counted: &mut (u64, Vec<u64>) = expected.entry(found).or_default();
        counted.0 += 1;
        if counted.1.len() < 3 {
            counted.1.push(number);
        }
        log.push_str(&line);
        log.push('\n');
    }
    let arguments = [
        "old.toml",
        "new.toml",
        "--format",
        "json",
        "--requests",
        "-",
    ];
    let (code, text, errors) = files.plan_over(&arguments, log.into_bytes());
    assert_eq!((code, errors.as_str()), (Some(1), ""));
    let plan: Value = serde_json::from_str(&text).unwrap();
    let mut found = BTreeMap::new();
    let numbers = |group: &Value| -> Vec<u64> {
        let samples = group["samples"].as_array().unwrap();
        samples
            .iter()
            .map(|sample| sample["line"].as_u64().unwrap())
            .collect()
    };
    for group in plan["groups"].as_array().unwrap() {
        let status = |side: &str| group[side]["status"].to_string();
        let name = format!(
            "{} {} {}",
            group["kind"].as_str().unwrap(),
            status("old"),
            status("new")
        );
        let counted = (group["requests"].as_u64().unwrap(), numbers(group));
        assert_eq!(found.insert(name.clone(), counted), None, "{name} twice");
    }
    let unreadable = &plan["unreadable"][0];
    let counted = (unreadable["lines"].as_u64().unwrap(), numbers(unreadable));
    found.insert("unreadable".to_owned(), counted);
    let (same, _) = expected.remove("same").unwrap();
    assert_eq!(plan["same"].as_u64(), Some(same));
    assert_eq!(found, expected);
    assert!(found.len() >= 3, "{found:?}");
}

#[test]
fn compressed_requests_are_read_to_the_end_of_the_last_part() {
    let files = Files::new();
    let twice = |part: Vec<u8>| [part.clone(), part].concat();
    let plan = |requests: &str| files.plan(&["old.toml", "new.toml", "--requests", requests]);
    files.write("plain", REQUESTS.repeat(2).as_bytes());
    let expected = plan("plain");
    assert_eq!(expected.0, Some(1));
    assert!(
        expected.1.starts_with("4 requests: 2 same, 2 changed\n"),
        "{}",
        expected.1
    );
    // The names say nothing: what the file begins with does.
    for (name, content) in [
        ("gzip", twice(gzip(REQUESTS))),
        ("zstd", twice(zstd(REQUESTS))),
    ] {
        files.write(name, &content);
        assert_eq!(plan(name), expected, "{name}");
        let through_stdin = files.plan_over(&["old.toml", "new.toml", "--requests", "-"], content);
        assert_eq!(through_stdin, expected, "{name} on standard input");
    }
}

#[test]
fn a_compressed_file_that_breaks_off_is_planned_as_far_as_it_goes_and_fails() {
    let files = Files::new();
    let old = signpost::authoring::from_toml(PRODUCTION).unwrap();
    let mut lines = Lines::new(&old, Paths::Unique);
    let log: String = (0..4_000).map(|_| lines.next_line() + "\n").collect();
    for (form, mut content) in [("gzip", gzip(&log)), ("zstd", zstd(&log))] {
        content.truncate(content.len() - 1_000);
        files.write("cut", &content);
        let arguments = ["old.toml", "new.toml", "--requests", "cut"];
        let (code, text, errors) = files.plan(&arguments);
        let expected =
            format!("error: the plan is incomplete: cut breaks off: its {form} data has no end\n");
        assert_eq!((code, errors), (Some(2), expected));
        assert!(
            text.contains("redirect → redirect elsewhere"),
            "{form}: {text}"
        );
        assert!(
            text.contains("Not all requests were read: cut breaks off"),
            "{form}: {text}"
        );
        assert!(
            !text.contains("cannot be read"),
            "{form}: half a line was taken for one: {text}"
        );
    }
}

#[test]
fn something_else_after_compressed_requests_is_called_so() {
    let files = Files::new();
    for junk in [&b"x"[..], b"\0\0", b"/api/v1/crates/a/1.0.0/download\n"] {
        for (form, content) in [("gzip", gzip(REQUESTS)), ("zstd", zstd(REQUESTS))] {
            files.write("junk", &[&content, junk].concat());
            let arguments = ["old.toml", "new.toml", "--requests", "junk"];
            let (code, text, errors) = files.plan(&arguments);
            let expected = format!(
                "error: the plan is incomplete: cannot decompress junk, which is {form}: \
                 something that is no {form} follows its end\n"
            );
            assert_eq!((code, errors), (Some(2), expected), "{junk:?}");
            assert!(text.starts_with("2 requests: "), "{junk:?} {form}: {text}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_counted_and_shown() {
    let files = Files::new();
    let mut requests = REQUESTS.as_bytes().to_vec();
    requests.extend(b"\n/\xFF\nwhat is this?\n/\x1b[31m red\n");
    requests.extend(vec![b'a'; 3_000_000]);
    requests.extend(b"\n/last");
    files.write("requests", &requests);
    let arguments = ["old.toml", "old.toml", "--requests", "requests"];
    // More than half of the lines is too much, unless somebody says that it is not.
    let allowed = [&arguments[..], &["--max-unreadable", "60"]].concat();
    assert_eq!(files.plan(&allowed).0, Some(0));
    let (code, text, errors) = files.plan(&arguments);
    assert_eq!((code, errors.as_str()), (Some(1), ""), "{text}");
    for part in [
        "3 requests: 3 same, 0 changed\n",
        "4 lines cannot be read and so not planned for:\n",
        "longer than 64 KiB\n",
        "line 7: aaaaaaaa",
        "not UTF-8\n              line 4: /\u{fffd}\n",
        "line 5: what is this?\n",
        "line 6: /\\u{1b}[31m red\n",
        "1 line held nothing.\n",
        "Too little was read: 4 of 7 lines cannot be read, and --max-unreadable allows 1%.\n",
        "Nothing changes for the 3 requests that could be read.\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn requests_that_are_none_could_not_run() {
    let files = Files::new();
    files.write("empty", b"");
    files.write("blank", b"\n \n");
    files.write("binary", &[0x00, 0xFF, b'\n', 0xFE]);
    files.write(
        "broken-gzip",
        &[&[0x1F, 0x8B, 8][..], &[0xFF; 200]].concat(),
    );
    for (requests, words) in [
        ("missing", "cannot read missing: there is no such file"),
        (".", "cannot read .: it is a directory; name a file"),
        (
            "empty",
            "there is no request in empty, so nothing can be planned",
        ),
        (
            "blank",
            "there is no request in blank, so nothing can be planned\n\n2 lines held nothing.",
        ),
        (
            "binary",
            "there is no request in binary, so nothing can be planned\n\n2 lines cannot be read",
        ),
        (
            "broken-gzip",
            "cannot decompress broken-gzip, which is gzip: ",
        ),
        (
            "-",
            "there is no request in standard input, so nothing can be planned",
        ),
    ] {
        let (code, text, errors) = files.plan(&["old.toml", "new.toml", "--requests", requests]);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{requests}: {errors}");
        let expected = format!("error: {words}");
        assert!(errors.starts_with(&expected), "{requests}: {errors}");
    }
}

#[test]
fn configurations_that_cannot_be_planned_for_could_not_run() {
    let files = Files::new();
    files.write(
        "bad.toml",
        PRODUCTION.replace("cors = true", "korz = true").as_bytes(),
    );
    let compiled = signpost::authoring::from_toml(PRODUCTION).unwrap();
    files.write("old.json", compiled.to_json().as_bytes());
    for (old, new, words) in [
        (
            "missing.toml",
            "new.toml",
            "cannot read missing.toml: there is no such file",
        ),
        ("old.toml", ".", "cannot read .: it is a directory"),
        ("old.toml", "bad.toml", "bad.toml has problems"),
        ("old.json", "old.json", "there are no examples to plan over"),
        (
            "none",
            "old.json",
            "there are no examples to plan over, because the new configuration is compiled; give it as TOML",
        ),
        ("new.toml", "none", "NEW is `none`, which only OLD can be"),
        (
            "./none",
            "new.toml",
            "cannot read ./none: there is no such file",
        ),
    ] {
        let (code, text, errors) = files.plan(&[old, new]);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{old} {new}");
        assert!(
            errors.starts_with(&format!("error: {words}")),
            "{old} {new}: {errors}"
        );
    }
}

#[test]
fn one_file_against_itself_shows_what_an_unhealthy_target_moves() {
    let files = Files::new();
    let two = include_bytes!("../../docs/examples/two-targets.toml");
    files.write("two.toml", two);
    let compiled = signpost::authoring::from_toml(str::from_utf8(two).unwrap()).unwrap();
    files.write("two.json", compiled.to_json().as_bytes());
    files.write("requests", REQUESTS.as_bytes());
    let rows: [(&[&str], i32, &[&str]); 5] = [
        (&["two.toml"], 0, &[]),
        (&["two.toml", "--unhealthy", "fastly"], 1, &["fastly"]),
        // The file is not tried there first.
        (
            &["two.toml", "--unhealthy", "cloudfront"],
            0,
            &["cloudfront"],
        ),
        (
            &[
                "two.json",
                "--unhealthy",
                "fastly",
                "--requests",
                "requests",
            ],
            1,
            &["fastly"],
        ),
        (
            &[
                "two.toml",
                "--unhealthy",
                "fastly",
                "--unhealthy",
                "cloudfront",
            ],
            0,
            &["cloudfront", "fastly"],
        ),
    ];
    for (arguments, expected, unhealthy) in rows {
        let (code, text, errors) =
            files.plan(&[&["two.toml"], arguments, &["--format", "json"]].concat());
        assert_eq!(
            (code, errors.as_str()),
            (Some(expected), ""),
            "{arguments:?}"
        );
        let plan: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            plan["unhealthy"],
            serde_json::json!(unhealthy),
            "{arguments:?}"
        );
        assert_eq!(
            plan["changed"]["redirect-elsewhere"], expected,
            "{arguments:?}"
        );
        assert_eq!(plan["differences"], serde_json::json!([]), "{arguments:?}");
    }
    let (code, text, errors) = files.plan(&["two.toml", "old.toml", "--unhealthy", "fastly"]);
    assert_eq!((code, text.as_str()), (Some(2), ""));
    let expected =
        "error: old.toml: the configuration has no target `fastly`; name one of static\n";
    assert_eq!(errors, expected);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let files = Files::new();
    let mut child = files
        .command(&["old.toml", "new.toml"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut errors = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut errors)
        .unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), errors.as_str()),
        (Some(1), "")
    );
}
