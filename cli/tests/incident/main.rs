//! The incident of 2023-07-20 as a release of today: how many downloads are lost after cargo's own retries.
//!
//! `cargo xtask test viceroy` builds the module and runs these tests.

mod bed;
mod clients;
mod configs;
mod crates;

use std::collections::BTreeSet;
use std::io::{Write as _, stderr};
use std::time::Instant;

use signpost::request::Request;
use signpost::sides::Sides;
use signpost_testbed::{Crate, StandInCdn};

use self::bed::Bed;
use self::clients::download;
use self::configs::{DEAD_HOST, good, of_2023};

/// What `next` gets while the clients download.
const SHARE: &str = "enforce, next 1%";

/// What is in force before and after.
const WITHOUT_NEXT: &str = "enforce";

#[tokio::test]
async fn at_1_percent_no_download_is_lost_with_retry() {
    for (name, has_retry) in [("with [retry]", true), ("without [retry]", false)] {
        let files = crates::files();
        let cdn = StandInCdn::start(files.iter().map(|file| (on_cdn(file), file.bytes.clone())));
        let cdn = cdn.await.unwrap();
        let (config, next) = (good(&cdn.url(), has_retry), of_2023(has_retry));
        let is_on_next = |file: &&Crate| {
            let path = path(file);
            let request = Request::new("GET", "127.0.0.1", &path);
            let sides = Sides::new(&config, Some(&next));
            sides.next_for(&request, SHARE.parse().unwrap()).is_some()
        };
        let of_next: Vec<_> = files.iter().filter(is_on_next).cloned().collect();
        let mut bed = Bed::start(&config, WITHOUT_NEXT).await;

        bed.set("next", &next.to_json()).await;
        bed.set("switch", SHARE).await;
        assert!(bed.mark().await.has_side, "{name}: no share in force");
        let start = Instant::now();
        let downloads = download(&bed.edge, &files).await;
        let took = start.elapsed().as_secs_f64();
        bed.set("switch", WITHOUT_NEXT).await;
        assert!(!bed.mark().await.has_side, "{name}: still a share in force");

        // The test runner shows nothing of a test that passes.
        let _ = writeln!(
            stderr(),
            "{name}: {} of {} downloads lost, {} of {} runs of cargo failed; {} files on the side of next, \
             {took:.1} s",
            downloads.lost.len(),
            files.len(),
            downloads.failed_runs,
            downloads.runs,
            of_next.len(),
        );
        let mut lines = bed.lines();
        lines.retain(|line| line.location.contains(DEAD_HOST));
        let led_astray: BTreeSet<_> = lines.iter().map(|line| line.path.clone()).collect();
        let expected: BTreeSet<_> = of_next.iter().map(path).collect();
        assert_eq!(led_astray, expected, "{name}");
        // Cargo makes four attempts.
        let attempts = if has_retry { 1 } else { 4 };
        assert_eq!(lines.len(), attempts * expected.len(), "{name}: {lines:#?}");
        let lost: BTreeSet<_> = downloads.lost.iter().map(path).collect();
        if has_retry {
            assert_eq!(lost, BTreeSet::new(), "{name}");
        } else {
            assert_eq!(lost, expected, "{name}");
        }

        let after = download(&bed.edge, &of_next).await;
        assert_eq!(after.lost, [], "{name}, without the share");
    }
}

/// What cargo asks the edge for.
fn path(file: &Crate) -> String {
    format!("/api/v1/crates/{}/{}/download", file.name, file.version)
}

/// Where the CDN has it.
fn on_cdn(file: &Crate) -> String {
    format!("/crates/{0}/{0}-{1}.crate", file.name, file.version)
}
