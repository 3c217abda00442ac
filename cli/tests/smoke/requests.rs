//! What a run says that it will send, and what it sends.

use signpost_testbed::Validity;

use crate::bed::{Files, Module, Smoke};
use crate::two_targets::{BOTH, TwoCdns};

/// Asserts that this many requests were announced, and sent.
#[track_caller]
fn sends(row: &str, smoke: &Smoke, requests: u64, hosts: u64) {
    assert_eq!(smoke.code, Some(0), "{row}: {}", smoke.stdout);
    let announced = smoke.stderr.trim_end();
    let words =
        format!("about {requests} requests to {hosts} hosts, at most 1000 a second: about 1s");
    assert_eq!(announced, words, "{row}");
    assert_eq!(smoke.json()["requests"], requests, "{row}");
}

#[tokio::test]
async fn a_run_of_productions_configuration_sends_what_it_announces() {
    let module = Module::start("enforce").await;
    let files = Files::start(Validity::Valid).await;
    for (row, more, requests) in [
        ("all", &[][..], 112),
        ("quick", &["--quick"], 105),
        ("cold", &["--cold-query", "v"], 113),
    ] {
        let arguments = [&["--format", "json"], more].concat();
        let smoke = files
            .smoke_without_lock_file(&module.viceroy.url(), &arguments)
            .await;
        sends(row, &smoke, requests, 2);
    }
}

#[tokio::test]
async fn a_run_with_two_targets_sends_what_it_announces() {
    let module = BOTH.module("enforce").await;
    let cdns = TwoCdns::start().await;
    for (row, more, requests) in [
        ("all", &[][..], 148),
        ("quick", &["--quick"], 125),
        ("cold", &["--cold-query", "v"], 150),
    ] {
        let arguments = [&["--format", "json"], more].concat();
        let smoke = cdns.smoke(BOTH, &module.viceroy.url(), &arguments).await;
        sends(row, &smoke, requests, 3);
    }
}

#[tokio::test]
async fn a_run_that_sends_no_redirect_announces_what_it_asks_of_targets() {
    let module = BOTH.module("shadow").await;
    let cdns = TwoCdns::start().await;
    let shadow = ["--format", "json", "--switch", "shadow"];
    for (row, more, requests, hosts) in [
        ("none", &[][..], 79, 3),
        ("always", &["--targets", "always"], 110, 3),
        ("only", &["--targets", "only"], 31, 2),
    ] {
        let arguments = [&shadow, more].concat();
        let smoke = cdns.smoke(BOTH, &module.viceroy.url(), &arguments).await;
        sends(row, &smoke, requests, hosts);
    }
}
