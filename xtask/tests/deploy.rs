//! The commands in `.github/workflows/deploy.yml`, without `--execute`.

use std::fs;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn workflow() -> String {
    fs::read_to_string(root().join(".github/workflows/deploy.yml")).unwrap()
}

#[test]
fn every_release_in_the_workflow_is_one_that_exists() {
    let mut names = Vec::new();
    for line in workflow().lines() {
        let line = line.trim();
        let command = line.strip_prefix("run: ").unwrap_or(line);
        let Some(words) = command.strip_prefix("cargo xtask ") else {
            continue;
        };
        let Some(words) = words.strip_suffix(" --execute") else {
            panic!("a release that does nothing: {command}");
        };
        let words = words
            .replace("\"$EDGE\"", "https://edge.example")
            .replace("deployed.toml", "config/crates-io.toml")
            .replace(['"', '$'], "");
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(words.split(' '))
            .current_dir(root())
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {error}");
        names.extend(words.split(' ').nth(1).map(str::to_owned));
    }
    assert_eq!(names, ["staging", "switch", "production", "switch"]);
}

#[test]
fn the_workflow_has_the_fastly_cli_that_the_tests_have() {
    let tools = fs::read_to_string(root().join("xtask/src/tools.rs")).unwrap();
    let wanted = tools
        .lines()
        .find_map(|line| line.strip_prefix("const FASTLY_CLI: &str = "))
        .unwrap()
        .trim_matches(['"', ';']);
    let workflow = workflow();
    let versions: Vec<_> = workflow
        .split("@fastly/cli@")
        .skip(1)
        .map(|rest| rest.lines().next().unwrap_or_default())
        .collect();
    assert_eq!(versions, [wanted; 4]);
}
