//! The real module under Viceroy is right, and the CDN is wrong in one way at a time.

use signpost_rows::SmallConfig;
use signpost_testbed::{Protocol, Spoil, Validity};

use crate::bed::{DOWNLOAD, FILE, Files, Module};
use crate::wrong_at_the_edge::edge_of;

/// The probes that lead to `FILE`.
const TO_FILE: [&str; 2] = [DOWNLOAD, "/crates/smallvec/1.10.0/download"];

#[tokio::test]
async fn each_way_a_file_can_be_wrong_is_named_at_its_stage() {
    let module = Module::start("enforce").await;
    let target = "the target `static` (https://static.crates.io)";
    let rows = [
        (
            Spoil::Missing,
            "cdn-status",
            "answered 404 Not Found to https://static.crates.io/crates/smallvec/",
        ),
        (
            Spoil::Forbidden,
            "cdn-status",
            "answered 403 Forbidden to https://static.crates.io/",
        ),
        (Spoil::Forbidden, "cdn-status", "x-served-by: stand-in-1"),
        (Spoil::OtherBytes, "checksum", "differs_at"),
        (Spoil::BrokenOff, "cdn-body", "did not send all of the file"),
        (Spoil::Silent, "cdn-timeout", "did not answer in time"),
        (
            Spoil::RedirectToItself,
            "cdn-loop",
            "it redirects to /crates/smallvec/",
        ),
    ];
    let protocols = [Protocol::Http1, Protocol::Http2];
    let rows = protocols
        .into_iter()
        .flat_map(|protocol| rows.map(|row| (protocol, row)));
    for (protocol, (spoil, stage, words)) in rows {
        let row = format!("{spoil:?} over {protocol:?}");
        let files = Files::start_over(protocol, Validity::Valid).await;
        files.cdn.spoil(FILE, spoil);
        let mut arguments = vec!["--format", "json"];
        if spoil == Spoil::Silent {
            arguments.extend(["--timeout", "3s"]);
        }
        let smoke = files.smoke(&module.viceroy.url(), &arguments).await;
        smoke.is_wrong_at(&row, &TO_FILE, &[stage], words);
        smoke.is_wrong_at(&row, &TO_FILE, &[stage], target);
    }
}

#[tokio::test]
async fn an_html_page_is_no_file_whatever_its_checksum() {
    let module = Module::start("enforce").await;
    let files = Files::start(Validity::Valid).await;
    files
        .cdn
        .insert(FILE, "<!DOCTYPE html>\n<title>Please wait</title>\n");
    let edge = module.viceroy.url();
    let arguments = ["--format", "json"];
    let smoke = files.smoke_without_lock_file(&edge, &arguments).await;
    let failures = smoke.failures();
    let failed: Vec<_> = failures.keys().map(String::as_str).collect();
    assert_eq!(failed, TO_FILE, "{failures:#?}");
    for findings in failures.values() {
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0]["stage"], "cdn-content");
        let message = findings[0]["message"].as_str().unwrap();
        assert!(message.contains("serves an HTML page"), "{message}");
    }
    let smoke = files.smoke(&edge, &arguments).await;
    smoke.is_wrong_at("known", &TO_FILE, &["checksum"], "serves another file");
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_fails_every_location_and_no_negative_probe() {
    let module = Module::start("enforce").await;
    let files = Files::start(Validity::Expired).await;
    let smoke = files
        .smoke(&module.viceroy.url(), &["--format", "json"])
        .await;
    assert_eq!(smoke.code, Some(1), "{}", smoke.stderr);
    let json = smoke.json();
    for verdict in json["verdicts"].as_array().unwrap() {
        let is_negative = verdict["kind"] == "negative";
        assert_eq!(verdict["passed"], is_negative, "{verdict}");
        for finding in verdict["findings"].as_array().unwrap() {
            assert_eq!(finding["stage"], "cdn-connect", "{verdict}");
            let message = finding["message"].as_str().unwrap();
            assert!(message.contains("certificate expired"), "{message}");
        }
    }
}

/// Two regions of one CDN, of which the second has no file.
fn regions() -> String {
    let (version, location) = (
        "{name:crate}/{version:semver}/download",
        "/{name}/{name}-{version}.crate",
    );
    let below_base = "/smallvec/smallvec-1.10.0.crate";
    let text = SmallConfig::new("")
        .target("eu", "https://static.crates.io/crates", "")
        .target("us", "https://static.crates.io/us", "")
        .route("eu", &format!("/eu/{version}"), location)
        .at(&[("eu", 1)])
        .example("/eu/smallvec/1.10.0/download", below_base)
        .route("us", &format!("/us/{version}"), location)
        .at(&[("us", 1)])
        .example("/us/smallvec/1.10.0/download", below_base);
    text.to_string()
}

#[tokio::test]
async fn the_target_of_one_region_that_answers_403_is_named() {
    let files = Files::start(Validity::Valid).await;
    let missing = "/us/smallvec/smallvec-1.10.0.crate";
    files.cdn.insert(missing, "not for you\n");
    files.cdn.spoil(missing, Spoil::Forbidden);
    let config = files.directory.path().join("regions.toml");
    std::fs::write(&config, regions()).unwrap();
    let edge = edge_of(
        signpost::authoring::from_toml(&regions()).unwrap(),
        "",
        |_, _| {},
    )
    .await;
    let smoke = files.smoke_with(&config, &edge.url(), &[]).await;
    assert_eq!(smoke.code, Some(1), "{}{}", smoke.stdout, smoke.stderr);
    let failure = format!(
        "[cdn-status] the target `us` (https://static.crates.io/us) at {} answered 403 Forbidden",
        files.cdn.address()
    );
    assert!(smoke.stdout.contains(&failure), "{}", smoke.stdout);
    assert!(smoke.stdout.ends_with(" 1 failed\n"), "{}", smoke.stdout);
}
