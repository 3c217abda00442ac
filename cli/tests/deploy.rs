//! The releases in `.github/workflows/deploy.yml`, without `--execute`.

mod tool;

use std::fs;

use tool::{ended, signpost};

/// What a release records, so that a rollback can be planned.
const RECORD: &str = r#"{"service_id":"S","store_id":"T","edge":"https://edge.example",
    "deployed_config":"config/crates-io.toml","version":41,"config":"{}"}"#;

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
        let from = format!("--from {}", record.display());
        let words = format!("{words}{smoke}")
            .replace("\"$EDGE\"", "https://edge.example")
            .replace("deployed.toml", "config/crates-io.toml")
            .replace("--from way-back.json", &from)
            .replace(['"', '$'], "");
        let words: Vec<_> = words.split(' ').collect();
        let (code, _, error) = ended(&mut signpost(&words));
        assert_eq!(code, Some(0), "{line}: {error}");
        names.extend(words.get(1).map(|&name| name.to_owned()));
    }
    assert_eq!(names, ["staging", "rollback", "production", "rollback"]);
}
