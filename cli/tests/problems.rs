//! Every code that `signpost check` has: one small file that gives it, and what people and programs
//! see of it. The files are in `problems/`, called after their code.

mod tool;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use signpost::config::Severity;
use signpost_cli::Code;
use tool::{ended, signpost};

/// What is needed beside the file to see the code, where it is not the file alone.
const BESIDES: [(&str, &[&str]); 2] = [
    (
        "dl-not-redirected",
        &["--dl", "https://crates.io/api/v1/crates/"],
    ),
    ("differs", &["fine.toml"]),
];

/// The files that are not about TOML alone.
const COMPILED: [&str; 2] = ["format-unknown", "revision-mismatch"];

/// The file without a problem, which another is compared with.
const FINE: &str = "fine.toml";

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/problems")
}

fn file_of(code: Code) -> String {
    let name = code.name();
    let extension = if COMPILED.contains(&name) {
        "json"
    } else {
        "toml"
    };
    format!("{name}.{extension}")
}

/// What `signpost check` prints about the file of a code, and its exit code.
fn check(code: Code, more: &[&str]) -> (String, Option<i32>) {
    let besides = BESIDES.iter().find(|(name, _)| *name == code.name());
    let (exit, text, errors) = ended(
        signpost(&["check"])
            .current_dir(directory())
            .args(besides.map_or(&[][..], |(_, arguments)| arguments))
            .arg(file_of(code))
            .args(more),
    );
    assert_eq!(errors, "", "{code}");
    (text, exit)
}

#[test]
fn every_code_has_a_file_and_every_file_a_code() {
    let expected: BTreeSet<_> = Code::all().map(file_of).chain([FINE.to_owned()]).collect();
    let files: BTreeSet<_> = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, expected);
}

#[test]
fn every_code_is_seen_as_it_was_before() {
    for code in Code::all() {
        let (word, expected) = match code.severity() {
            Severity::Error => ("error", 1),
            Severity::Warning => ("warning", 0),
        };
        let (text, exit) = check(code, &[]);
        assert_eq!(exit, Some(expected), "{code}: {text}");
        let (_, exit) = check(code, &["--strict"]);
        assert_eq!(exit, Some(1), "{code}: {text}");
        let heading = format!("{word}[{code}]\n");
        assert!(text.contains(&heading), "{code} is not in {text}");
        let explain = format!("help: signpost check --explain {code}\n");
        assert!(text.contains(&explain), "{code} is not explained in {text}");
        let (json, exit) = check(code, &["--format", "json"]);
        assert_eq!(exit, Some(expected), "{code}: {json}");
        assert_codes_and_places(code, &json);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("check-{code}"), format!("{text}\n{json}"));
        });
    }
}

/// The JSON names the code, and its bytes are those at its line and column.
fn assert_codes_and_places(code: Code, json: &str) {
    let report: Value = serde_json::from_str(json).unwrap();
    let files = report["files"].as_array().unwrap();
    let file = files.last().unwrap();
    let text = fs::read_to_string(directory().join(file["file"].as_str().unwrap())).unwrap();
    let kind = match code.severity() {
        Severity::Error => "problems",
        Severity::Warning => "warnings",
    };
    let problems = file[kind].as_array().unwrap();
    assert!(
        problems
            .iter()
            .any(|problem| problem["code"] == code.name()),
        "{code}: {json}"
    );
    for problem in problems {
        let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        if problem["line"].is_null() {
            assert!(problem["column"].is_null() && problem["bytes"].is_null());
            continue;
        }
        let line = text.lines().nth(number(&problem["line"]) - 1).unwrap();
        let column = number(&problem["column"]) - 1;
        let underlined =
            &text[number(&problem["bytes"]["start"])..number(&problem["bytes"]["end"])];
        let rest: String = line.chars().skip(column).collect();
        let first = underlined.lines().next().unwrap_or_default();
        assert!(rest.starts_with(first), "{code}: {problem}");
    }
}
