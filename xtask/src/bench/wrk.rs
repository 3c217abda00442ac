use std::fmt;

use anyhow::{Context as _, Result, ensure};

use crate::command_line::CommandLine;

/// The script that asks for more than one file.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/files.lua");

/// Which files are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Files {
    /// Always the same one.
    One,
    /// The same few again and again.
    Few,
    /// Another one with each request.
    New,
}

impl Files {
    /// How many, for the script.
    const fn number(self) -> u32 {
        match self {
            Self::One => 1,
            Self::Few => 16,
            Self::New => 1_000_000_000,
        }
    }
}

/// The path of a file, or of the script's next one: a download on production's route.
pub(super) fn path_of(number: impl fmt::Display) -> String {
    format!("/api/v1/crates/smallvec/1.10.{number}/download")
}

/// Asks the server at `url` for files, and returns how many requests a second it answered.
pub(super) fn requests_a_second(url: &str, files: Files, seconds: u8) -> Result<f64> {
    let report = command(url, files, seconds)
        .output()
        .context("wrk failed")?;
    ensure!(
        !report.contains("Non-2xx or 3xx") && !report.contains("Socket errors"),
        "some requests failed:\n{report}"
    );
    read_throughput(&report).with_context(|| format!("wrk does not report a throughput:\n{report}"))
}

fn command(url: &str, files: Files, seconds: u8) -> CommandLine {
    let duration = format!("-d{seconds}s");
    let wrk = CommandLine::new("wrk -t1 -c8").argument(duration);
    match files {
        // Without a script wrk builds its request only once.
        Files::One => wrk.argument(format!("{url}{}", path_of(0))),
        Files::Few | Files::New => wrk
            .argument(format!("-s{SCRIPT}"))
            .argument(format!("{url}{}", path_of("NUMBER")))
            .argument("--")
            .argument(files.number().to_string()),
    }
}

fn read_throughput(report: &str) -> Option<f64> {
    let line = report
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::read_throughput;

    #[test]
    fn the_throughput_stands_in_the_report_of_wrk() {
        let report = "  4000 requests in 1.00s\nRequests/sec:   4001.25\nTransfer/sec: 1MB\n";
        assert_eq!(read_throughput(report), Some(4001.25));
        assert_eq!(read_throughput(""), None);
    }
}
