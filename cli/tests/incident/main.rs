//! The change of 2023-07-20 as a configuration in `next`: how many downloads real cargos lose.
//!
//! `cargo xtask test viceroy` builds the module and runs these tests.

mod bed;
mod clients;
mod configs;
mod crates;
mod line;

use std::collections::BTreeSet;
use std::io::{Write as _, stderr};
use std::time::Instant;

use signpost_testbed::Crate;

use self::bed::Bed;
use self::clients::download;
use self::configs::DEAD_HOST;

/// What `next` gets.
const SHARE: &str = "enforce, next 1%";

/// What is in force before and after.
const WITHOUT_NEXT: &str = "enforce";

#[tokio::test]
async fn with_retry_no_download_is_lost_while_next_has_1_percent() {
    for (name, has_retry) in [("with [retry]", true), ("without [retry]", false)] {
        let files = crates::files();
        let mut bed = Bed::start(&files, has_retry, WITHOUT_NEXT).await;
        bed.set("next", bed.next.to_json()).await;
        bed.set("switch", SHARE).await;
        assert!(bed.mark().await.has_side, "{name}: no share in force");

        let start = Instant::now();
        let downloads = download(&bed.edge, &files).await;
        let took = start.elapsed().as_secs_f64();

        bed.set("switch", WITHOUT_NEXT).await;
        assert!(!bed.mark().await.has_side, "{name}: still a share in force");
        let of_next = bed.files_of_next(&files, SHARE);
        // The test runner shows nothing of a test that passes.
        let _ = writeln!(
            stderr(),
            "{name}: {} of {} downloads lost, {} of {} runs of cargo failed; \
             {} files on the side of next; {took:.1} s",
            downloads.lost.len(),
            files.len(),
            downloads.failed_runs,
            downloads.runs,
            of_next.len(),
        );

        let lines = bed.lines();
        let asked: BTreeSet<_> = lines.iter().map(|line| &line.client).collect();
        // Each cargo is a client of its own, and the marks are of one more.
        assert_eq!(asked.len(), downloads.runs + 1, "{name}");
        let astray: Vec<_> = lines.iter().filter(|line| line.is_to(DEAD_HOST)).collect();
        let led_astray: BTreeSet<_> = astray.iter().map(|line| line.path.clone()).collect();
        assert_eq!(led_astray, paths(&of_next), "{name}");
        let (attempts, lost) = if has_retry {
            (1, BTreeSet::new())
        } else {
            (4, led_astray)
        };
        assert_eq!(
            astray.len(),
            attempts * of_next.len(),
            "{name}: {astray:#?}"
        );
        assert_eq!(paths(&downloads.lost), lost, "{name}");

        let after = download(&bed.edge, &of_next).await;
        assert_eq!(after.lost, [], "{name}: lost without the share");
    }
}

/// A release rests on it: what the smoke test asks is on this machine, and it sees each entry at once.
#[tokio::test]
async fn the_smoke_test_sees_each_entry_as_soon_as_it_is_set() {
    let files = crates::files();
    let bed = Bed::start(&files, true, WITHOUT_NEXT).await;
    bed.smoke(WITHOUT_NEXT, 0, " 0 failed\n").await;
    bed.set("next", bed.next.to_json()).await;
    bed.set("switch", SHARE).await;
    bed.smoke(SHARE, 1, &format!("{DEAD_HOST} cannot be reached"))
        .await;
    bed.set("switch", "off").await;
    bed.smoke("off", 0, " 0 failed\n").await;
}

/// What cargo asks the edge for.
fn path(file: &Crate) -> String {
    format!("/api/v1/crates/{}/{}/download", file.name, file.version)
}

fn paths(files: &[Crate]) -> BTreeSet<String> {
    files.iter().map(path).collect()
}
