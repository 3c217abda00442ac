//! A soak: many requests of all kinds to the module under Viceroy, while what is around it dies and recovers,
//! and every answer is checked.
//!
//! What is right is worked out here, from docs/request-handling.md and the rows that packages share, and
//! not by the library, on which this package does not depend.

mod asks;
mod check;
mod client;
mod lines;
mod memory;
mod origin;
mod phases;
mod run;
mod table;
mod world;

use std::path::Path;
use std::time::Duration;
pub use table::table;

use anyhow::Result;

use crate::local_server::LocalServer;

/// What a soak is run with.
pub struct Soak<'s> {
    /// The WebAssembly file.
    pub module: &'s Path,
    /// What Viceroy is configured with, apart from what the soak sets.
    pub local_server: LocalServer,
    /// Compiles a configuration as written.
    pub compile: &'s dyn Fn(&str) -> Result<String>,
    /// How many requests there are in all.
    pub requests: u64,
    /// What makes the requests the same each time.
    pub seed: u64,
    /// How many clients ask at the same time.
    pub connections: u32,
    /// Runs six phases only.
    pub is_short: bool,
    /// Is told every few seconds how far it is.
    pub progress: &'s dyn Fn(&str),
}

/// What came of a phase.
#[derive(Clone, Debug, Default)]
pub struct PhaseReport {
    /// The name of the phase.
    pub name: String,
    /// How many requests were answered.
    pub requests: u64,
    /// Redirects, and answers to preflights.
    pub redirects: u64,
    /// Answers in JSON.
    pub json: u64,
    /// Answers of the origin, byte for byte.
    pub from_origin: u64,
    /// Answers of the origin that broke off where it broke off.
    pub broken_off: u64,
    /// Answers that say that the origin failed, as the documents say.
    pub failures: u64,
    /// What the platform answered itself.
    pub of_platform: u64,
    /// Attempts that counted as first ones, because the platform's cache was slow.
    pub forgotten: u64,
    /// Log lines: one for each request that the module saw, or none without an endpoint.
    pub log_lines: u64,
    /// How many requests were answered wrongly, or logged wrongly.
    pub wrong: u64,
    /// The first wrong ones in full.
    pub shown: Vec<String>,
    /// How long it took.
    pub time: Duration,
    /// The most memory that Viceroy had in its second and last quarter, in KiB.
    pub resident: Option<[u32; 2]>,
    /// The most memory that the module had in a sandbox, in its second and last quarter, in KiB.
    pub heap: Option<[u32; 2]>,
}

/// How much more memory there may be in the last quarter of a phase than in the second, in percent.
pub const MOST_GROWTH: u32 = 10;

/// The least requests of a phase in which memory says something.
const LEAST_FOR_MEMORY: u64 = 20_000;

/// Runs a soak, phase by phase, and gives what came of each.
///
/// # Errors
///
/// When Viceroy cannot be run, or a process does not end. A wrong answer is in the report.
pub async fn soak(soak: &Soak<'_>) -> Result<Vec<PhaseReport>> {
    let phases = phases::phases(soak.is_short)?;
    let parts: u64 = phases.iter().map(|phase| phase.parts).sum();
    let mut reports = Vec::new();
    for (phase, number) in phases.iter().zip(0..) {
        let requests = (soak.requests * phase.parts).div_ceil(parts);
        let seed = soak.seed.wrapping_mul(1 << 16).wrapping_add(number);
        let report = run::phase(soak, phase, requests, seed).await?;
        reports.push(report);
    }
    Ok(reports)
}

impl PhaseReport {
    /// Whether the memory of Viceroy or of the module grew all the time.
    pub fn is_growing(&self) -> bool {
        let grows = |sizes: Option<[u32; 2]>| {
            sizes.is_some_and(|[before, after]| {
                u64::from(after) * 100 > u64::from(before) * u64::from(100 + MOST_GROWTH)
            })
        };
        self.requests >= LEAST_FOR_MEMORY && (grows(self.resident) || grows(self.heap))
    }
}
