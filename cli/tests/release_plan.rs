//! What `signpost release` finds wrong before it calls the Fastly CLI, and the releases in
//! `.github/workflows/deploy.yml`.

mod tool;

use std::fs;

use tool::{ended, signpost};

const PRODUCTION: &str = "config/crates-io.toml";
const TWO_TARGETS: &str = "docs/examples/two-targets.toml";

/// What a release records, so that a rollback can be planned.
const RECORD: &str = r#"{"service_id":"S","store_id":"T","edge":"https://edge.example",
    "deployed_config":"config/crates-io.toml","version":41,"config":"{}","release":"mine"}"#;

#[test]
fn every_release_in_the_workflow_is_one_that_exists() {
    let directory = tempfile::tempdir().unwrap();
    let record = directory.path().join("way-back.json");
    fs::write(&record, RECORD).unwrap();
    let workflow = include_str!("../../.github/workflows/deploy.yml");
    let mut names = Vec::new();
    for line in workflow.lines() {
        let Some((_, words)) = line.split_once("exec target/tool/signpost ") else {
            assert!(!line.contains("--execute"), "the shell stays: {line}");
            continue;
        };
        let Some((words, smoke)) = words.split_once(" --execute") else {
            panic!("a release that does nothing: {line}");
        };
        // The workflow installs the Fastly CLI there, and not on PATH.
        let installed = " --fastly xtask/fastly-cli/node_modules/.bin/fastly";
        assert!(words.ends_with(installed), "another Fastly CLI: {line}");
        let from = format!("--from {}", record.display());
        let (edge, config) = if words.starts_with("release staging") {
            ("https://staging.crates.io", "config/crates-io-staging.toml")
        } else {
            ("https://crates.io", "config/crates-io.toml")
        };
        let words = format!("{words}{smoke}")
            .replace("\"$EDGE\"", edge)
            .replace("deployed.toml", config)
            .replace("--from way-back.json", &from)
            .replace(['"', '$'], "");
        let words: Vec<_> = words.split(' ').collect();
        let (code, _, error) = ended(&mut signpost(&words));
        assert_eq!(code, Some(0), "{line}: {error}");
        names.extend(words.get(1).map(|&name| name.to_owned()));
    }
    assert_eq!(names, ["staging", "rollback", "production", "rollback"]);
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_done() {
    let fastly = "--fastly no-such-program --execute";
    let place = format!("staging {fastly} --service-id S --store-id T --through-origin");
    let no_edge = format!("{place} --package fastly.toml");
    let release = format!("{no_edge} --edge https://staging.crates.io");
    let stdin = "in the smoke test, `--files -` reads standard input";
    let targets = "a release itself says when targets are asked";
    let token = "the token of the Fastly API must not be sent to the edge";
    for (name, words, more, expected) in [
        (
            "unknown",
            &release,
            "-- --fast",
            "in the smoke test, unexpected argument '--fast'",
        ),
        (
            "twice",
            &release,
            "-- --switch off",
            "in the smoke test, the argument '--switch <SW",
        ),
        (
            "no URL",
            &no_edge,
            "--edge crates",
            "in the smoke test, invalid value 'crates'",
        ),
        ("token", &release, "-- --token-env FASTLY_API_TOKEN", token),
        ("targets", &release, "-- --targets only", targets),
        ("a query", &release, "-- --cold-query v", targets),
        (
            "token in one word",
            &release,
            "-- --token-env=FASTLY_API_TOKEN",
            token,
        ),
        ("stdin", &release, "-- --files -", stdin),
        ("no end", &release, "-- --every 60s", "cannot be used with"),
        (
            "shares",
            &release,
            "--shares 10,1",
            "the shares do not grow",
        ),
        (
            "no file",
            &release,
            "--config none.toml",
            "cannot read none.toml",
        ),
        (
            "no deployed one",
            &release,
            "--deployed-config none.toml",
            "cannot read none.toml",
        ),
        (
            "no package",
            &place,
            "--edge https://staging.crates.io --package none",
            "there is no file none: build",
        ),
        (
            "no CLI",
            &release,
            "--hold 1s",
            "install the Fastly CLI, or name it with --fastly",
        ),
        (
            "no position",
            &format!("switch {fastly}"),
            "half --store-id T",
            "write `enforce`",
        ),
        (
            "no version",
            &format!("rollback {fastly}"),
            "--edge https://e",
            "--from <FILE>",
        ),
        (
            "no edge",
            &format!("rollback {fastly}"),
            "--version 41",
            "--edge <URL>",
        ),
        (
            "both",
            &format!("rollback {fastly}"),
            "--version 4 --from f",
            "cannot be used with",
        ),
        (
            "no record",
            &format!("rollback {fastly}"),
            "--from Cargo.lock",
            "is not a record",
        ),
    ] {
        check_refusal(name, &format!("release {words} {more}"), expected);
    }
}

#[test]
fn a_configuration_that_cannot_go_share_by_share_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let new = directory.path().join("new.toml");
    let production = include_str!("../../config/crates-io.toml");
    fs::write(&new, production.replace("json = true", "json = false")).unwrap();
    let place = "--store-id T --edge https://crates.io --fastly no-such-program --execute";
    let config = |file: &str| format!("config --config {file} {place}");
    let new = new.to_str().unwrap();
    let deployed = format!("--deployed-config {PRODUCTION}");
    for (name, words, more, expected) in [
        (
            "not all",
            config(new),
            "--shares 1,50",
            "the last share is not 100",
        ),
        (
            "nothing new",
            config(PRODUCTION),
            "",
            "there is nothing to release",
        ),
        (
            "now by shares",
            config(new),
            "--now --shares 1,100",
            "cannot be used with",
        ),
        (
            "fewer routes",
            config(TWO_TARGETS),
            "",
            "has no way for /api/v1/crates/smallvec/1.10.0/readme and",
        ),
        (
            "meant",
            config(TWO_TARGETS),
            "--allow-refused",
            "install the Fastly CLI",
        ),
    ] {
        check_refusal(
            name,
            &format!("release {words} {deployed} {more}"),
            expected,
        );
    }
    let words = format!("release staging --service-id S --through-origin {place}");
    let staged = format!("{words} --staging-address 192.0.2.1");
    check_refusal("through the origin", &staged, "cannot be used with");
    let words = format!("release {}", config(new));
    check_refusal("no deployed one", &words, "--deployed-config <FILE>");
}

#[test]
fn a_share_of_what_nobody_has_tried_is_refused() {
    let words = ["release", "switch", "enforce, next 5%", "--store-id", "T"];
    let (code, printed, error) = ended(&mut signpost(&words));
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    assert!(error.contains("a share of `next` is refused"), "{error}");
}

#[test]
fn a_release_at_a_host_that_its_configurations_do_not_have_is_refused() {
    let release = "release staging --service-id S --store-id T --edge";
    for (words, expected) in [
        (
            format!("{release} https://crates.io"),
            "apply to the host crates.io: name one of `hosts` (`staging.crates.io`",
        ),
        (
            format!("{release} https://staging.crates.io --deployed-config config/crates-io.toml"),
            "apply to the host staging.crates.io: name one of `hosts` (`crates.io`",
        ),
    ] {
        check_refusal(&words, &words, expected);
    }
}

#[track_caller]
fn check_refusal(name: &str, words: &str, expected: &str) {
    let words: Vec<_> = words.split_whitespace().collect();
    let (code, printed, error) = ended(&mut signpost(&words));
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{name}: {error}");
    assert!(error.contains(expected), "{name}: {error}");
}
