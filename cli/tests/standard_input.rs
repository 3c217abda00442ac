//! `-` stands for standard input wherever a command reads a configuration.

mod tool;

use std::fs::File;
use std::path::Path;

use tool::{ended, signpost};

const PRODUCTION: &str = "config/crates-io.toml";
const DOWNLOAD: &str = "/api/v1/crates/smallvec/1.10.0/download";

/// Runs a command with production's configuration on standard input.
fn with_production(arguments: &[&str]) -> (Option<i32>, String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let file = File::open(root.join(PRODUCTION)).unwrap();
    ended(signpost(arguments).stdin(file))
}

#[test]
fn a_configuration_on_standard_input_is_read_as_one_in_a_file() {
    for arguments in [
        &["check", "-"][..],
        &["compile", "-"],
        &["explain", "-", DOWNLOAD],
        &["routes", "-"],
        &["plan", "-", PRODUCTION],
        &["plan", PRODUCTION, "-"],
        &["plan", "none", "-"],
    ] {
        let of_file: Vec<_> = arguments
            .iter()
            .map(|it| if *it == "-" { PRODUCTION } else { it })
            .collect();
        let (code, text, errors) = with_production(arguments);
        let expected = ended(&mut signpost(&of_file));
        // Only `check` names its file.
        let text = text.replace("<stdin>", PRODUCTION);
        assert_eq!((code, text, errors), expected, "{arguments:?}");
    }
}

#[test]
fn standard_input_is_read_once() {
    let edge = ["--edge", "http://127.0.0.1:1"];
    let release = [
        "release",
        "config",
        "--store-id",
        "S",
        edge[0],
        edge[1],
        "--deployed-config",
        PRODUCTION,
        "--config",
        "-",
    ];
    for (arguments, words) in [
        (&["check", "-", "-"][..], "name `-` once"),
        (&["plan", "-", "-"], "name `-` once"),
        (
            &["plan", "-", PRODUCTION, "--requests", "-"],
            "name `-` once",
        ),
        (
            &["smoke", "--config", "-", "--files", "-", edge[0], edge[1]],
            "name `-` once",
        ),
        (&release, "a release reads the configuration several times"),
    ] {
        let (code, text, errors) = with_production(arguments);
        assert_eq!(
            (code, text.as_str()),
            (Some(2), ""),
            "{arguments:?}: {errors}"
        );
        assert!(errors.contains(words), "{arguments:?}: {errors}");
    }
}

#[test]
fn problems_on_standard_input_are_named_so() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wrong = root.join("tests/problems/key-unknown.toml");
    for arguments in [
        &["routes", "-"][..],
        &["explain", "-", "/"],
        &["plan", "none", "-"],
    ] {
        let file = File::open(&wrong).unwrap();
        let (code, text, errors) = ended(signpost(arguments).stdin(file));
        assert_eq!(
            (code, text.as_str()),
            (Some(2), ""),
            "{arguments:?}: {errors}"
        );
        let first = "error: <stdin> has problems\n";
        assert!(errors.starts_with(first), "{arguments:?}: {errors}");
    }
}
