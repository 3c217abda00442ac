//! `signpost compile` as the process that operators and scripts run.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use signpost::config::Config;

const PRODUCTION: &str = include_str!("../../config/crates-io.toml");

fn signpost(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_signpost"))
        .args(arguments)
        .output()
        .unwrap()
}

fn compile(file: &Path) -> (Option<i32>, String, String) {
    let output = signpost(&["compile", file.to_str().unwrap()]);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn production(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../config")
        .join(name)
}

#[test]
fn productions_own_files_compile_to_what_the_edge_reads() {
    for name in ["crates-io.toml", "crates-io-staging.toml"] {
        let file = production(name);
        let (code, json, errors) = compile(&file);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{name}");
        let compiled = Config::from_json(&json).unwrap();
        let written = Config::from_toml(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(compiled, written, "{name}");
    }
}

#[test]
fn every_problem_is_reported_with_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bad.toml");
    let bad = PRODUCTION
        .replace(
            "\"https://static.crates.io\"",
            "\"https:/static.crates.io\"",
        )
        .replace("cors = true", "korz = true")
        .replacen("location = \"/crates", "location = \"crates", 1);
    fs::write(&file, &bad).unwrap();
    let (code, json, errors) = compile(&file);
    assert_eq!(code, Some(1), "{errors}");
    assert_eq!(json, "");
    let line_of = |text: &str| 1 + bad[..bad.find(text).unwrap()].matches('\n').count();
    let name = file.display();
    for (code, line) in [
        ("key-unknown", line_of("korz")),
        ("base-invalid", line_of("https:/s")),
        ("location-invalid", line_of("\"crates/")),
    ] {
        let beginning = format!("error[{code}]: {name}:{line}:");
        assert!(
            errors.contains(&beginning),
            "{beginning} is not in {errors}"
        );
    }
    let end = format!("error: {name} has 3 problems and was not compiled\n");
    assert!(errors.ends_with(&end), "{errors}");
}

#[test]
fn what_cannot_be_read_is_said_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let not_text = directory.path().join("not-text.toml");
    fs::write(&not_text, b"allowed_hosts = [\"\xff\"]").unwrap();
    for (file, words) in [
        (
            directory.path().join("missing.toml"),
            "there is no such file",
        ),
        (
            directory.path().to_owned(),
            "it is a directory, not a TOML file",
        ),
        (not_text, "it is not UTF-8, as TOML must be"),
    ] {
        let (code, json, errors) = compile(&file);
        let expected = format!("error: cannot read {}: {words}\n", file.display());
        assert_eq!((code, json.as_str(), errors), (Some(2), "", expected));
    }
}

#[test]
fn a_wrong_command_line_could_not_run() {
    for arguments in [&[][..], &["compile"], &["compil"], &["compile", "a", "b"]] {
        let output = signpost(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_has_examples_and_exit_codes() {
    let output = signpost(&["compile", "--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for part in [
        "Examples:",
        "signpost compile config/crates-io.toml",
        "Exit codes: 0",
    ] {
        assert!(help.contains(part), "{part} is not in {help}");
    }
    let version = signpost(&["--version"]);
    assert_eq!(
        String::from_utf8(version.stdout).unwrap(),
        format!("signpost {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_signpost"))
        .arg("compile")
        .arg(production("crates-io.toml"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut errors = String::new();
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_to_string(&mut errors).unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), errors),
        (Some(0), String::new())
    );
}
