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
use std::process::Output;
use std::time::{Instant, SystemTime};

use signpost_testbed::Crate;

use self::bed::{Bed, SWITCH};
use self::clients::{Downloads, download};
use self::configs::{DEAD_HOST, New};
use self::line::Line;
use self::load::{Load, Loaded, is_page, page};

/// The first share of a release.
const FIRST_SHARE: &str = "enforce, next 1%";

/// How many files are popular beside those of the first share.
///
/// A popular file is asked for 1.4 times a second. Here it fills a group of files that the watch compares; on
/// 2023-07-20 such a group was asked for 2.4 times a second.
const POPULAR: usize = 60;

/// How many pages are asked for before the release, in some seconds.
const PAGES_BEFORE: usize = 60;

/// What ends a release.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The smoke test of `next`, before it has a share.
    SmokeTest,
    /// The watch of the log. Every smoke test passes, as if it saw nothing.
    Watch,
    /// Nothing is wrong. Every smoke test passes here as well.
    Success,
}

/// A release, and how it ends.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    end: End,
    has_retry: bool,
}

const BROKEN: [Row; 3] = [
    Row {
        name: "found by the smoke test",
        end: End::SmokeTest,
        has_retry: true,
    },
    Row {
        name: "found by the watch, with [retry]",
        end: End::Watch,
        has_retry: true,
    },
    Row {
        name: "found by the watch, without [retry]",
        end: End::Watch,
        has_retry: false,
    },
];

/// One after the other, beside the good release, which takes as long as all three and mostly waits.
#[tokio::test]
async fn a_release_like_that_of_2023_takes_itself_back_before_much_is_lost() {
    let files = crates::files();
    for row in BROKEN {
        check(row, &files).await;
    }
}

#[tokio::test]
async fn a_good_release_loses_nothing() {
    let good = Row {
        name: "a good one",
        end: End::Success,
        has_retry: true,
    };
    check(good, &crates::files()).await;
}

async fn check(row: Row, files: &[Crate]) {
    let start = Instant::now();
    let bed = Bed::start(files, row.released(), row.has_retry).await;
    let [config, ..] = bed.entries();
    let of_next = bed.files_of_next(files, FIRST_SHARE);
    let others = files.iter().filter(|file| !of_next.contains(file));
    let popular = of_next.iter().chain(others.take(POPULAR));
    let popular: Vec<_> = popular.cloned().collect();

    let load = Load::start(bed.edge.address(), files, &popular);
    bed.wait_for(|line| line.path == page(PAGES_BEFORE)).await;
    let begin = SystemTime::now();
    let downloads = async {
        if row.has_share() {
            bed.wait_for(|line| line.switch == FIRST_SHARE).await;
        }
        download(&bed.edge, files).await
    };
    let (output, downloads) = tokio::join!(
        bed.release(row.hold(), row.end == End::SmokeTest),
        downloads
    );
    let loaded = load.end().await;

    row.check_end(&output, &bed, config);
    let lines = bed.lines().await;
    let of_next = of_next.iter().map(path).collect();
    let led_astray = row.check_downloads(&lines, &of_next, &downloads, &loaded);
    let to_origin = row.check_origin(&lines, files, &bed.asked_of_origin(), begin);
    // The test runner shows nothing of a test that passes.
    let _ = writeln!(
        stderr(),
        "{}: {} of {} downloads lost, {} of {} runs of cargo failed; {led_astray}; {to_origin}; {:.1} s",
        row.name,
        downloads.lost.len(),
        files.len(),
        downloads.failed_runs,
        downloads.runs,
        start.elapsed().as_secs_f64(),
    );
}

impl Row {
    fn released(self) -> New {
        match self.end {
            End::SmokeTest | End::Watch => New::Of2023,
            End::Success => New::Good,
        }
    }

    /// A fifth of it is one whole window of the watch, or two for an alarm.
    fn hold(self) -> &'static str {
        match self.end {
            End::Success => "100s",
            End::SmokeTest | End::Watch => "2m",
        }
    }

    /// Whether the release comes to a share.
    fn has_share(self) -> bool {
        self.end != End::SmokeTest
    }

    /// The store is as before a release that failed, and has what a good one brought.
    fn check_end(self, output: &Output, bed: &Bed, before: Option<String>) {
        let name = self.name;
        let printed = String::from_utf8_lossy(&output.stderr);
        let (code, said, config) = match self.end {
            End::SmokeTest => (1, "failed: the smoke test failed", before),
            End::Watch => (1, "side next: ", before),
            End::Success => (0, "", Some(bed.next.to_json().to_owned())),
        };
        assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
        assert!(printed.contains(said), "{name}: {printed}");
        let expected = [config, Some(SWITCH.to_owned()), None, None];
        assert_eq!(bed.entries(), expected, "{name}");
    }

    /// Only files of `next` were led astray, and only without `[retry]` is one lost.
    fn check_downloads(
        self,
        lines: &[Line],
        of_next: &BTreeSet<String>,
        downloads: &Downloads,
        loaded: &Loaded,
    ) -> String {
        let name = self.name;
        let astray: Vec<_> = lines.iter().filter(|line| line.is_to(DEAD_HOST)).collect();
        assert_eq!(!astray.is_empty(), self.end == End::Watch, "{name}");
        let are_of_next = astray.iter().all(|line| of_next.contains(&line.path));
        assert!(are_of_next, "{name}: {astray:#?}");
        let lost = downloads.lost.iter().map(path).collect();
        assert!(of_next.is_superset(&lost), "{name}: {lost:?}");
        let is_none_lost = lost.is_empty() && loaded.lost == 0;
        assert!(
            !self.has_retry || is_none_lost,
            "{name}: {lost:?}, {loaded:?}"
        );
        format!(
            "{} files on the side of next; {} of {} downloads lost by the load; {} bad answers{}",
            of_next.len(),
            loaded.lost,
            loaded.downloads,
            astray.len(),
            until_no_share(lines),
        )
    }

    /// The origin is asked for each page once, and for no file.
    fn check_origin(
        self,
        lines: &[Line],
        files: &[Crate],
        asked: &[String],
        begin: SystemTime,
    ) -> String {
        let name = self.name;
        let files: BTreeSet<_> = files.iter().map(path).collect();
        assert!(
            !asked.iter().any(|it| files.contains(it)),
            "{name}: {asked:#?}"
        );
        let count_pages = |lines: &[&Line]| lines.iter().filter(|line| is_page(&line.path)).count();
        // The smoke tests also ask for what is neither.
        let of_clients = |line: &&Line| is_page(&line.path) || files.contains(&line.path);
        let lines: Vec<_> = lines.iter().filter(of_clients).collect();
        let pages = asked.iter().filter(|it| is_page(it)).count();
        assert_eq!(pages, count_pages(&lines), "{name}: {asked:#?}");
        let (before, during): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.time < begin);
        format!(
            "{} of {} requests went to the origin before, and {} of {} during the release",
            count_pages(&before),
            before.len(),
            count_pages(&during),
            during.len(),
        )
    }
}

/// How long it took from the first bad answer to the last request with a share.
fn until_no_share(lines: &[Line]) -> String {
    let mut times = lines.iter().filter(|line| line.is_to(DEAD_HOST));
    let Some(first) = times.next().map(|line| line.time) else {
        return String::new();
    };
    let mut last = lines.iter().filter(|line| line.switch != SWITCH);
    let last = last.next_back().unwrap();
    let took = last.time.duration_since(first).unwrap();
    let took = took.as_secs_f64();
    format!("; the last request with a share came {took:.1} s after the first bad answer")
}

/// What cargo asks the edge for.
fn path(file: &Crate) -> String {
    format!("/api/v1/crates/{}/{}/download", file.name, file.version)
}
