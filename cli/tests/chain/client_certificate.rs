//! Who may write to the streamed log, if a client certificate is demanded as deploy/rsyslog says.

use std::fs;
use std::time::Duration;

use signpost_testbed::{Certificate, Delivery, MessageType, Pipeline, Rsyslog};
use tokio::time::timeout;

use crate::MACHINE;
use crate::deployed::RSYSLOG;
use crate::edge::STREAM;

/// What the configuration has, and what to write instead is in a comment of it.
const ANYBODY: &str = "\n  streamDriver.authMode=\"anon\"";
const AUTHORITY: &str = "/etc/ssl/certs/signpost-log-clients.pem";

/// The name that the comment permits.
const NAME: &str = "fastly.registry.example";

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn only_the_client_with_the_certificate_can_write_lines() {
    if !Rsyslog::is_installed() {
        return;
    }
    let _machine = MACHINE.lock().await;
    let [own, of_another_authority] = [NAME; 2].map(|name| Certificate::of(name).unwrap());
    let of_another_name = Certificate::of("other.registry.example").unwrap();
    for (name, client, authority, is_taken) in [
        ("the certificate", Some(&own), &own, true),
        ("none", None, &own, false),
        (
            "another name",
            Some(&of_another_name),
            &of_another_name,
            false,
        ),
        (
            "another authority",
            Some(&of_another_authority),
            &own,
            false,
        ),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("clients.pem");
        fs::write(&file, authority.authority()).unwrap();
        let config = demanding().replace(AUTHORITY, file.to_str().unwrap());
        let rsyslog = Rsyslog::start(&config).await.unwrap();
        let form = MessageType::Classic;
        let delivery = Delivery::with(client, &rsyslog, form, STREAM).await;
        if is_taken {
            let mut delivery = delivery.unwrap();
            delivery.send(1_689_855_300_000_000, b"{}").await.unwrap();
            delivery.flush().await.unwrap();
            let file = rsyslog.file().display();
            let tail = Pipeline::start(&format!("tail -n +1 -F {file}"), &[]).unwrap();
            let line = tail.wait_for_line(|line| line.ends_with("{}"), LIMIT);
            line.await
                .unwrap_or_else(|error| panic!("{name}: {error:#}"));
        } else if let Ok(mut delivery) = delivery {
            // By TLS 1.3, a client is told only after it may have sent a line.
            let _ = delivery.send(1_689_855_300_000_000, b"{}").await;
            let _ = delivery.flush().await;
            let closed = timeout(LIMIT, delivery.closed()).await;
            assert!(closed.is_ok(), "{name}: the connection stays open");
            assert!(!rsyslog.file().exists(), "{name}: the line is written");
        }
    }
}

/// The configuration with the change that its comment shows.
fn demanding() -> String {
    let shown = RSYSLOG.lines().filter_map(|line| line.strip_prefix("#   "));
    let shown: Vec<_> = shown.filter(|line| line.contains("=\"")).collect();
    let [mode, file, peer] = shown[..] else {
        panic!("{shown:?}")
    };
    assert!(file.contains(AUTHORITY) && peer.contains(NAME), "{shown:?}");
    assert_eq!(RSYSLOG.matches(ANYBODY).count(), 1);
    RSYSLOG.replace(ANYBODY, &format!("\n  {mode}\n  {file}\n  {peer}"))
}
