//! What a run says that it will send, and what it sends.

use signpost_testbed::{Backend, LocalServer, Validity, refused_address};

use crate::bed::{Files, Module, Smoke};
use crate::two_targets::{BOTH, TwoCdns};

fn with_health(server: LocalServer) -> LocalServer {
    let at = refused_address().unwrap().url();
    server
        .switch("enforce")
        .backend("static", Backend::at(at.clone()))
        .backend("cloudfront", Backend::at(at))
}

/// Asserts that this many requests were announced, and sent.
#[track_caller]
fn sends(row: &str, smoke: &Smoke, requests: u64, hosts: u64) {
    assert_eq!(smoke.code, Some(0), "{row}: {}", smoke.stdout);
    let announced = smoke.stderr.trim_end();
    let words =
        format!("about to send {requests} requests to {hosts} hosts, at most 1000 a second: 1s");
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
    let module = Module::start_with(&BOTH.config(), with_health).await;
    let cdns = TwoCdns::start().await;
    for (row, more, requests) in [
        ("all", &[][..], 148),
        ("quick", &["--quick"], 126),
        ("cold", &["--cold-query", "v"], 150),
    ] {
        let arguments = [&["--format", "json"], more].concat();
        let smoke = cdns.smoke(BOTH, &module.viceroy.url(), &arguments).await;
        sends(row, &smoke, requests, 3);
    }
}
