//! The scripts of `deploy/` that the workflow of a deployment uses.

#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy");

fn script(name: &str) -> Command {
    let mut command = Command::new(format!("{SCRIPTS}/{name}"));
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

#[track_caller]
fn write_program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn fenced(text: &str) -> String {
    let mut command = script("fenced.sh");
    let command = command
        .arg("sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{text}");
    printed(&output)
}

#[test]
fn a_text_never_ends_the_block_around_it() {
    for (text, fence) in [
        ("plain", 8),
        ("````\n<details>\n````", 12),
        ("a `b` c\n``````````", 18),
        ("", 8),
    ] {
        let fence = "`".repeat(fence);
        assert_eq!(
            fenced(text),
            format!("{fence}sh\n{text}\n{fence}\n"),
            "{text}"
        );
    }
}

#[test]
fn a_text_that_is_too_long_for_a_comment_is_cut_and_says_so() {
    let printed = fenced(&"0123456789\n".repeat(5000));
    assert!(printed.len() < 31_000, "{}", printed.len());
    assert!(printed.contains("This is cut"), "{printed}");
}

#[track_caller]
fn git(directory: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let output = Command::new("git")
        .args(identity)
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    printed(&output).trim().to_owned()
}

#[test]
fn a_late_approval_does_not_deploy_an_older_commit() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    git(directory, &["init", "--quiet"]);
    let commits = ["first", "second", "third"].map(|name| {
        git(
            directory,
            &["commit", "--quiet", "--allow-empty", "-m", name],
        );
        git(directory, &["rev-parse", "HEAD"])
    });
    git(directory, &["checkout", "--quiet", &commits[1]]);
    let unknown = "0123456789abcdef0123456789abcdef01234567";
    for (name, deployed, is_fine) in [
        ("an older one is deployed", &*commits[0], true),
        ("the same is deployed", &commits[1], true),
        ("a newer one is deployed", &commits[2], false),
        ("an unknown one is deployed", unknown, false),
        ("nothing is deployed", "", true),
    ] {
        let mut command = script("refuse-older.sh");
        let output = command
            .arg(deployed)
            .current_dir(directory)
            .output()
            .unwrap();
        assert_eq!(output.status.success(), is_fine, "{name}: {output:?}");
    }
}

/// Deployment 3 runs, 2 failed, 1 and 0 were successful.
const GH: &str = r#"#!/bin/sh
case "$*" in
  *"environment=production"*) printf '3 ccc\n2 bbb\n1 aaa\n0 zzz\n';;
  *"environment=staging"*) ;;
  *"/3/statuses"*) printf 'in_progress\nqueued\n';;
  *"/2/statuses"*) printf 'failure\nin_progress\n';;
  *"/1/statuses"*) printf 'inactive\nsuccess\nin_progress\n';;
  *) exit 1;;
esac
"#;

#[test]
fn the_deployed_commit_is_the_last_whose_deployment_did_not_fail() {
    let directory = tempfile::tempdir().unwrap();
    write_program(&directory.path().join("gh"), GH);
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", directory.path().display());
    for (environment, expected, is_fine) in [
        ("production", "aaa\n", true),
        ("staging", "", true),
        ("another", "", false),
    ] {
        let mut command = script("deployed-commit.sh");
        let command = command.arg(environment).env("PATH", &path);
        let output = command.env("GITHUB_REPOSITORY", "a/b").output().unwrap();
        assert_eq!(
            output.status.success(),
            is_fine,
            "{environment}: {output:?}"
        );
        assert_eq!(printed(&output), expected, "{environment}");
    }
}

/// Compiles what begins with `good` to upper case, and refuses the rest.
const COMPILER: &str = "#!/bin/sh\ngrep -q ^good \"$2\" && tr a-z A-Z < \"$2\"\n";

#[test]
fn the_version_in_the_history_that_compiles_to_what_is_stored_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let compiler = directory.join("compiler");
    write_program(&compiler, COMPILER);
    git(directory, &["init", "--quiet"]);
    for text in ["good: first\n", "bad\n", "good: third\n"] {
        fs::write(directory.join("config.toml"), text).unwrap();
        git(directory, &["add", "config.toml"]);
        git(directory, &["commit", "--quiet", "--message", text]);
    }
    for (stored, found) in [
        ("GOOD: FIRST", Some("good: first\n")),
        ("GOOD: FIRST\n", Some("good: first\n")),
        ("GOOD: THIRD\n", Some("good: third\n")),
        ("BAD\n", None),
        ("{}", None),
    ] {
        fs::write(directory.join("stored.json"), stored).unwrap();
        let mut command = script("deployed-config.sh");
        let command = command
            .args(["stored.json", "config.toml"])
            .env("SIGNPOST", &compiler);
        let output = command.current_dir(directory).output().unwrap();
        assert_eq!(
            output.status.success(),
            found.is_some(),
            "{stored}: {output:?}"
        );
        assert_eq!(printed(&output), found.unwrap_or_default(), "{stored}");
    }
}
