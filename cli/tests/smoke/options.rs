//! What can be said on the command line, and what cannot.

use signpost_testbed::{Spoil, Validity};

use crate::bed::{DOWNLOAD, FILE, Files, Smoke};
use crate::wrong_at_the_edge::edge;

#[tokio::test]
async fn a_file_that_may_be_missing_may_be() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    let arguments = ["--missing", "/smallvec/1.10.0/", "--format", "json"];
    for spoil in [Spoil::Missing, Spoil::Forbidden] {
        files.cdn.spoil(FILE, spoil);
        let smoke = files.smoke_without_lock_file(&edge.url(), &arguments).await;
        assert_eq!(smoke.code, Some(0), "{spoil:?}: {}", smoke.stdout);
        // Two routes lead to it.
        assert_eq!(smoke.json()["files_missing"], 2);
        // A lock file says that it is there.
        let smoke = files.smoke(&edge.url(), &arguments).await;
        assert_eq!(smoke.code, Some(1), "{spoil:?}: {}", smoke.stdout);
        assert_eq!(smoke.failures().len(), 2, "{spoil:?}");
    }
    // It may be missing, and not wrong.
    files.cdn.spoil(FILE, Spoil::BrokenOff);
    let smoke = files.smoke_without_lock_file(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(1));
}

#[tokio::test]
async fn an_empty_crate_is_no_crate() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    files.cdn.insert(FILE, "");
    let arguments = ["--format", "json"];
    let smoke = files.smoke_without_lock_file(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(1), "{}", smoke.stdout);
    assert_eq!(smoke.failures()[DOWNLOAD][0]["stage"], "cdn-body");
}

#[tokio::test]
async fn a_report_that_cannot_be_written_is_printed() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    let junit = files.directory.path().join("nowhere/junit.xml");
    let arguments = ["--junit", junit.to_str().unwrap()];
    let smoke = files.smoke(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(2), "{}", smoke.stdout);
    assert!(smoke.stdout.contains(" 0 failed"), "{}", smoke.stdout);
    assert!(smoke.stderr.contains("cannot write"), "{}", smoke.stderr);
}

#[tokio::test]
async fn a_share_of_next_is_refused() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    let smoke = files
        .smoke(&edge.url(), &["--switch", "enforce, next 5%"])
        .await;
    assert_eq!((smoke.code, &*smoke.stdout), (Some(2), ""));
    let words = "gives the entry `next` a share";
    assert!(smoke.stderr.contains(words), "{}", smoke.stderr);
    assert!(edge.take_requests().is_empty());
}

#[tokio::test]
async fn a_detour_that_leads_nowhere_is_said() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    for arguments in [
        ["--resolve", "static.crates.io:8443:127.0.0.1"],
        ["--connect-to", "crates.io:443:127.0.0.1:1"],
    ] {
        let smoke = files.smoke(&edge.url(), &arguments).await;
        assert_eq!(smoke.code, Some(2), "{}", smoke.stdout);
        let words = "no request went to";
        assert!(smoke.stderr.contains(words), "{}", smoke.stderr);
        assert!(
            smoke
                .stdout
                .contains("with static.crates.io:443 at 127.0.0.1:")
        );
    }
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
    let empty = files.directory.path().join("empty.lock");
    std::fs::write(&empty, EMPTY_LOCK_FILE).unwrap();
    let empty = empty.to_str().unwrap();
    let rows: [(&str, &[&str], &str); 15] = [
        (
            "http://127.0.0.1:1",
            &["--missing", ""],
            "write at least 4 characters",
        ),
        (
            "http://127.0.0.1:1",
            &["--missing", "/a/"],
            "write at least 4 characters",
        ),
        ("http://127.0.0.1:1", &["--latest", "0"], "--latest"),
        (
            "http://127.0.0.1:1",
            &["--from-lockfile", empty, "--sample", "0"],
            "--sample",
        ),
        (
            "http://127.0.0.1:1",
            &["--from-lockfile", empty],
            "has no crates of crates.io",
        ),
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

const EMPTY_LOCK_FILE: &str = "version = 4\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n";

#[tokio::test]
async fn a_round_that_takes_longer_than_its_interval_is_told_of_once() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge(DOWNLOAD, |_, _| {}).await;
    files.cdn.spoil(FILE, Spoil::Silent);
    let arguments = ["--every", "1s", "--count", "3", "--timeout", "1500ms"];
    let smoke = files.smoke(&edge.url(), &arguments).await;
    assert_eq!(smoke.code, Some(1), "{}", smoke.stderr);
    let words = "longer than --every 1s: the next one begins at once\n";
    assert_eq!(smoke.stderr.matches(words).count(), 1, "{}", smoke.stderr);
    let words = ": target static cdn-timeout (2)\n";
    assert_eq!(smoke.stdout.matches(words).count(), 3, "{}", smoke.stdout);
}
