//! A route with several targets: each file has one, and an unhealthy one is passed over.

use std::collections::BTreeSet;

use signpost::config::Config;
use signpost_rows::with_second_target;
use signpost_testbed::{Backend, LocalServer, refused_address};

use crate::bed::{Bed, header, read};

const HOSTS: [&str; 2] = ["https://static.crates.io/", "https://cloudfront.example/"];

/// Production's configuration, whose downloads two targets serve. Nothing is sent to the backends
/// that give their health.
#[track_caller]
fn config() -> Config {
    let health = [
        "health_backend = \"fastly\"",
        "health_backend = \"cloudfront\"",
    ];
    let toml = with_second_target("cloudfront", [1, 1], health);
    read(&toml)
}

/// Sets the health of the two backends.
type Health<'h> = &'h dyn Fn(LocalServer) -> LocalServer;

#[tokio::test]
async fn an_unhealthy_target_is_passed_over() {
    let refused = refused_address().unwrap();
    let healthy = || Backend::at(refused.url());
    let sick = || Backend::at(refused.url()).unhealthy();
    // Whether files are sent to the first host, and to the second.
    let rows: [(&str, Health<'_>, [bool; 2]); 5] = [
        (
            "both are healthy",
            &|server| {
                server
                    .backend("fastly", healthy())
                    .backend("cloudfront", healthy())
            },
            [true, true],
        ),
        (
            "the first is not",
            &|server| {
                server
                    .backend("fastly", sick())
                    .backend("cloudfront", healthy())
            },
            [false, true],
        ),
        (
            "the second is not",
            &|server| {
                server
                    .backend("fastly", healthy())
                    .backend("cloudfront", sick())
            },
            [true, false],
        ),
        (
            "neither is",
            &|server| {
                server
                    .backend("fastly", sick())
                    .backend("cloudfront", sick())
            },
            [true, true],
        ),
        ("unknown", &|server| server, [true, true]),
    ];
    for (name, change, expected) in rows {
        let bed = Bed::start(|server| change(server.config(config().to_json()))).await;
        let mut hosts = BTreeSet::new();
        for patch in 0..12 {
            let path = format!("/api/v1/crates/smallvec/1.10.{patch}/download");
            let response = bed.get(&path).await;
            let location = header(&response, "location").unwrap().to_owned();
            let again = bed.get(&path).await;
            assert_eq!(header(&again, "location"), Some(&*location), "{name}");
            hosts.extend(HOSTS.into_iter().filter(|host| location.starts_with(host)));
        }
        let found = HOSTS.map(|host| hosts.contains(host));
        assert_eq!(found, expected, "{name}");
        let lines = bed.viceroy.log_lines();
        assert!(!lines.is_empty(), "{name}");
        assert!(bed.origin.requests().is_empty(), "{name}");
    }
}
