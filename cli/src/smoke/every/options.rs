//! The options of the continuous mode.

use std::num::{NonZeroU32, NonZeroU64};
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use crate::outlets;
use crate::output::Failure;

/// How the test is repeated, and who is told.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Run the test again and again, such as every 60s, until Ctrl-C, with alarms: so a CDN in reserve,
    /// which no client asks, is known to work
    ///
    /// The next round begins this long after the last one began, or at once if that took longer. Each
    /// prints a line. The configuration, the list and the lock file are read once, at the start; the
    /// index, the addresses of hosts and certificates in each round.
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = interval,
        conflicts_with_all = ["junit", "settle"],
        help_heading = "Continuous mode"
    )]
    pub(crate) every: Option<Duration>,

    /// An alarm begins after so many rounds in a row with its fault, and ends after as many without
    /// [default: 2]
    #[arg(
        long,
        value_name = "N",
        value_parser = at_least_one::<NonZeroU32>,
        help_heading = "Continuous mode"
    )]
    rounds: Option<NonZeroU32>,

    /// End after so many rounds
    #[arg(
        long,
        value_name = "N",
        value_parser = at_least_one::<NonZeroU64>,
        help_heading = "Continuous mode"
    )]
    pub(crate) count: Option<NonZeroU64>,

    #[command(flatten)]
    pub(crate) outlets: outlets::Options,
}

/// How many rounds in a row begin or end an alarm, unless the options say.
const ROUNDS: NonZeroU32 = NonZeroU32::new(2).unwrap();

impl Options {
    /// How many rounds in a row begin or end an alarm.
    pub(crate) fn rounds(&self) -> NonZeroU32 {
        self.rounds.unwrap_or(ROUNDS)
    }

    /// Refuses options that would do nothing.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let rounds = u64::from(self.rounds().get());
        let words = match (self.every, self.count) {
            (None, _) => {
                let is_idle = self.rounds.is_none() && self.count.is_none();
                let words = "--rounds, --count, --exec, --alertmanager and --metrics are for --every; add it, such as --every 60s, or leave them out";
                (!is_idle || self.outlets.are_named()).then(|| words.to_owned())
            }
            (Some(_), Some(count)) if count.get() < rounds => Some(format!(
                "with --count {count} no alarm could begin, which takes {rounds} rounds; write a larger --count, or fewer --rounds"
            )),
            (Some(_), _) => None,
        };
        words.map_or(Ok(()), |words| Err(Failure::new(words)))
    }
}

fn at_least_one<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse()
        .map_err(|_| "write a whole number, at least 1".to_owned())
}

fn interval(text: &str) -> Result<Duration, String> {
    let read = humantime::parse_duration(text).ok();
    let possible = Duration::from_secs(1)..=Duration::from_hours(24);
    let words = "write a duration from 1s to 24h, such as 60s";
    read.filter(|read| possible.contains(read))
        .ok_or_else(|| words.to_owned())
}
