//! The status of a pull request's last commit, with a stand-in for the program gh.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::repository::Repository;

/// Answers with the file that has the name of the path, and with an empty list without one.
const GH: &str = r#"#!/bin/sh
[ "$*" = "api --paginate --slurp $4" ] || exit 1
path=${4#repos/\{owner\}/\{repo\}/}
file="$(dirname "$0")/github/$(echo "${path%%\?*}" | tr / _)"
cat "$file" 2> /dev/null || echo "[[]]"
"#;

/// Writes what GitHub knows: facts of words, a fact each between `;`.
///
/// - `pull NUMBER COMMIT BASE AUTHOR`
/// - `review NUMBER USER STATE`, of a member and about the commit `x`; or with another `COMMIT` and
///   `ASSOCIATION` after it
/// - `retargeted NUMBER`, after all its reviews
#[track_caller]
fn tell(repository: &Repository, facts: &str, files: &Value) {
    let _ = fs::remove_dir_all(repository.root().join("github"));
    let mut pulls = Vec::new();
    let mut reviews = [const { Vec::new() }; 3];
    for fact in facts.split(';') {
        match *fact.split_whitespace().collect::<Vec<_>>() {
            ["pull", number, commit, base, author] => {
                let pull = json!({
                    "number": number.parse::<u64>().unwrap(),
                    "head": {"sha": commit},
                    "base": {"ref": base, "repo": {"default_branch": "main"}},
                    "user": {"id": author},
                    "changed_files": 2,
                });
                answer(repository, &format!("pulls_{number}"), &json!([pull]));
                answer(
                    repository,
                    &format!("pulls_{number}_files"),
                    &json!([files]),
                );
                if base == "main" {
                    pulls.push(pull);
                }
            }
            ["review", number, user, state, ref other @ ..] => {
                let reviews = &mut reviews[number.parse::<usize>().unwrap()];
                reviews.push(json!({
                    "user": {"id": user},
                    "state": state,
                    "commit_id": other.first().unwrap_or(&"x"),
                    "submitted_at": "2026-02-02T00:00:00Z",
                    "author_association": other.get(1).unwrap_or(&"MEMBER"),
                }));
                let path = format!("pulls_{number}_reviews");
                answer(repository, &path, &json!([reviews]));
            }
            ["retargeted", number] => {
                let event =
                    json!({"event": "base_ref_changed", "created_at": "2026-03-03T00:00:00Z"});
                answer(
                    repository,
                    &format!("issues_{number}_events"),
                    &json!([[event]]),
                );
            }
            [] => {}
            _ => panic!("not a fact: {fact}"),
        }
    }
    // Two pages.
    answer(repository, "pulls", &json!([[], pulls]));
}

#[track_caller]
fn answer(repository: &Repository, path: &str, pages: &Value) {
    repository.write(&format!("github/{path}"), &pages.to_string());
}

fn repository() -> Repository {
    let repository = Repository::new();
    repository.write("gh", GH);
    let gh = repository.root().join("gh");
    fs::set_permissions(gh, fs::Permissions::from_mode(0o755)).unwrap();
    repository
}

/// The state that a pull request gives the status of its last commit, if it does.
#[track_caller]
fn state(repository: &Repository, number: &str, commit: &str, name: &str) -> String {
    let printed = repository.impact(&["--pull-request", number, "--format", "json"]);
    let result: Value = serde_json::from_str(&printed.expect(name)).unwrap();
    let status = &result["status"];
    assert!(
        status.is_null() || status["commit"] == commit,
        "{name}: {status}"
    );
    status["state"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn a_status_follows_from_the_commit_and_the_default_branch() {
    let high = json!([{"filename": "src/a"}, {"filename": "docs/a"}]);
    let low = json!([{"filename": "docs/a"}, {"filename": "docs/b"}]);
    let repository = repository();
    for (name, base, reviews, expected) in [
        ("not reviewed", "main", "", "pending"),
        ("approved", "main", "review 1 bob APPROVED", "success"),
        (
            "an older commit",
            "main",
            "review 1 bob APPROVED w",
            "pending",
        ),
        (
            "a stranger",
            "main",
            "review 1 bob APPROVED x CONTRIBUTOR",
            "pending",
        ),
        ("dismissed", "main", "review 1 bob DISMISSED", "pending"),
        (
            "taken back",
            "main",
            "review 1 bob APPROVED; review 1 bob CHANGES_REQUESTED",
            "pending",
        ),
        (
            "commented later",
            "main",
            "review 1 bob APPROVED; review 1 bob COMMENTED",
            "success",
        ),
        (
            "for another base",
            "main",
            "review 1 bob APPROVED; retargeted 1",
            "pending",
        ),
        ("the author", "main", "review 1 alice APPROVED", "pending"),
        // Its diff may be empty, and its approval is about another change.
        (
            "into another branch",
            "old",
            "review 1 bob APPROVED",
            "none",
        ),
    ] {
        let facts = format!("pull 1 x {base} alice; {reviews}");
        tell(&repository, &facts, &high);
        assert_eq!(state(&repository, "1", "x", name), expected, "{name}");
        tell(&repository, &facts, &low);
        let expected = expected.replace("pending", "success");
        assert_eq!(
            state(&repository, "1", "x", name),
            expected,
            "{name}, low impact"
        );
    }
}

/// Pull request 1 is alice's and brings the commit `x` into `main`.
#[test]
fn a_second_pull_request_with_the_same_commit_does_not_pass_the_first() {
    let high = json!([{"filename": "src/a"}, {"filename": "docs/a"}]);
    let repository = repository();
    for (name, second, reviews, [expected, of_second]) in [
        (
            "another branch",
            "x old eve",
            "review 2 bob APPROVED",
            ["pending", "none"],
        ),
        (
            "another commit",
            "y main eve",
            "review 2 bob APPROVED y",
            ["pending", "success"],
        ),
        ("not reviewed", "x main eve", "", ["pending", "pending"]),
        (
            "alice approves the second",
            "x main eve",
            "review 2 alice APPROVED",
            ["pending"; 2],
        ),
        (
            "eve approves the first",
            "x main eve",
            "review 1 eve APPROVED",
            ["pending"; 2],
        ),
        (
            "the first is approved",
            "x main eve",
            "review 1 bob APPROVED",
            ["success"; 2],
        ),
        (
            "the same change is approved",
            "x main eve",
            "review 2 bob APPROVED",
            ["success"; 2],
        ),
    ] {
        let facts = format!("pull 1 x main alice; pull 2 {second}; {reviews}");
        tell(&repository, &facts, &high);
        let (commit, _) = second.split_once(' ').unwrap();
        assert_eq!(state(&repository, "1", "x", name), expected, "{name}");
        assert_eq!(state(&repository, "2", commit, name), of_second, "{name}");
    }
}

#[test]
fn a_list_of_files_that_github_cut_is_refused_and_a_renamed_file_has_both_names() {
    let repository = repository();
    tell(
        &repository,
        "pull 1 x main alice",
        &json!([{"filename": "docs/a"}]),
    );
    let error = repository.impact(&["--pull-request", "1"]).unwrap_err();
    assert!(error.contains("split the pull request"), "{error}");
    let renamed =
        json!([{"filename": "docs/a"}, {"filename": "docs/b", "previous_filename": "src/b"}]);
    tell(&repository, "pull 1 x main alice", &renamed);
    let report = repository
        .impact(&["--pull-request", "1", "--format", "markdown"])
        .unwrap();
    assert!(report.contains("`src/b`"), "{report}");
}
