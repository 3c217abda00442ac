//! What can be said on the command line, and what cannot.

use std::sync::atomic::{AtomicUsize, Ordering};

use signpost::config::Config;
use signpost_testbed::{Spoil, StandInOrigin, Validity};

use crate::bed::{DOWNLOAD, FILE, Files, PRODUCTION, Smoke};
use crate::wrong_at_the_edge::{answer, edge};

#[tokio::test]
async fn a_file_that_may_be_missing_may_be() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    for spoil in [Spoil::Missing, Spoil::Forbidden] {
        files.cdn.spoil(FILE, spoil);
        let arguments = ["--missing", "/smallvec/1.10.0/download"];
        let smoke = files.smoke(&edge.url(), &arguments).await;
        assert_eq!(smoke.code, Some(0), "{spoil:?}: {}", smoke.stdout);
    }
    // It may be missing, and not wrong.
    files.cdn.spoil(FILE, Spoil::OtherBytes);
    let arguments = ["--missing", "/smallvec/1.10.0/download"];
    assert_eq!(files.smoke(&edge.url(), &arguments).await.code, Some(1));
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_read_to_its_end() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    let arguments = ["--max-bytes", "10", "--format", "json"];
    let smoke = files.smoke(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(1));
    for findings in smoke.failures().values() {
        assert_eq!(findings[0]["stage"], "cdn-body");
        let message = findings[0]["message"].as_str().unwrap();
        assert!(message.contains("more than 10 bytes"), "{message}");
    }
}

#[tokio::test]
async fn a_change_that_spreads_is_waited_for_by_its_first_probe_alone() {
    let files = Files::start(Validity::Valid).await;
    let config = Config::from_toml(PRODUCTION).unwrap();
    let asked = AtomicUsize::new(0);
    let edge = StandInOrigin::start_with(move |request| {
        let mut answer = answer(&config, request);
        if asked.fetch_add(1, Ordering::Relaxed) < 2 {
            answer.headers_mut().remove("location");
        }
        answer
    })
    .await
    .unwrap();
    let arguments = ["--settle", "1m", "--format", "json"];
    let smoke = files.smoke(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(0), "{}", smoke.stdout);
    let note = smoke.json()["notes"][0].to_string();
    assert!(note.contains("was asked 3 times"), "{note}");
    let requests = edge.requests();
    let first = requests
        .iter()
        .take(3)
        .all(|request| request.target == DOWNLOAD);
    assert!(first);
}

#[tokio::test]
async fn a_sample_is_said_with_its_seed() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    let arguments = ["--sample", "2", "--seed", "7"];
    let smoke = files.smoke(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(0), "{}", smoke.stdout);
    let note = "2 of the 8 crates in";
    assert!(smoke.stdout.contains(note), "{}", smoke.stdout);
    assert!(
        smoke.stdout.contains("chosen by --seed 7"),
        "{}",
        smoke.stdout
    );
}

#[tokio::test]
async fn what_cannot_be_run_is_said_in_words() {
    let files = Files::start(Validity::Valid).await;
    let directory = files.directory.path().join("nowhere/junit.xml");
    let directory = directory.to_str().unwrap();
    let refused = signpost_testbed::refused_address().unwrap();
    let rows: [(&str, &[&str], &str); 10] = [
        ("http://127.0.0.1:1/path", &[], "write a scheme and a host"),
        (
            "http://127.0.0.1:1",
            &["--crate", "smallvec"],
            "write a name and a version",
        ),
        ("http://127.0.0.1:1", &["--switch", "of"], "write `enforce`"),
        (
            "http://127.0.0.1:1",
            &["--token-env", "NO_SUCH"],
            "NO_SUCH is not set",
        ),
        (
            "http://crates.io",
            &["--token-env", "TOKEN"],
            "in the clear; use https",
        ),
        (
            "http://127.0.0.1:1",
            &["--ca", "no-such.pem"],
            "there is no such file",
        ),
        (
            "http://127.0.0.1:1",
            &["--missing", "/no-such/"],
            "no probe's path contains",
        ),
        (
            "http://127.0.0.1:1",
            &["--route", "redme"],
            "there is no route `redme`",
        ),
        (
            "http://127.0.0.1:1",
            &["--index", &refused.url()],
            "cannot read http://127.0.0.1",
        ),
        (
            &refused.url(),
            &["--junit", directory],
            "there is no such file",
        ),
    ];
    for (edge, arguments, words) in rows {
        let Smoke { code, stderr, .. } = files.smoke_without_lock_file(edge, arguments).await;
        assert_eq!(code, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("s3cret"), "{stderr}");
    }
}
