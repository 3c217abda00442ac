//! What every workflow has to hold, because it runs with the rights of the repository.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The branch that a pull request is to be merged into, as `ref` of a checkout names it.
const BASE: &str = "${{ github.event.pull_request.base.ref }}";

/// Triggers that give a run the right to write, whoever caused it.
const PRIVILEGED: [&str; 2] = ["pull_request_target", "workflow_run"];

/// Everything that is wrong with a workflow.
fn problems(text: &str) -> Vec<String> {
    let workflow: Value = match serde_saphyr::from_str(text) {
        Ok(workflow) => workflow,
        Err(error) => return vec![format!("it is no YAML: {error}")],
    };
    let is_privileged = PRIVILEGED
        .iter()
        .any(|name| is_triggered_by(&workflow, name));
    let mut problems = Vec::new();
    if let Some(permissions) = workflow["permissions"].as_object() {
        if permissions.values().any(|value| value == "write") {
            problems.push("a right to write belongs to the job that uses it".into());
        }
    } else {
        problems.push("`permissions` is to name each right, at the top: `{}` for none".into());
    }
    let Some(jobs) = workflow["jobs"].as_object() else {
        problems.push("it has no jobs".into());
        return problems;
    };
    for (name, job) in jobs {
        if job["timeout-minutes"].as_u64().is_none() && job["uses"].is_null() {
            problems.push(format!("{name}: `timeout-minutes` is missing"));
        }
        if !matches!(job["permissions"], Value::Object(_) | Value::Null) {
            problems.push(format!("{name}: `permissions` is to name each right"));
        }
        let steps = job["steps"].as_array().map_or(&[][..], Vec::as_slice);
        for step in steps.iter().chain([job]) {
            let found = problems_of_step(step, is_privileged);
            problems.extend(
                found
                    .into_iter()
                    .map(|problem| format!("{name}: {problem}")),
            );
        }
    }
    let without_version = text.lines().filter(|line| {
        let used = line
            .trim_start()
            .trim_start_matches("- ")
            .strip_prefix("uses:");
        used.is_some_and(|used| !used.trim_start().starts_with("./") && !used.contains(" # v"))
    });
    problems.extend(without_version.map(|line| {
        let line = line.trim();
        format!("`{line}` does not say which version the hash is: write ` # v1.2.3` after it")
    }));
    problems
}

fn is_triggered_by(workflow: &Value, event: &str) -> bool {
    match &workflow["on"] {
        Value::String(name) => name == event,
        Value::Array(names) => names.iter().any(|name| name == event),
        Value::Object(events) => events.contains_key(event),
        // What cannot be read is taken for the worst.
        _ => true,
    }
}

fn problems_of_step(step: &Value, is_privileged: bool) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(used) = step["uses"].as_str() {
        if !is_pinned(used) {
            problems.push(format!("`{used}` is not pinned by the hash of a commit"));
        }
        if used.starts_with("actions/checkout@") {
            problems.extend(problems_of_checkout(&step["with"], is_privileged));
        }
    }
    for (key, script) in [("run", &step["run"]), ("script", &step["with"]["script"])] {
        // What stands in an expression becomes part of the script, whoever wrote it.
        if script.as_str().is_some_and(|script| script.contains("${{")) {
            problems.push(format!(
                "`{key}` holds an expression: give it to the script by `env`"
            ));
        }
        if is_privileged && script.as_str().is_some_and(fetches_a_pull_request) {
            problems.push(format!("`{key}` fetches what a stranger may have written"));
        }
    }
    problems
}

fn problems_of_checkout(with: &Value, is_privileged: bool) -> Vec<String> {
    let mut problems = Vec::new();
    if with["persist-credentials"] != false {
        problems.push("a checkout is to have `persist-credentials: false`".into());
    }
    let is_base = with["ref"].is_null() || with["ref"] == BASE;
    if is_privileged && !(is_base && with["repository"].is_null()) {
        problems
            .push("checks out what a stranger may have written, with the right to write".into());
    }
    problems
}

fn fetches_a_pull_request(script: &str) -> bool {
    [
        "git fetch",
        "git clone",
        "git pull",
        "gh pr checkout",
        "gh repo clone",
    ]
    .iter()
    .any(|command| script.contains(command))
}

/// An action of this repository, or one at a commit that nobody can move.
fn is_pinned(used: &str) -> bool {
    let is_hash = |hash: &str, length| {
        let is_digit = |letter: char| letter.is_ascii_digit() || ('a'..='f').contains(&letter);
        hash.len() == length && hash.chars().all(is_digit)
    };
    if let Some(image) = used.strip_prefix("docker://") {
        let digest = image.split_once("@sha256:");
        return digest.is_some_and(|(_, digest)| is_hash(digest, 64));
    }
    let commit = used.split_once('@');
    used.starts_with("./") || commit.is_some_and(|(_, commit)| is_hash(commit, 40))
}

#[test]
fn every_workflow_holds_to_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = root.join(".github/workflows");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        assert!(
            matches!(extension, Some("yml" | "yaml")),
            "{} is no workflow",
            path.display()
        );
        let found = problems(&fs::read_to_string(&path).unwrap());
        assert!(
            found.is_empty(),
            "{}:\n{}",
            path.display(),
            found.join("\n")
        );
        count += 1;
    }
    assert!(count >= 2, "{} has {count} workflows", folder.display());
}

/// A workflow that holds to the rules.
const HELD: &str = "\
on:
  pull_request:
permissions:
  contents: read
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v1.2.3
        with:
          persist-credentials: false
      - uses: ./.github/actions/local
      - run: echo \"$TITLE\"
        env:
          TITLE: ${{ github.event.pull_request.title }}
";

/// Each row replaces a part of a workflow that holds to the rules.
#[test]
fn a_workflow_that_breaks_a_rule_is_found() {
    assert_eq!(problems(HELD), Vec::<String>::new());
    let hash = "0123456789abcdef0123456789abcdef01234567";
    let checkout = "persist-credentials: false";
    let rows = [
        ("jobs:", "\tjobs", "it is no YAML"),
        ("jobs:", "works:", "it has no jobs"),
        (
            "permissions:\n  contents: read\n",
            "",
            "is to name each right",
        ),
        (
            "permissions:\n  contents: read",
            "permissions: read-all",
            "is to name each right",
        ),
        (
            "permissions:\n  contents: read",
            "permissions: write-all",
            "is to name each right",
        ),
        (
            "contents: read",
            "contents: write",
            "a right to write belongs to the job",
        ),
        (
            "timeout-minutes: 5",
            "permissions: write-all",
            "one: `permissions`",
        ),
        (
            "    timeout-minutes: 5\n",
            "",
            "one: `timeout-minutes` is missing",
        ),
        (hash, "v1", "is not pinned"),
        (hash, "main", "is not pinned"),
        (hash, "0123456", "is not pinned"),
        (
            hash,
            "0123456789ABCDEF0123456789abcdef01234567",
            "is not pinned",
        ),
        (" # v1.2.3", "", "does not say which version"),
        (
            "./.github/actions/local",
            "docker://alpine:3 # v3",
            "is not pinned",
        ),
        (checkout, "fetch-depth: 0", "a checkout is to have"),
        (
            checkout,
            "persist-credentials: true",
            "a checkout is to have",
        ),
        (
            "$TITLE",
            "${{ github.event.pull_request.title }}",
            "`run` holds an expression",
        ),
        (
            "$TITLE",
            "${{github.head_ref}}",
            "`run` holds an expression",
        ),
        (
            checkout,
            "script: f(${{ github.actor }})",
            "`script` holds an expression",
        ),
    ];
    for (old, new, expected) in rows {
        check(&HELD.replacen(old, new, 1), expected);
    }
}

#[test]
fn a_run_with_the_right_to_write_takes_nothing_of_a_pull_request() {
    let other = "persist-credentials: false\n          ref: ";
    for trigger in PRIVILEGED {
        for on in [format!("on: {trigger}"), format!("on: [push, {trigger}]")] {
            let text = HELD.replacen("on:\n  pull_request:", &on, 1);
            assert_eq!(problems(&text), Vec::<String>::new(), "{on}");
            let with = |added: &str| text.replacen("persist-credentials: false", added, 1);
            assert_eq!(
                problems(&with(&format!("{other}{BASE}"))),
                Vec::<String>::new(),
                "{on}"
            );
            for reference in [
                "${{ github.event.pull_request.head.sha }}",
                "${{ github.head_ref }}",
                "refs/pull/1/merge",
            ] {
                check(
                    &with(&format!("{other}{reference}")),
                    "checks out what a stranger",
                );
            }
            let fork = "persist-credentials: false\n          repository: a/fork";
            check(&with(fork), "checks out what a stranger");
            let fetch = text.replacen("echo \"$TITLE\"", "gh pr checkout 1", 1);
            check(&fetch, "fetches what a stranger");
        }
    }
}

fn check(text: &str, expected: &str) {
    let found = problems(text);
    assert!(
        found.iter().any(|problem| problem.contains(expected)),
        "`{expected}` is not among {found:?} of\n{text}"
    );
}
