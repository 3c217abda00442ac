//! The commands of `docs/runbook.md`, as far as they need no Fastly CLI.
//!
//! `cargo xtask test fastly-cli` runs them all.

mod commands;

use std::process::Command;

use commands::{commands, runbook};

/// Each command of a release, without `--execute`, and with values in place of the variables.
#[test]
fn every_release_in_the_runbook_is_one_that_exists() {
    let runbook = runbook();
    let mut tried = 0;
    for command in commands(&runbook) {
        // What `--from` reads is there in the tests with the Fastly CLI alone.
        if !command.starts_with("signpost release ") || command.contains("--from") {
            continue;
        }
        assert!(command.contains(" --execute"), "{command}");
        let script = command.replace(" --execute", "");
        let program = concat!("exec '", env!("CARGO_BIN_EXE_signpost"), "' ");
        let output = Command::new("sh")
            .args(["-euc", &script.replacen("signpost ", program, 1)])
            .envs([("VERSION", "41"), ("SERVICE", "S"), ("STORE", "T")])
            .env("EDGE", "https://crates.example")
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {error}");
        tried += 1;
    }
    assert_eq!(tried, 3);
}

#[test]
fn the_first_command_is_the_switch_and_the_page_is_short() {
    let runbook = runbook();
    let commands = commands(&runbook);
    assert!(commands[0].starts_with("export "), "{}", commands[0]);
    // One that compiles nothing first.
    assert!(commands[1].starts_with("fastly "), "{}", commands[1]);
    assert!(
        commands[1].ends_with("--key=switch --value=off"),
        "{}",
        commands[1]
    );
    assert!(runbook.lines().count() <= 100, "it is one page");
}

#[test]
fn every_command_of_the_operators_tool_is_in_its_help() {
    let runbook = runbook();
    for command in commands(&runbook) {
        let Some(words) = command.strip_prefix("signpost ") else {
            continue;
        };
        let name = words.split(' ').next().unwrap_or_default();
        assert!(
            ["smoke", "explain", "compile", "release"].contains(&name),
            "{command}"
        );
    }
}
