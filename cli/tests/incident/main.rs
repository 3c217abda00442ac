//! A release like the change of 2023-07-20: how many downloads real cargos lose until it has taken itself back.
//!
//! `cargo xtask test fastly-cli` builds the module and runs these tests.

mod bed;
mod clients;
mod configs;
mod crates;
mod line;
mod load;

use std::collections::BTreeSet;
use std::io::{Write as _, stderr};
use std::time::{Instant, SystemTime};

use signpost_testbed::Crate;

use self::bed::{Bed, SWITCH};
use self::clients::download;
use self::configs::{DEAD_HOST, New};
use self::line::Line;
use self::load::{Load, is_page, page};

/// The first share of a release.
const FIRST_SHARE: &str = "enforce, next 1%";

/// How many files are popular beside those of the first share.
///
/// A popular file is asked for about as often as a group of files that the watch compares is in production: there a
/// group has some thirty files, and here hardly one. So the watch knows as much of each, and has fewer groups.
const POPULAR: usize = 60;

/// A page that the load asks for after some seconds.
const LAST_PAGE_BEFORE: usize = 60;

/// A release, and how it ends.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    new: New,
    has_retry: bool,
    /// Whether every smoke test passes, as if it saw nothing.
    are_smokes_blind: bool,
    /// What the release says when it fails.
    failure: Option<&'static str>,
    /// Whether it comes to a share.
    has_share: bool,
    /// Whether a cargo may lose a file.
    may_lose: bool,
}

const ROWS: [Row; 4] = [
    Row {
        name: "found by the smoke test",
        new: New::Of2023,
        has_retry: true,
        are_smokes_blind: false,
        failure: Some("failed: the smoke test failed"),
        has_share: false,
        may_lose: false,
    },
    Row {
        name: "found by the watch, with [retry]",
        new: New::Of2023,
        has_retry: true,
        are_smokes_blind: true,
        failure: Some("side next"),
        has_share: true,
        may_lose: false,
    },
    Row {
        name: "found by the watch, without [retry]",
        new: New::Of2023,
        has_retry: false,
        are_smokes_blind: true,
        failure: Some("side next"),
        has_share: true,
        may_lose: true,
    },
    Row {
        name: "a good one",
        new: New::Good,
        has_retry: true,
        are_smokes_blind: true,
        failure: None,
        has_share: true,
        may_lose: false,
    },
];

/// One after the other: each needs the machine for itself.
#[tokio::test]
async fn a_release_like_that_of_2023_takes_itself_back_before_much_is_lost() {
    let files = crates::files();
    for row in ROWS {
        check(row, &files).await;
    }
}

async fn check(row: Row, files: &[Crate]) {
    let name = row.name;
    let start = Instant::now();
    let mut bed = Bed::start(files, row.new, row.has_retry).await;
    let [config, ..] = bed.entries();
    let of_next = bed.files_of_next(files, FIRST_SHARE);
    let others = files.iter().filter(|file| !of_next.contains(file));
    let popular: Vec<_> = of_next
        .iter()
        .chain(others.take(POPULAR))
        .cloned()
        .collect();

    let load = Load::start(bed.edge.address(), files, &popular);
    let is_last = |line: &Line| line.path == page(LAST_PAGE_BEFORE);
    bed.wait_for(is_last).await;
    let begin = SystemTime::now();
    let downloads = async {
        if row.has_share {
            bed.wait_for(|line| line.switch == FIRST_SHARE).await;
        }
        download(&bed.edge, files).await
    };
    let (output, downloads) = tokio::join!(bed.release(row.are_smokes_blind), downloads);
    let loaded = load.end().await;
    bed.mark().await;

    let printed = output.stderr;
    let printed = String::from_utf8_lossy(&printed);
    let code = i32::from(row.failure.is_some());
    assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
    let failure = row.failure.unwrap_or("");
    assert!(printed.contains(failure), "{name}: {printed}");
    let in_force = if row.failure.is_some() {
        config
    } else {
        Some(bed.next.to_json().to_owned())
    };
    let expected = [in_force, Some(SWITCH.to_owned()), None, None];
    assert_eq!(bed.entries(), expected, "{name}");

    let lines = bed.lines();
    let astray: Vec<_> = lines.iter().filter(|line| line.is_to(DEAD_HOST)).collect();
    let is_led_astray = row.new == New::Of2023 && row.has_share;
    assert_eq!(!astray.is_empty(), is_led_astray, "{name}");
    let of_next: BTreeSet<_> = of_next.iter().map(path).collect();
    assert!(
        astray.iter().all(|line| of_next.contains(&line.path)),
        "{name}: {astray:#?}"
    );
    let lost = downloads.lost.iter().map(path).collect();
    assert!(of_next.is_superset(&lost), "{name}: {lost:?}");
    assert!(
        row.may_lose || lost.is_empty() && loaded.lost == 0,
        "{name}: {lost:?}, {loaded:?}"
    );

    // The origin is asked for each page once, and for no file. The smoke tests also ask for what is neither.
    let paths: BTreeSet<_> = files.iter().map(path).collect();
    let of_origin = bed.asked_of_origin();
    let (pages, others): (Vec<_>, Vec<_>) = of_origin.iter().partition(|asked| is_page(asked));
    let of_clients = |line: &&Line| is_page(&line.path) || paths.contains(&line.path);
    let asked: Vec<_> = lines.iter().filter(of_clients).collect();
    assert_eq!(pages.len(), count_pages(&asked), "{name}: {pages:#?}");
    assert!(
        !others.iter().any(|&asked| paths.contains(asked)),
        "{name}: {others:#?}"
    );
    let (before, during): (Vec<_>, Vec<_>) = asked.iter().partition(|line| line.time < begin);
    // The test runner shows nothing of a test that passes.
    let _ = writeln!(
        stderr(),
        "{name}: {} of {} downloads lost by {} cargos, {} of {} by the load; {} bad answers{}; {} of {} requests \
         went to the origin before and {} of {} during the release; {:.1} s",
        lost.len(),
        files.len(),
        downloads.runs,
        loaded.lost,
        loaded.downloads,
        astray.len(),
        until_no_share(&lines),
        count_pages(&before),
        before.len(),
        count_pages(&during),
        during.len(),
        start.elapsed().as_secs_f64(),
    );
}

/// How long it took from the first bad answer to the first request without a share.
fn until_no_share(lines: &[Line]) -> String {
    let mut times = lines.iter().filter(|line| line.is_to(DEAD_HOST));
    let Some(first) = times.next().map(|line| line.time) else {
        return String::new();
    };
    let after = lines.iter().filter(|line| line.time > first);
    let end = after
        .filter(|line| line.switch == SWITCH)
        .map(|line| line.time);
    let took = end.min().unwrap().duration_since(first).unwrap();
    format!(
        ", {:.1} s from the first to a share of 0",
        took.as_secs_f64()
    )
}

fn count_pages(lines: &[&Line]) -> usize {
    lines.iter().filter(|line| is_page(&line.path)).count()
}

/// What cargo asks the edge for.
fn path(file: &Crate) -> String {
    format!("/api/v1/crates/{}/{}/download", file.name, file.version)
}
