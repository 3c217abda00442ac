//! Releases that are interrupted or killed.

use std::process::Output;

use super::trial::{OLD_CONFIG, Trial, api, printed};
use super::{STAGING, acts, acts_of_release, acts_of_rollback, assert_code};

#[tokio::test]
async fn each_signal_that_ends_a_program_leads_to_the_rollback() {
    for signal in ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] {
        let trial = Trial::new().await.interrupted_at("enforce", signal);
        let output = trial.release("staging", &["--execute"]).await;
        check_rolled_back(&trial, &output, signal);
    }
}

#[tokio::test]
async fn a_second_interrupt_does_not_end_the_rollback() {
    let trial = Trial::new().await.interrupted_at("enforce", "SIGINT");
    let trial = trial.before_fastly(
        r#"case "$*" in *"--value off") kill -s INT -- "-$PPID"; echo "once more" >&2;; esac"#,
    );
    let output = trial.release("staging", &["--execute"]).await;
    check_rolled_back(&trial, &output, "twice");
    assert!(printed(&output).contains("once more"));
}

#[tokio::test]
async fn an_interrupt_ends_the_program_that_runs() {
    // It would go on after the rollback.
    let trial = Trial::new().await.before_fastly(
        r#"case "$*" in *"version validate"*) kill -s INT -- "-$PPID"; tail -f /dev/null;; esac"#,
    );
    let output = trial.release("staging", &["--execute"]).await;
    assert_code(&output, 1);
    let mut expected = acts_of_release(STAGING, &["enforce"])[..5].to_vec();
    expected.extend(acts_of_rollback(STAGING, false, false));
    assert_eq!(acts(&trial.api), expected, "{}", printed(&output));
}

#[tokio::test]
async fn a_program_that_hangs_is_a_step_that_failed() {
    for (name, hangs) in [
        (
            "in a step",
            r#"case "$*" in *"version validate"*) tail -f /dev/null;; esac"#,
        ),
        (
            "in what it started",
            r#"case "$*" in *"version validate"*) tail -f /dev/null & exit 0;; esac"#,
        ),
        (
            "in the rollback too",
            r#"case "$*" in *"version validate"*|*"switch"*"off"*) tail -f /dev/null;; esac"#,
        ),
    ] {
        let trial = Trial::new().await.patient(5).before_fastly(hangs);
        let output = trial.release("staging", &["--execute"]).await;
        let printed = printed(&output);
        assert!(
            printed.contains("did not end within 5s"),
            "{name}: {printed}"
        );
        let in_rollback = name == "in the rollback too";
        let code = if in_rollback { 2 } else { 1 };
        assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
        let stored = trial.api.entry("config");
        assert_eq!(stored.as_deref(), Some(OLD_CONFIG), "{name}: {printed}");
    }
}

#[tokio::test]
async fn a_package_that_is_not_valid_is_not_activated() {
    let trial = Trial::with(api().await.with_invalid_package());
    let output = trial.release("staging", &["--execute"]).await;
    assert_code(&output, 1);
    assert!(printed(&output).contains("the draft is not valid"));
    assert!(!acts(&trial.api).concat().contains("/activate"));
}

/// An interrupted release to staging.
fn check_rolled_back(trial: &Trial, output: &Output, name: &str) {
    let printed = printed(output);
    assert_eq!(output.status.code(), Some(1), "{name}: {printed}");
    let mut expected = acts_of_release(STAGING, &["enforce"]);
    expected.pop();
    expected.extend(acts_of_rollback(STAGING, true, true));
    assert_eq!(acts(&trial.api), expected, "{name}: {printed}");
    assert!(printed.contains("interrupted"), "{name}: {printed}");
}

/// What a release says before it waits for the first time.
const WAITS: &str = "every data centre holds redirects back";

/// What a release does until then.
fn acts_until_wait() -> Vec<String> {
    acts_of_release(STAGING, &[])[..3].to_vec()
}

#[tokio::test]
async fn a_wait_ends_with_an_interrupt() {
    let trial = Trial::new().await.waiting();
    let output = trial.release_until(WAITS, "TERM", &["--execute"]).await;
    assert_code(&output, 1);
    let mut expected = acts_until_wait();
    expected.extend(acts_of_rollback(STAGING, false, false));
    assert_eq!(acts(&trial.api), expected);
}

#[tokio::test]
async fn a_killed_release_is_rolled_back_from_its_record() {
    let trial = Trial::new().await.waiting();
    let output = trial.release_until(WAITS, "KILL", &["--execute"]).await;
    assert_eq!(output.status.code(), None);
    let record = trial.record();
    let mut expected = acts_until_wait();
    assert_eq!(acts(&trial.api), expected);

    let words = ["rollback", "--from", record.to_str().unwrap(), "--execute"];
    let output = trial.command(&words).await;
    assert_code(&output, 0);
    expected.extend(acts_of_rollback(STAGING, false, false));
    assert_eq!(acts(&trial.api), expected);
    assert_eq!(trial.api.entry("config").as_deref(), Some(OLD_CONFIG));
    assert_eq!(trial.api.active(), Some(2));
}
