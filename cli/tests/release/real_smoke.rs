//! Releases whose smoke tests are real: they ask an edge that has the entries of the store, and
//! follow its redirects to a CDN.

use std::fs;
use std::process::Output;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use signpost::authoring::Authored;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::SmallConfig;
use signpost_testbed::{FastlyApi, RecordedRequest, StandInCdn, StandInOrigin, stand_in_file};

use super::trial::{Trial, printed};
use super::{acts, assert_code, begin, end, set_switch, store_config, version};

const FILE: &str = "/crates/smallvec/smallvec-1.10.0.crate";

/// A configuration whose downloads stay on this machine.
fn config(cdn: &StandInCdn) -> String {
    let text = SmallConfig::new("")
        .target("static", &cdn.url(), "")
        .route(
            "download",
            "/crates/{name:crate}/{version:semver}/download",
            "/crates/{name}/{name}-{version}.crate",
        )
        .example("/crates/smallvec/1.10.0/download", FILE);
    text.to_string()
}

/// Answers as the edge does with the entries of the store. The origin behind it has no files.
fn answer(api: &FastlyApi, recorded: &RecordedRequest) -> Response<Bytes> {
    let config = signpost::config::from_json(&api.entry("config").unwrap()).unwrap();
    let switch: Switch = api.entry("switch").unwrap().parse().unwrap();
    let accept = recorded.headers.get("accept");
    let request = Request::new(recorded.method.as_str(), "127.0.0.1", &recorded.target)
        .with_accept(accept.map(http::HeaderValue::as_bytes));
    let answer = signpost::answer(&config, &request, switch);
    let Some(reply) = answer.reply() else {
        let decision = answer.decision().reason().unwrap().decision_header();
        let response = Response::builder().header("signpost-decision", decision);
        return response.body(Bytes::new()).unwrap();
    };
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value.as_ref());
    }
    response.body(reply.body.into_owned().into()).unwrap()
}

/// A release to staging against a CDN that has these files.
async fn release(files: &[&str], change: fn(Trial) -> Trial) -> (Trial, String, Output) {
    let files = files.iter().map(|file| (*file, stand_in_file(file)));
    let cdn = StandInCdn::start(files).await.unwrap();
    let config = config(&cdn);
    let compiled = Authored::from_toml(&config).unwrap();
    let compiled = compiled.config().to_json();
    let entries = [("config", compiled), ("switch", "enforce")];
    let trial = Trial::with(FastlyApi::start(&entries).await.unwrap());
    let trial = change(trial.smoking());
    let api = Arc::clone(&trial.api);
    let edge = StandInOrigin::start_with(move |request| answer(&api, request));
    let edge = edge.await.unwrap();

    let file = trial.record().with_file_name("config.toml");
    fs::write(&file, config).unwrap();
    let place = ["--config", file.to_str().unwrap(), "--edge", &edge.url()];
    let smoke = ["--", "--settle", "0s", "--not-at-origin", "download"];
    let words = [&place[..], &["--execute"], &smoke].concat();
    let output = trial.release("staging", &words).await;
    (trial, compiled.to_owned(), output)
}

/// What a release does before its first redirects leave.
fn acts_before_redirects(compiled: &str) -> Vec<String> {
    vec![
        begin(),
        set_switch("shadow"),
        version("PUT", "2/clone"),
        version("PUT", "3/package"),
        version("GET", "3/validate"),
        version("PUT", "3/activate"),
        store_config(compiled),
    ]
}

/// And the one that lets them.
fn acts_until_redirects(compiled: &str) -> Vec<String> {
    let mut acts = acts_before_redirects(compiled);
    acts.extend([set_switch("enforce"), end()]);
    acts
}

#[tokio::test]
async fn a_release_whose_files_are_there_passes_its_smoke_tests() {
    let (trial, compiled, output) = release(&[FILE], |trial| trial).await;
    assert_code(&output, 0);
    assert_eq!(acts(&trial.api), acts_until_redirects(&compiled));
    // The report of each smoke test is seen.
    assert_eq!(printed(&output).matches(" 0 failed").count(), 3);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_release_does_not_fail_because_its_report_cannot_be_written() {
    let (trial, compiled, output) = release(&[FILE], Trial::on_a_full_disk).await;
    assert_code(&output, 0);
    assert_eq!(acts(&trial.api), acts_until_redirects(&compiled));
}

#[tokio::test]
async fn a_release_whose_files_are_missing_is_rolled_back_before_a_client_is_sent_there() {
    let (trial, compiled, output) = release(&[], |trial| trial).await;
    assert_code(&output, 1);
    let mut expected = acts_before_redirects(&compiled);
    expected.extend([set_switch("off"), version("PUT", "2/activate"), end()]);
    assert_eq!(acts(&trial.api), expected);
    let printed = printed(&output);
    assert!(printed.contains("cdn-status"), "{printed}");
    assert!(printed.contains("Rolled back"), "{printed}");
}
