//! Green runs, and what they are derived from.

use signpost_testbed::{Crate, Registry, Validity, stand_in_file};

use crate::bed::{DOWNLOAD, Files, Module, OTHER_FILE, PROBES};
use crate::wrong_at_the_edge::edge;

#[tokio::test]
async fn what_is_right_is_green_in_all_forms() {
    let module = Module::start("enforce").await;
    let files = Files::start(Validity::Valid).await;
    let edge = module.viceroy.url();
    let junit = files.directory.path().join("junit.xml");
    let smoke = files
        .smoke(&edge, &["--junit", junit.to_str().unwrap()])
        .await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    // With the one target's chain.
    let all = PROBES + 1;
    let summary = format!("{all} probes, {all} passed, 0 failed\n");
    assert!(smoke.stdout.ends_with(&summary), "{}", smoke.stdout);
    assert!(!smoke.stdout.contains('\u{1b}'), "escape codes in a pipe");
    let junit = std::fs::read_to_string(junit).unwrap();
    assert!(
        junit.contains(&format!("tests=\"{all}\" skipped=\"0\" failures=\"0\"")),
        "{junit}"
    );

    let json = files.smoke(&edge, &["--format", "json"]).await.json();
    let checked = json["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|verdict| {
            verdict["file"]["expected_sha256"].is_string()
                && verdict["file"]["expected_sha256"] == verdict["file"]["sha256"]
        });
    // Eight crates on two routes, and the one that an example asks for as `%2B` as well.
    assert_eq!(checked.count(), 17);
}

#[tokio::test]
async fn a_name_that_is_not_moved_yet_is_asked_by_resolve() {
    let module = Module::start("enforce").await;
    let files = Files::start(Validity::Valid).await;
    let port = module.viceroy.address().port();
    let edge = format!("http://crates.io:{port}");
    let resolve = format!("crates.io:{port}:127.0.0.1");
    let smoke = files.smoke(&edge, &["--resolve", &resolve]).await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
}

#[tokio::test]
async fn the_switch_says_what_to_expect() {
    let files = Files::start(Validity::Valid).await;
    for position in ["off", "shadow", "enforce 50%"] {
        let module = Module::start(position).await;
        let edge = module.viceroy.url();
        let right = files.smoke(&edge, &["--switch", position]).await;
        assert_eq!(
            right.code,
            Some(0),
            "{position}: {}{}",
            right.stdout,
            right.stderr
        );
        let wrong = files.smoke(&edge, &["--format", "json"]).await;
        assert_eq!(wrong.code, Some(1), "{position}");
        for findings in wrong.failures().values() {
            let stages: Vec<_> = findings.iter().map(|finding| &finding["stage"]).collect();
            assert!(
                stages.iter().any(|stage| *stage == "decision"),
                "{position}: {stages:?}"
            );
        }
    }
}

#[tokio::test]
async fn newest_versions_and_checksums_come_from_the_index() {
    let module = Module::start("enforce").await;
    let files = Files::start(Validity::Valid).await;
    let one = |version: &str, content: &[u8]| Crate {
        name: "smallvec".to_owned(),
        version: version.to_owned(),
        bytes: content.to_vec().into(),
        sha256: sha256_of(content),
    };
    let crates = [
        one("1.9.0", b"not asked for"),
        one("1.10.0", b"another file than the CDN has"),
        one("1.10.1", &stand_in_file(OTHER_FILE)),
    ];
    let registry = Registry::start("http://127.0.0.1", &crates).await.unwrap();
    let index = registry.index_url();
    let arguments = ["--index", &index, "--latest", "1", "--format", "json"];
    let smoke = files
        .smoke_without_lock_file(&module.viceroy.url(), &arguments)
        .await;
    assert_eq!(smoke.code, Some(1), "{}", smoke.stderr);
    let json = smoke.json();
    let verdicts = json["verdicts"].as_array().unwrap();
    let latest = verdicts
        .iter()
        .filter(|verdict| verdict["kind"] == "latest");
    let latest: Vec<_> = latest
        .map(|verdict| {
            (
                verdict["request"].as_str().unwrap(),
                verdict["passed"] == true,
            )
        })
        .collect();
    assert_eq!(
        latest,
        [
            ("/api/v1/crates/smallvec/1.10.1/download", true),
            ("/crates/smallvec/1.10.1/download", true),
        ]
    );
    for findings in smoke.failures().values() {
        assert_eq!(findings[0]["stage"], "checksum", "{findings:?}");
    }
    assert_eq!(smoke.failures().len(), 2);
    let notes = json["notes"].to_string();
    assert!(
        notes.contains("the index has no crate `libgit2-sys`"),
        "{notes}"
    );
}

#[tokio::test]
async fn two_checksums_of_one_file_are_found() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge("", |_, _| {}).await;
    let crates = [Crate {
        name: "smallvec".to_owned(),
        version: "1.10.0".to_owned(),
        bytes: "another file".to_owned().into(),
        sha256: sha256_of("another file"),
    }];
    let registry = Registry::start("http://127.0.0.1", &crates).await.unwrap();
    let index = registry.index_url();
    let arguments = ["--index", &index, "--format", "json"];
    let smoke = files.smoke(&edge.url(), &arguments).await;
    let requests = [DOWNLOAD, "/crates/smallvec/1.10.0/download"];
    smoke.is_wrong_at(
        "two",
        &requests,
        &["checksum"],
        "the lock file and the index have different SHA-256",
    );
}

#[tokio::test]
async fn a_certificate_is_asked_for_each_time() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge("", |_, _| {}).await;
    let smoke = files.smoke(&edge.url(), &["--concurrency", "1"]).await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    assert_eq!(files.cdn.resumptions(), 0);
}

fn sha256_of(content: impl AsRef<[u8]>) -> String {
    use sha2::{Digest as _, Sha256};
    format!("{:x}", Sha256::digest(content))
}
