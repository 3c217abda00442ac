use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use clap::Args;

use crate::outlets;

/// How the test is repeated, and who is told.
#[derive(Args, Debug)]
#[command(mut_group("Outlets", |group| group.requires("every")))]
pub(crate) struct Options {
    /// Run the test again and again, such as every 60s, until Ctrl-C: a CDN in reserve, which no client
    /// asks, is then known to work
    ///
    /// A round begins so long after the one before began, or at once if that took longer. Each prints a
    /// line. The configuration, the list and the lock file are read once, at the start; the index, the
    /// addresses of hosts and certificates in each round.
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = interval,
        conflicts_with_all = ["junit", "parity", "settle"],
        help_heading = "Continuous mode"
    )]
    pub(crate) every: Option<Duration>,

    /// An alarm begins after so many rounds in a row with its fault, and ends after as many without
    #[arg(
        long,
        value_name = "N",
        default_value = "2",
        requires = "every",
        help_heading = "Continuous mode"
    )]
    pub(crate) rounds: NonZeroU32,

    /// End after so many rounds
    #[arg(
        long,
        value_name = "N",
        requires = "every",
        help_heading = "Continuous mode"
    )]
    pub(crate) count: Option<NonZeroU64>,

    #[command(flatten)]
    pub(crate) outlets: outlets::Options,
}

fn interval(text: &str) -> Result<Duration, String> {
    let read = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let is_possible = (Duration::from_secs(1)..=Duration::from_hours(24)).contains(&read);
    let words = "write a duration from 1s to 24h, such as 60s";
    is_possible.then_some(read).ok_or_else(|| words.to_owned())
}
