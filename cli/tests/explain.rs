//! `signpost explain` as the process that operators and scripts run.

use std::path::{Path, PathBuf};
use std::process::Command;

use signpost::location::Point;

const BUILD_METADATA: &str = "https://crates.io/api/v1/crates/libgit2-sys/0.12.25+1.3.0/download";

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
    command.arg("explain").args(arguments);
    command
}

fn explain(config: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut all = vec![config.to_str().unwrap()];
    all.extend(arguments);
    let output = command(&all).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn a_plus_becomes_an_escape_and_every_point_is_shown() {
    let (code, text, errors) = explain(&file("config/crates-io.toml"), &[BUILD_METADATA]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let location = "https://static.crates.io/crates/libgit2-sys/libgit2-sys-0.12.25%2B1.3.0.crate";
    assert!(
        text.contains(&format!("\n  location: {location}\n")),
        "{text}"
    );
    for point in Point::ALL {
        let line = format!("  ✓ {:15}  {}\n", point.code(), point.question());
        assert!(text.contains(&line), "{line} is not in {text}");
    }
    assert!(
        !text.contains('\u{1b}'),
        "there is colour in a pipe: {text}"
    );
}

#[test]
fn the_exit_code_says_whether_the_proof_refused() {
    // It no longer compiles, but an edge may still have it.
    let loops = file("cli/tests/data/loops.json");
    let production = file("config/crates-io.toml");
    let missing = file("config/missing.toml");
    let rows: &[(&Path, &[&str], i32)] = &[
        (&production, &[BUILD_METADATA], 0),
        (&production, &["/"], 0),
        (&production, &["/api/v1/crates/a/1.0/download"], 0),
        (&production, &[BUILD_METADATA, "--switch", "off"], 0),
        (&production, &[BUILD_METADATA, "--method", "PUT"], 0),
        (&loops, &["https://mirror.org/pub/foo.iso"], 1),
        (
            &loops,
            &["https://mirror.org/pub/foo.iso", "--format", "json"],
            1,
        ),
        (&missing, &["/"], 2),
        (&production, &["crates.io/api"], 2),
        (&production, &["/", "--switch", "of"], 2),
        (&production, &[BUILD_METADATA, "--attempt", "1"], 0),
        (&production, &[BUILD_METADATA, "--attempt", "0"], 2),
        (&production, &[BUILD_METADATA, "--attempt", "2"], 2),
        (&production, &[], 2),
    ];
    for (config, arguments, expected) in rows {
        let (code, text, errors) = explain(config, arguments);
        assert_eq!(code, Some(*expected), "{arguments:?}: {errors}");
        assert_eq!(text.is_empty(), *expected == 2, "{arguments:?}: {text}");
        assert_eq!(errors.is_empty(), *expected != 2, "{arguments:?}: {errors}");
    }
}

#[test]
fn what_was_written_wrongly_is_said() {
    let production = file("config/crates-io.toml");
    let rows: &[(&[&str], &str)] = &[
        (
            &["crates.io/api"],
            "write a URL such as https://crates.io/api/v1/crates, or a path that begins with `/`",
        ),
        (
            &["/", "--switch", "of"],
            "the switch reads `of`; write `enforce`, `enforce 25%`, `shadow` or `off`",
        ),
    ];
    for (arguments, words) in rows {
        let (_, _, errors) = explain(&production, arguments);
        assert!(errors.contains(words), "{words} is not in {errors}");
    }
}

#[test]
fn json_is_for_programs_and_the_compiled_form_explains_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let compiled = directory.path().join("compiled.json");
    let production = file("config/crates-io.toml");
    let config =
        signpost::authoring::from_toml(&std::fs::read_to_string(&production).unwrap()).unwrap();
    std::fs::write(&compiled, config.to_json()).unwrap();
    let arguments = [
        BUILD_METADATA,
        "--format",
        "json",
        "--accept",
        "text/html",
        "--accept",
        "application/json",
    ];
    let (code, json, errors) = explain(&production, &arguments);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["decision"]["decision"], "redirect");
    assert_eq!(value["reply"]["status"], 200);
    assert_eq!(value["routes"][0]["captures"][1]["text"], "0.12.25+1.3.0");
    let points = value["proof"].as_array().unwrap();
    assert_eq!(points.len(), Point::ALL.len());
    assert!(points.iter().all(|point| point["holds"] == true), "{json}");
    assert_eq!(explain(&compiled, &arguments).1, json);
}

#[test]
fn help_says_what_exit_codes_mean_and_who_resolves_dots() {
    let output = command(&["--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for part in ["Examples:", "Exit codes: 0", "--path-as-is"] {
        assert!(help.contains(part), "{part} is not in {help}");
    }
}

#[test]
fn a_share_of_next_needs_its_configuration() {
    let production = file("config/crates-io.toml");
    let shared = [
        "--switch",
        "enforce, next 100%",
        "/api/v1/crates/a/1.0.0/download",
    ];
    let (code, _, errors) = explain(&production, &shared);
    assert_eq!(code, Some(2), "{errors}");
    let expected = "the switch `enforce, next 100%` gives the entry `next` a share; name its configuration with --next FILE";
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&errors).contains(expected), "{errors}");

    let next = file("config/crates-io-staging.toml");
    let [switch, text, url] = shared;
    let next = ["--next", next.to_str().unwrap(), switch, text, url];
    let (code, text, errors) = explain(&production, &next);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    // Staging has other hosts, so production answers what is asked of its own.
    assert!(text.contains("\n  because    next-refused\n"), "{text}");
    assert!(text.contains("\n  side       next, from `next "), "{text}");
    assert!(text.contains("\n  answers    config, revision "), "{text}");
}
