use std::fmt;

use anyhow::{Context as _, Result, ensure};

use crate::command_line::CommandLine;

/// The script that asks for more than one file.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/files.lua");

/// Who asks.
pub(super) const USER_AGENT: &str = "cargo/1.95.0";

/// Who asks a sandbox for the last time; `benches/limit.rs` knows it too.
const LAST_USER_AGENT: &str = "last-request";

/// A path on no route, which the origin answers.
pub(super) const PAGE: &str = "/crates/smallvec";

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// Always the same file.
    OneFile,
    /// The same, of a sandbox that then takes no other request.
    OneFileOnce,
    /// The same few files again and again.
    FewFiles,
    /// Another file with each request.
    NewFiles,
    /// Always the same page of the origin.
    Page,
}

/// The path of a file, or of the script's next one: a download on production's route.
pub(super) fn path_of(number: impl fmt::Display) -> String {
    format!("/api/v1/crates/smallvec/1.10.{number}/download")
}

/// Asks the server at `url` for so many seconds, and returns how many requests it answered.
pub(super) fn requests(url: &str, asks: Asks, seconds: u8) -> Result<f64> {
    let report = command(url, asks, seconds).output().context("wrk failed")?;
    ensure!(
        !report.contains("Non-2xx or 3xx") && !report.contains("Socket errors"),
        "some requests failed:\n{report}"
    );
    read_requests(&report)
        .with_context(|| format!("wrk does not report how many requests:\n{report}"))
}

fn command(url: &str, asks: Asks, seconds: u8) -> CommandLine {
    let user_agent = match asks {
        Asks::OneFileOnce => LAST_USER_AGENT,
        _ => USER_AGENT,
    };
    let wrk = CommandLine::new("wrk -t1 -c8 -H Accept:*/*")
        .argument(format!("-HUser-Agent: {user_agent}"))
        .argument(format!("-d{seconds}s"));
    let script = |number: u32| {
        wrk.clone()
            .argument(format!("-s{SCRIPT}"))
            .argument(format!("{url}{}", path_of("NUMBER")))
            .argument("--")
            .argument(number.to_string())
    };
    match asks {
        // Without a script wrk builds its request only once.
        Asks::OneFile | Asks::OneFileOnce => wrk.argument(format!("{url}{}", path_of(0))),
        Asks::Page => wrk.argument(format!("{url}{PAGE}")),
        Asks::FewFiles => script(16),
        Asks::NewFiles => script(1_000_000_000),
    }
}

fn read_requests(report: &str) -> Option<f64> {
    let (requests, _) = report.split_once(" requests in ")?;
    requests.split_whitespace().last()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::read_requests;

    #[test]
    fn the_requests_stand_in_the_report_of_wrk() {
        let report = "  1 threads\n  4001 requests in 1.00s, 1MB read\nRequests/sec: 4001.25\n";
        assert_eq!(read_requests(report), Some(4001.0));
        assert_eq!(read_requests(""), None);
    }
}
