//! A certificate that ends tomorrow, at the edge or at one of two targets: no client fails yet.

use std::fs;

use signpost_testbed::{TlsFront, Validity};

use crate::bed::{CDN_HOST, Files, Smoke};
use crate::two_targets::{BOTH, OTHER_HOST, TwoCdns};
use crate::wrong_at_the_edge::edge;

const TOMORROW: Validity = Validity::EndsTomorrow;

/// Asserts that the certificate of `host` is all that is wrong, if there is one.
#[track_caller]
fn is_about(row: &str, smoke: &Smoke, host: Option<&str>) {
    let code = i32::from(host.is_some());
    assert_eq!(
        smoke.code,
        Some(code),
        "{row}: {}{}",
        smoke.stdout,
        smoke.stderr
    );
    let failures = smoke.failures();
    let failed: Vec<_> = failures.keys().map(String::as_str).collect();
    assert_eq!(failed, host.as_slice(), "{row}: {failures:#?}");
    for findings in failures.values() {
        assert_eq!(findings.len(), 1, "{row}: {findings:?}");
        assert_eq!(findings[0]["stage"], "certificate", "{row}");
        let message = findings[0]["message"].as_str().unwrap();
        let words = ", in 1 day, and --certificate-days asks for 14 days";
        assert!(message.contains(words), "{row}: {message}");
        assert!(message.contains(" at 127.0.0.1:"), "{row}: {message}");
    }
}

#[tokio::test]
async fn each_target_whose_certificate_ends_tomorrow_is_found() {
    let module = BOTH.module("enforce").await;
    for (validities, host) in [
        ([Validity::Valid; 2], None),
        ([TOMORROW, Validity::Valid], Some(CDN_HOST)),
        ([Validity::Valid, TOMORROW], Some(OTHER_HOST)),
    ] {
        let cdns = TwoCdns::start_with(validities).await;
        let edge = module.viceroy.url();
        let smoke = cdns.smoke(BOTH, &edge, &["--format", "json"]).await;
        is_about(&format!("{host:?}"), &smoke, host);
        let smoke = cdns.smoke(BOTH, &edge, &["--certificate-days", "1"]).await;
        assert_eq!(smoke.code, Some(0), "{host:?}: {}", smoke.stdout);
    }
}

#[tokio::test]
async fn an_edge_whose_certificate_ends_tomorrow_is_found() {
    let files = Files::start(Validity::Valid).await;
    let edge = edge("", |_, _| {}).await;
    for (validity, host) in [(Validity::Valid, None), (TOMORROW, Some("crates.io"))] {
        let front = TlsFront::start("crates.io", validity, edge.address())
            .await
            .unwrap();
        let authority = files.directory.path().join("front.pem");
        fs::write(&authority, front.authority()).unwrap();
        let detour = format!("crates.io:443:{}", front.address());
        let arguments = ["--ca", authority.to_str().unwrap(), "--connect-to", &detour];
        let arguments = [&arguments[..], &["--format", "json"]].concat();
        let smoke = files.smoke("https://crates.io", &arguments).await;
        is_about(&format!("{host:?}"), &smoke, host);
    }
}
