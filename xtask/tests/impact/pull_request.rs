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
/// - `review NUMBER USER STATE COMMIT ASSOCIATION`
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
            ["review", number, user, state, commit, association] => {
                let reviews = &mut reviews[number.parse::<usize>().unwrap()];
                reviews.push(json!({
                    "user": {"id": user},
                    "state": state,
                    "commit_id": commit,
                    "submitted_at": "2026-02-02T00:00:00Z",
                    "author_association": association,
                }));
                answer(
                    repository,
                    &format!("pulls_{number}_reviews"),
                    &json!([reviews]),
                );
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

/// The state of the status of pull request 1's last commit, if it has one.
#[track_caller]
fn state(repository: &Repository, name: &str) -> String {
    let printed = repository.impact(&["--pull-request", "1", "--format", "json"]);
    let result: Value = serde_json::from_str(&printed.expect(name)).unwrap();
    let status = &result["status"];
    assert!(
        status.is_null() || status["commit"] == "x",
        "{name}: {status}"
    );
    status["state"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn a_status_follows_from_the_commit_and_the_default_branch() {
    let high = json!([{"filename": "src/a"}, {"filename": "docs/a"}]);
    let low = json!([{"filename": "docs/a"}, {"filename": "docs/b"}]);
    let repository = repository();
    let mine = "pull 1 x main alice";
    let yes = "review 1 bob APPROVED x MEMBER";
    for (name, facts, expected) in [
        ("not reviewed", mine, "pending"),
        ("approved", &format!("{mine}; {yes}"), "success"),
        (
            "an older commit",
            &format!("{mine}; review 1 bob APPROVED w MEMBER"),
            "pending",
        ),
        (
            "by a stranger",
            &format!("{mine}; review 1 bob APPROVED x CONTRIBUTOR"),
            "pending",
        ),
        (
            "dismissed",
            &format!("{mine}; review 1 bob DISMISSED x MEMBER"),
            "pending",
        ),
        (
            "taken back",
            &format!("{mine}; {yes}; review 1 bob CHANGES_REQUESTED x MEMBER"),
            "pending",
        ),
        (
            "commented later",
            &format!("{mine}; {yes}; review 1 bob COMMENTED x MEMBER"),
            "success",
        ),
        (
            "for another base",
            &format!("{mine}; {yes}; retargeted 1"),
            "pending",
        ),
        // Its diff may be empty, and its approval is about another change.
        (
            "into another branch",
            &format!("pull 1 x old alice; {yes}"),
            "none",
        ),
    ] {
        tell(&repository, facts, &high);
        assert_eq!(state(&repository, name), expected, "{name}");
        tell(&repository, facts, &low);
        let expected = if expected == "none" {
            "none"
        } else {
            "success"
        };
        assert_eq!(state(&repository, name), expected, "{name}, of low impact");
    }
}

/// Pull request 1 is never approved itself. What the status says is the same for both.
#[test]
fn a_second_pull_request_with_the_same_commit_does_not_pass_the_first() {
    let high = json!([{"filename": "src/a"}, {"filename": "docs/a"}]);
    let repository = repository();
    for (name, facts, expected) in [
        (
            "into another branch",
            "pull 2 x old eve; review 2 bob APPROVED x MEMBER",
            "pending",
        ),
        (
            "of another commit",
            "pull 2 y main eve; review 2 bob APPROVED y MEMBER",
            "pending",
        ),
        (
            "approved by the author",
            "pull 2 x main eve; review 2 alice APPROVED x MEMBER",
            "pending",
        ),
        ("not reviewed", "pull 2 x main eve", "pending"),
        (
            "reviewed, the same change",
            "pull 2 x main eve; review 2 bob APPROVED x MEMBER",
            "success",
        ),
    ] {
        tell(&repository, &format!("pull 1 x main alice; {facts}"), &high);
        assert_eq!(state(&repository, name), expected, "{name}");
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
