//! The rules for workflows that zizmor does not check; `cargo xtask test native` runs zizmor.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The only branch that a run with the right to write may check out: nothing of it is a stranger's.
const DEFAULT_BRANCH: &str = "${{ github.event.repository.default_branch }}";

/// Triggers that give a run the right to write, whoever caused it.
const PRIVILEGED: [&str; 2] = ["pull_request_target", "workflow_run"];

/// How every workflow installs the Fastly CLI: from a lock file, without running anything of it.
const INSTALL: &str = "npm ci --ignore-scripts --no-audit --no-fund --prefix xtask/fastly-cli";

/// Commands that bring code which a stranger may have written.
const FETCHES: [&str; 5] = [
    "git fetch",
    "git clone",
    "git pull",
    "gh pr checkout",
    "gh repo clone",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[track_caller]
fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// Everything that is wrong with a workflow.
fn problems(text: &str) -> Vec<String> {
    let workflow: Value = serde_saphyr::from_str(text).unwrap();
    let on = workflow["on"].to_string();
    let is_privileged = PRIVILEGED.iter().any(|name| on.contains(name));
    let mut problems = Vec::new();
    for (name, job) in workflow["jobs"].as_object().expect("jobs") {
        if job["timeout-minutes"].is_null() && job["uses"].is_null() {
            problems.push(format!("{name}: `timeout-minutes` is missing"));
        }
        for step in job["steps"].as_array().into_iter().flatten() {
            let (uses, with) = (step["uses"].as_str().unwrap_or_default(), &step["with"]);
            let is_checkout = uses.starts_with("actions/checkout@");
            if is_checkout && with["persist-credentials"] != false {
                problems.push(format!(
                    "{name}: a checkout needs `persist-credentials: false`"
                ));
            }
            let is_ours = with["ref"] == DEFAULT_BRANCH && with["repository"].is_null();
            let scripts = format!("{}{}", step["run"], with["script"]);
            let is_fetched = FETCHES.iter().any(|command| scripts.contains(command));
            if is_privileged && (is_fetched || is_checkout && !is_ours) {
                problems.push(format!("{name}: fetches what a stranger may have written"));
            }
        }
    }
    for line in text.lines().map(str::trim) {
        let uses = line.trim_start_matches("- ").strip_prefix("uses: ");
        if uses.is_some_and(|uses| !uses.starts_with("./") && !uses.contains(" # v")) {
            problems.push(format!(
                "`{line}`: write the version after the hash, as ` # v1.2.3`"
            ));
        }
        if line.contains("npm ") && !line.ends_with(INSTALL) {
            problems.push(format!("`{line}`: write `{INSTALL}`"));
        }
    }
    problems
}

#[test]
fn every_workflow_keeps_the_rules() {
    let mut count = 0;
    for entry in fs::read_dir(root().join(".github/workflows")).unwrap() {
        let path = entry.unwrap().path();
        let found = problems(&fs::read_to_string(&path).unwrap());
        assert!(
            found.is_empty(),
            "{}:\n{}",
            path.display(),
            found.join("\n")
        );
        count += 1;
    }
    assert!(count >= 3, "{count} workflows");
}

/// A workflow that keeps the rules, also if it is privileged.
const GOOD: &str = "\
on:
  pull_request:
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v1.2.3
        with:
          persist-credentials: false
          ref: ${{ github.event.repository.default_branch }}
      - uses: ./.github/actions/local
      - run: echo hello
";

/// Each row replaces a part of a workflow that keeps the rules.
#[test]
fn a_workflow_that_breaks_a_rule_is_found() {
    let default = format!("ref: {DEFAULT_BRANCH}");
    let fetches = "fetches what a stranger";
    let rows = [
        (
            false,
            "    timeout-minutes: 5\n",
            "",
            "`timeout-minutes` is missing",
        ),
        (false, " # v1.2.3", "", "write the version"),
        (
            false,
            "persist-credentials: false",
            "fetch-depth: 0",
            "a checkout needs",
        ),
        (
            false,
            "credentials: false",
            "credentials: true",
            "a checkout needs",
        ),
        (
            false,
            "echo hello",
            "npm install @fastly/cli@16.1.0",
            "write `npm ci",
        ),
        (
            false,
            "echo hello",
            "npm ci --prefix xtask/fastly-cli",
            "write `npm ci",
        ),
        (false, "echo hello", INSTALL, ""),
        (false, &default, "ref: main", ""),
        (false, "echo hello", "git fetch", ""),
        (true, "", "", ""),
        (
            true,
            &default,
            "ref: ${{ github.event.pull_request.head.sha }}",
            fetches,
        ),
        (true, &default, "ref: ${{ github.head_ref }}", fetches),
        (true, &default, "ref: refs/pull/1/merge", fetches),
        (true, &default, "fetch-depth: 0", fetches),
        (
            true,
            &default,
            &format!("{default}\n          repository: a/fork"),
            fetches,
        ),
        (true, "echo hello", "gh pr checkout 1", fetches),
        (
            true,
            "run: echo hello",
            "with: {script: git fetch}",
            fetches,
        ),
    ];
    for (is_privileged, old, new, expected) in rows {
        let triggers: &[_] = if is_privileged {
            &PRIVILEGED
        } else {
            &["pull_request"]
        };
        for trigger in triggers {
            for on in [format!("on: {trigger}"), format!("on: [push, {trigger}]")] {
                let text = GOOD.replacen("on:\n  pull_request:", &on, 1);
                let found = problems(&text.replacen(old, new, 1)).join("\n");
                assert_eq!(
                    found.is_empty(),
                    expected.is_empty(),
                    "{on}, {new}: {found}"
                );
                assert!(found.contains(expected), "{on}, {new}: {found}");
            }
        }
    }
}

#[test]
fn the_lock_file_has_the_hashes_of_what_the_workflows_install() {
    let [package, lock] = ["package.json", "package-lock.json"]
        .map(|file| read(&format!("xtask/fastly-cli/{file}")))
        .map(|text| serde_json::from_str::<Value>(&text).unwrap());
    let wanted = &package["dependencies"]["@fastly/cli"];
    for name in ["cli", "cli-linux-x64"] {
        let locked = &lock["packages"][format!("node_modules/@fastly/{name}")];
        assert_eq!(&locked["version"], wanted, "{name}");
        let integrity = locked["integrity"].as_str().unwrap_or_default();
        assert!(integrity.starts_with("sha512-"), "{name}: {integrity}");
    }
}

#[test]
fn a_review_does_not_end_the_run_of_another_event_and_the_tool_decides() {
    let text = read(".github/workflows/impact.yml");
    let workflow: Value = serde_saphyr::from_str(&text).unwrap();
    let group = workflow["concurrency"]["group"].as_str().unwrap();
    assert!(group.contains("${{ github.event_name }}"), "{group}");
    let types = workflow["on"]["pull_request_target"]["types"].to_string();
    assert!(types.contains("\"edited\""), "{types}");
    assert!(text.contains("cargo xtask impact --pull-request \"$NUMBER\" --format json"));
    // The status is set once, and for the commit that was judged.
    assert_eq!(text.matches("/statuses/").count(), 1);
    assert!(text.contains("/statuses/$commit"));
}
