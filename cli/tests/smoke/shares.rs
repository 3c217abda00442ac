//! The switch redirects a share, and the change to it spreads.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest as _, Sha256};
use signpost::request::Request;
use signpost::values::Switch;
use signpost_testbed::{StandInOrigin, Validity};

use crate::bed::{Files, Module, PRODUCTION};
use crate::wrong_at_the_edge::answer_at;

#[tokio::test]
async fn a_small_share_has_redirects_to_follow() {
    let files = Files::start(Validity::Valid).await;
    let module = Module::start("enforce 1%").await;
    add_crates_in(one_percent(), &files);
    let arguments = ["--switch", "enforce 1%", "--format", "json"];
    let smoke = files.smoke(&module.viceroy.url(), &arguments).await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    let json = smoke.json();
    let verdicts = json["verdicts"].as_array().unwrap();
    let redirected = verdicts
        .iter()
        .filter(|verdict| verdict["location"].is_string() && verdict["file"]["status"] == 200);
    assert!(redirected.count() >= 5, "{json:#}");
    assert!(json["redirects_followed"].as_u64() >= Some(5), "{json:#}");
}

#[tokio::test]
async fn crates_that_are_known_fill_a_share_that_holds_nothing_else() {
    let files = Files::start(Validity::Valid).await;
    let module = Module::start("enforce 1%").await;
    let arguments = ["--switch", "enforce 1%", "--format", "json"];
    let smoke = files
        .smoke_without_lock_file(&module.viceroy.url(), &arguments)
        .await;
    // The stand-in CDN has none of them.
    assert_eq!(smoke.code, Some(1), "{}{}", smoke.stdout, smoke.stderr);
    assert_eq!(smoke.failures().len(), 5);
    for verdict in smoke.json()["verdicts"].as_array().unwrap() {
        let is_known = verdict["kind"] == "in-share";
        assert_eq!(verdict["passed"], !is_known, "{verdict}");
    }
}

#[tokio::test]
async fn a_change_that_spreads_is_waited_for_by_all_probes() {
    let files = Files::start(Validity::Valid).await;
    add_crates_in(one_percent(), &files);
    // The examples, of which the share holds none, are answered right before the change as well.
    let edge = edge_that_changes(4, nothing(), one_percent()).await;
    let arguments = ["--switch", "enforce 1%", "--settle", "1m"];
    let smoke = files.smoke(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    let note = "note: settled: ";
    assert!(smoke.stdout.contains(note), "{}", smoke.stdout);
    let note = "until 3 rounds in a row were right";
    assert!(smoke.stdout.contains(note), "{}", smoke.stdout);
}

#[tokio::test]
async fn a_change_that_never_lands_is_found() {
    let files = Files::start(Validity::Valid).await;
    let two_percent: Switch = "enforce 2%".parse().unwrap();
    add_crates_in(two_percent, &files);
    let edge = edge_that_changes(usize::MAX, nothing(), two_percent).await;
    let arguments = ["--switch", "enforce 2%", "--settle", "2s"];
    let smoke = files.smoke(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(1), "{}{}", smoke.stdout, smoke.stderr);
    let note = "note: not settled: ";
    assert!(smoke.stdout.contains(note), "{}", smoke.stdout);
}

fn one_percent() -> Switch {
    "enforce 1%".parse().unwrap()
}

fn nothing() -> Switch {
    "enforce 0%".parse().unwrap()
}

/// An edge whose switch stands elsewhere for the first requests of those to which that matters.
async fn edge_that_changes(requests: usize, first: Switch, then: Switch) -> StandInOrigin {
    let config = signpost::authoring::from_toml(&PRODUCTION).unwrap();
    let asked = AtomicUsize::new(0);
    StandInOrigin::start_with(move |request| {
        let (before, after) = [first, then]
            .map(|switch| answer_at(switch, &config, request))
            .into();
        let is_changed = before.headers() != after.headers();
        let is_first = is_changed && asked.fetch_add(1, Ordering::Relaxed) < requests;
        if is_first { before } else { after }
    })
    .await
    .unwrap()
}

/// Adds six crates that the share includes to the lock file and to the CDN.
fn add_crates_in(switch: Switch, files: &Files) {
    let config = signpost::authoring::from_toml(&PRODUCTION).unwrap();
    let mut text = std::fs::read_to_string(&files.lock_file).unwrap();
    let versions = (0..).map(|patch| format!("1.0.{patch}"));
    let included = versions.filter(|version| {
        let path = format!("/api/v1/crates/shared/{version}/download");
        let request = Request::new("GET", "crates.io", &path);
        let answer = signpost::answer(&config, &request, switch);
        answer.decision().location().is_some() && answer.reply().is_some()
    });
    for version in included.take(6) {
        let path = format!("/crates/shared/shared-{version}.crate");
        let content = format!("The stand-in CDN serves {path}\n");
        let checksum = format!("{:x}", Sha256::digest(&content));
        files.cdn.insert(path, content);
        write!(
            text,
            "\n[[package]]\nname = \"shared\"\nversion = \"{version}\"\n\
             source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
             checksum = \"{checksum}\"\n"
        )
        .unwrap();
    }
    std::fs::write(&files.lock_file, text).unwrap();
}
