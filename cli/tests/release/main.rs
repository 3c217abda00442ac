//! `signpost release`, through the real Fastly CLI, against a stand-in API that records its calls and
//! is told to fail.

#![cfg(unix)]

mod interrupted;
mod killed;
mod others;
mod real_smoke;
mod runbook;
mod sides;
mod trial;

use std::process::Output;

use signpost_testbed::{FastlyApi, Fault};
use trial::{OLD_CONFIG, TOKEN, Trial, api, at_once, compile, printed};

const PRODUCTION: &str = "config/crates-io.toml";
const STAGING: &str = "config/crates-io-staging.toml";

/// The index, among the acts of a release, of the one that lets the new version serve.
const ACTIVATION: usize = 6;

/// What a release does from first to last.
fn acts_of_release(config: &str, switches: &[&str]) -> Vec<String> {
    let compiled = compile(config);
    let mut acts = vec![
        begin(),
        set_switch("shadow"),
        smoke(config, "shadow"),
        version("PUT", "2/clone"),
        version("PUT", "3/package"),
        version("GET", "3/validate"),
        version("PUT", "3/activate"),
        store_config(&compiled),
        smoke(config, "shadow") + " --targets always",
    ];
    for switch in switches {
        acts.extend([set_switch(switch), smoke(config, switch)]);
    }
    acts.push(end());
    acts
}

/// What the rollback of a release does that has begun. The new version serves until then, or the new
/// configuration is stored, if so.
fn acts_of_rollback(config: &str, serves: bool, is_stored: bool) -> Vec<String> {
    let mut acts = vec![set_switch("off")];
    if is_stored {
        acts.push(store_config(OLD_CONFIG));
    }
    if serves {
        acts.push(version("PUT", "2/activate"));
    }
    acts.extend([smoke(config, "off"), end()]);
    acts
}

/// A release says that it runs, under a name that each has for itself.
fn begin() -> String {
    format!("PUT {}", entry("release"))
}

/// And that it has ended.
fn end() -> String {
    format!("DELETE {}", entry("release"))
}

/// These acts of a release, and what its rollback does.
fn and_back(done: &[String], fault: Fault, config: &str) -> Vec<String> {
    let last = done.len() - 1;
    let is_done = fault == Fault::AnswerLost;
    let is_after = |act| last > act || (last == act && is_done);
    let mut acts = acts_of_rollback(config, is_after(ACTIVATION), is_after(ACTIVATION + 1));
    if !is_after(0) {
        acts.pop();
    }
    [done, &acts].concat()
}

fn version(method: &str, rest: &str) -> String {
    format!("{method} /service/{}/version/{rest}", FastlyApi::SERVICE)
}

fn set_switch(switch: &str) -> String {
    format!("PUT {} {switch}", entry("switch"))
}

fn store_config(config: &str) -> String {
    format!("PUT {} {}", entry("config"), config.trim_end())
}

fn entry(key: &str) -> String {
    format!("/resources/stores/config/{}/item/{key}", FastlyApi::STORE)
}

fn smoke(config: &str, switch: &str) -> String {
    let edge = edge(config);
    format!("POST /report smoke --config {config} --edge {edge} --switch {switch} --settle 60s")
}

/// An address at which the configuration applies.
fn edge(config: &str) -> &'static str {
    match config {
        STAGING => "https://staging.crates.io",
        _ => "https://crates.io",
    }
}

fn acts(api: &FastlyApi) -> Vec<String> {
    let acts = api.acts();
    let acts = acts.iter().map(ToString::to_string);
    // Where a trial has its record is of no interest.
    let begins = |act: &String| act.starts_with(&begin());
    acts.map(|act| if begins(&act) { begin() } else { act })
        .collect()
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", printed(output));
}

#[tokio::test]
async fn a_release_that_nothing_hinders_ends_with_every_redirect() {
    for (environment, config, switches) in [
        (
            "production",
            PRODUCTION,
            ["enforce 1%", "enforce 10%", "enforce"].as_slice(),
        ),
        ("staging", STAGING, &["enforce"]),
    ] {
        let trial = Trial::new().await;
        let output = trial.release(environment, &["--execute"]).await;
        assert_code(&output, 0);
        assert_eq!(acts(&trial.api), acts_of_release(config, switches));
        assert_eq!(trial.api.active(), Some(3), "{environment}");
        // Not a letter more: the largest configuration has as many as the store takes.
        assert_eq!(trial.api.entry("config"), Some(compile(config)));
        assert!(trial.api.versions()[2].has_package, "{environment}");
        assert!(!printed(&output).contains(TOKEN), "{environment}");
    }
}

#[tokio::test]
async fn every_act_that_is_refused_ends_in_the_rollback_and_in_nothing_after_it() {
    check_each_act_failing(Fault::Refused).await;
}

#[tokio::test]
async fn every_act_whose_answer_is_lost_ends_in_the_rollback_and_in_nothing_after_it() {
    check_each_act_failing(Fault::AnswerLost).await;
}

#[tokio::test]
async fn a_release_whose_output_is_closed_goes_on_and_rolls_back() {
    let trial = Trial::new().await.unread();
    let output = trial.release("staging", &["--execute"]).await;
    assert_code(&output, 0);
    let good = acts_of_release(STAGING, &["enforce"]);
    assert_eq!(acts(&trial.api), good);

    let good = &good;
    let rows = good[..good.len() - 1].iter().enumerate();
    at_once(rows.map(|(index, act)| async move {
        let api = api().await.failing(index, Fault::Refused);
        let trial = Trial::with(api).unread();
        let output = trial.release("staging", &["--execute"]).await;
        assert_eq!(output.status.code(), Some(1), "{act}");
        let expected = and_back(&good[..=index], Fault::Refused, STAGING);
        assert_eq!(acts(&trial.api), expected, "{act}");
    }))
    .await;
}

async fn check_each_act_failing(fault: Fault) {
    let switches = ["enforce 1%", "enforce 10%", "enforce"];
    let good = &acts_of_release(PRODUCTION, &switches);
    let rows = good[..good.len() - 1].iter().enumerate();
    at_once(rows.map(|(index, act)| async move {
        let trial = Trial::with(api().await.failing(index, fault));
        let output = trial.release("production", &["--execute"]).await;
        assert_eq!(output.status.code(), Some(1), "{act}: {}", printed(&output));

        let expected = and_back(&good[..=index], fault, PRODUCTION);
        assert_eq!(acts(&trial.api), expected, "{act}");
        assert_eq!(trial.api.active(), Some(2), "{act}");
        assert_eq!(trial.api.entry("switch").as_deref(), Some("off"), "{act}");
        let config = trial.api.entry("config");
        assert_eq!(config.as_deref(), Some(OLD_CONFIG), "{act}");
    }))
    .await;
}

#[tokio::test]
async fn a_rollback_that_fails_in_one_step_goes_on_and_says_what_is_left() {
    let good = &acts_of_release(STAGING, &["enforce"]);
    let failed = good.len() - 2;
    // A step, its command, and which of those that are left is the last.
    let rows = [
        ("Set the switch to `off`", "config-store-entry update", 2),
        ("Store the previous configuration", "jq -j .config ", 4),
        ("Activate the previous version", "--version 2", 3),
        (
            "Run the smoke test with the switch at `off`",
            "signpost smoke ",
            2,
        ),
    ];
    let rows = rows.iter().enumerate();
    at_once(rows.map(|(index, (step, command, last))| async move {
        let api = api().await.failing(failed, Fault::Refused);
        let trial = Trial::with(api.failing(failed + 1 + index, Fault::Refused));
        let output = trial.release("staging", &["--execute"]).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(2), "{step}: {printed}");
        let mut expected = good[..=failed].to_vec();
        expected.extend(acts_of_rollback(STAGING, true, true));
        // No other release may begin before the rest is done.
        expected.pop();
        if step.starts_with("Store") {
            // An older module may not read what is left.
            expected.retain(|act| !act.contains("2/activate"));
        }
        assert_eq!(acts(&trial.api), expected, "{step}");
        let by_hand = "The rollback is incomplete. Finish it by hand now:\n\n  1. ";
        let (_, left) = printed.split_once(by_hand).expect(step);
        assert!(left.starts_with(step), "{step}: {left}");
        assert!(left.contains(command), "{step}: {left}");
        let last = format!("  {last}. Remove the entry `release`\n      not done, because");
        assert!(left.contains(&last), "{step}: {left}");

        // What is printed does what the step did not.
        let lines = left.lines().skip(1).map(str::trim);
        let command: Vec<_> = lines.take_while(|line| !line.starts_with("2. ")).collect();
        if !command[0].starts_with("signpost smoke") {
            let output = trial.shell(&["sh", "-e"], &command.join("\n"), &[]).await;
            assert!(
                output.status.success(),
                "{step}: {}",
                self::printed(&output)
            );
            let acts = acts(&trial.api);
            assert_eq!(acts.last(), expected.get(failed + 1 + index), "{step}");
        }
    }))
    .await;
}

#[tokio::test]
async fn without_all_that_a_rollback_needs_nothing_is_changed() {
    let no_config = FastlyApi::start(&[("switch", "enforce")]).await.unwrap();
    let records_another = Trial::new().await;
    std::fs::write(records_another.record(), "of another").unwrap();
    for (name, trial) in [
        ("no list", Trial::with(api().await.failing_look(0))),
        ("no entry", Trial::with(api().await.failing_look(1))),
        ("no configuration", Trial::with(no_config)),
        ("another record", records_another),
    ] {
        let before = std::fs::read_to_string(trial.record()).ok();
        let output = trial.release("production", &["--execute"]).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {printed}");
        assert_eq!(acts(&trial.api), [""; 0], "{name}");
        assert!(
            printed.contains("; nothing was changed"),
            "{name}: {printed}"
        );
        let after = std::fs::read_to_string(trial.record()).ok();
        assert_eq!(after, before, "{name}");
    }
}

#[tokio::test]
async fn a_lever_that_does_not_move_says_so() {
    let trial = Trial::with(api().await.failing(0, Fault::Refused));
    let words = ["switch", "off", "--store-id", FastlyApi::STORE, "--execute"];
    let output = trial.command(&words).await;
    assert_code(&output, 2);
    assert!(printed(&output).contains("error: step 1 of 1 failed: "));
}

#[tokio::test]
async fn without_execute_no_call_is_made() {
    let trial = Trial::new().await;
    let record = trial.record();
    let store = ["--store-id", FastlyApi::STORE];
    let service = ["--service-id", FastlyApi::SERVICE];
    let edge = ["--edge", edge(PRODUCTION)];
    let rows = [
        trial.release("production", &[]).await,
        trial.release("staging", &["--shares", "5,50"]).await,
        trial.command(&[["switch", "off"], store].concat()).await,
        trial
            .command(&[sides::config(), store.to_vec(), edge.to_vec()].concat())
            .await,
        trial
            .command(&[["package"].as_slice(), &service, &store, &edge].concat())
            .await,
        trial
            .command(&[["rollback", "--version=1"], store, service, edge].concat())
            .await,
    ];
    for output in rows {
        assert_code(&output, 0);
        let printed = printed(&output);
        assert!(printed.contains("Nothing was run"), "{printed}");
        assert!(printed.contains("  1. "), "{printed}");
        assert!(!printed.contains(TOKEN), "{printed}");
    }
    assert_eq!(trial.api.calls(), []);
    assert!(!record.exists());
}

#[tokio::test]
async fn each_lever_moves_alone() {
    let trial = Trial::new().await;
    let store = ["--store-id", FastlyApi::STORE, "--execute"];
    let mut expected = Vec::new();

    let output = trial
        .command(&[&["switch", "enforce 25%"], store.as_slice()].concat())
        .await;
    assert_code(&output, 0);
    expected.push(set_switch("enforce 25%"));
    assert_eq!(acts(&trial.api), expected);

    let rest = [
        "rollback",
        "--version=1",
        "--service-id",
        FastlyApi::SERVICE,
        "--edge",
        edge(PRODUCTION),
    ];
    let output = trial.command(&[rest.as_slice(), &store].concat()).await;
    assert_code(&output, 0);
    expected.extend([
        set_switch("off"),
        version("PUT", "1/activate"),
        smoke(PRODUCTION, "off"),
    ]);
    assert_eq!(acts(&trial.api), expected);
    assert_eq!(trial.api.active(), Some(1));
}
