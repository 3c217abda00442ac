//! A file of known SHA-256 that is stale at one of two targets, whichever the edge sends it to.

use signpost::request::Request;
use signpost::values::Switch;
use signpost_testbed::Spoil;

use crate::bed::FILE;
use crate::two_targets::{BOTH, HARDLY_THE_SECOND, TwoCdns};

#[tokio::test]
async fn a_stale_file_is_found_at_either_target() {
    let module = BOTH.module("enforce").await;
    let edge = module.viceroy.url();
    let mut kinds = Vec::new();
    for name in ["static", "cloudfront"] {
        let cdns = TwoCdns::start().await;
        let cdn = cdns.at(name);
        cdn.spoil(FILE, Spoil::OtherBytes);
        let smoke = cdns.smoke(BOTH, &edge, &["--format", "json"]).await;
        assert_eq!(smoke.code, Some(1), "{name}: {}", smoke.stdout);
        for findings in smoke.failures().values() {
            assert_eq!(findings.len(), 1, "{name}: {findings:#?}");
            assert_eq!(findings[0]["stage"], "checksum", "{name}");
            let message = findings[0]["message"].as_str().unwrap();
            let words = format!("(https://{}) at {}", cdn_host(name), cdn.address());
            assert!(message.contains(&words), "{name}: {message}");
        }
        let json = smoke.json();
        let verdicts = json["verdicts"].as_array().unwrap();
        let failed = verdicts.iter().filter(|verdict| verdict["passed"] == false);
        let mut downloads = failed.filter(|verdict| verdict["route"] == "download");
        let download = downloads.next().unwrap();
        kinds.push(download["kind"].as_str().unwrap().to_owned());
        assert!(downloads.next().is_none(), "{name}: {json:#}");
    }
    // At one the edge sends the file there; at the other it would only on a second attempt.
    kinds.sort();
    assert_eq!(kinds, ["example", "target"]);
}

fn cdn_host(target: &str) -> &'static str {
    match target {
        "static" => crate::bed::CDN_HOST,
        _ => crate::two_targets::OTHER_HOST,
    }
}

#[tokio::test]
async fn targets_that_get_no_redirect_yet_are_asked_if_they_should_be_ready() {
    let module = BOTH.module("shadow").await;
    let edge = module.viceroy.url();
    let cdns = TwoCdns::start().await;
    let file = file_of_the_first();
    for (is_stale, more, code) in [
        (false, &["--targets", "always"][..], 0),
        (true, &[], 0),
        (true, &["--targets", "always"], 1),
    ] {
        if is_stale {
            cdns.other.spoil(file.clone(), Spoil::OtherBytes);
        }
        let row = format!("stale: {is_stale}, {more:?}");
        let shadow = ["--format", "json", "--switch", "shadow"];
        let smoke = cdns.smoke(BOTH, &edge, &[&shadow, more].concat()).await;
        assert_eq!(
            smoke.code,
            Some(code),
            "{row}: {}{}",
            smoke.stdout,
            smoke.stderr
        );
        for (request, findings) in smoke.failures() {
            let place = format!("https://{}{file}", cdn_host("cloudfront"));
            assert_eq!(request, place, "{row}");
            assert_eq!(findings[0]["stage"], "checksum", "{row}: {findings:?}");
        }
    }
}

#[tokio::test]
async fn without_any_sha256_a_target_whose_files_are_not_those_of_the_others_is_found() {
    let cdns = TwoCdns::start().await;
    let module = HARDLY_THE_SECOND.module("shadow").await;
    let edge = module.viceroy.url();
    let file = file_of_the_first();
    cdns.other.insert(file.clone(), &b"\x1f\x8byesterday's"[..]);
    for more in [
        &["--switch", "shadow", "--targets", "always"][..],
        &["--targets", "only"],
    ] {
        let arguments = [&["--format", "json"], more].concat();
        let smoke = cdns.smoke_without_lock_file(HARDLY_THE_SECOND, &edge, &arguments);
        let smoke = smoke.await;
        assert_eq!(smoke.code, Some(1), "{more:?}: {}", smoke.stdout);
        let failures = smoke.failures();
        let place = format!("https://{}{file}", cdn_host("cloudfront"));
        let failed: Vec<_> = failures.keys().collect();
        assert_eq!(failed, [&place], "{more:?}: {failures:#?}");
        let finding = &failures[&place][0];
        assert_eq!(finding["stage"], "cdn-content", "{more:?}");
        let message = finding["message"].as_str().unwrap();
        assert!(
            message.contains("serves another file than the "),
            "{message}"
        );
    }
}

/// An example's file that the edge would send to the first target.
fn file_of_the_first() -> String {
    let config = BOTH.config();
    let examples = [
        ("smallvec", "1.10.0"),
        ("Inflector", "0.11.4"),
        ("a", "0.1.1"),
    ];
    let locations = examples.map(|(name, version)| {
        let path = format!("/api/v1/crates/{name}/{version}/download");
        let request = Request::new("GET", "crates.io", &path);
        let answer = signpost::answer(&config, &request, Switch::ENFORCE);
        answer.decision().location().unwrap().as_str().to_owned()
    });
    let base = format!("https://{}", cdn_host("static"));
    let mut files = locations
        .iter()
        .filter_map(|location| location.strip_prefix(&base));
    files.next().unwrap().to_owned()
}
