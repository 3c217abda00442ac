use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use signpost_testbed::StandInOrigin;

use super::figures::{Figure, Target, number};
use super::server::Server;
use super::wrk::{self, Asks};

/// A module, its configuration, and what it is asked.
#[derive(Clone)]
pub(super) struct Side {
    pub(super) name: &'static str,
    pub(super) module: PathBuf,
    pub(super) manifest: PathBuf,
    pub(super) asks: Asks,
}

/// Two sides that take turns. The second one is measured in terms of the first.
pub(super) struct Comparison {
    sides: [Side; 2],
    /// The most CPU time a request of the second side, as a ratio.
    most: Option<f64>,
    rounds: Vec<[Turn; 2]>,
}

/// What Viceroy did in a turn.
#[derive(Clone, Copy)]
struct Turn {
    seconds: f64,
    requests: f64,
    cpu: Duration,
}

impl Side {
    fn take_turn(&self, seconds: u8) -> Result<Turn> {
        let server = Server::start(&self.module, &self.manifest)?;
        let before = server.cpu()?;
        Ok(Turn {
            seconds: seconds.into(),
            requests: wrk::requests(&server.url(), self.asks, seconds)?,
            cpu: server.cpu()?.saturating_sub(before),
        })
    }
}

/// Lets all sides of all comparisons take turns, so that other work of the machine slows all of them.
pub(super) fn measure(
    comparisons: &mut [Comparison],
    origin: &StandInOrigin,
    rounds: u8,
    seconds: u8,
) -> Result<()> {
    for number in 1..=rounds {
        for comparison in &mut *comparisons {
            let [first, second] = &comparison.sides;
            let turns = [first.take_turn(seconds)?, second.take_turn(seconds)?];
            let (cpu, what) = (ratio(Turn::cpu, &turns), comparison.what());
            eprintln!("  round {number}: {cpu:.3} times the CPU time, {what}");
            comparison.rounds.push(turns);
            // It keeps what it received, which nobody reads.
            origin.take_requests();
        }
    }
    Ok(())
}

impl Comparison {
    /// A comparison before its first round.
    pub(super) fn new(first: Side, second: Side, most: Option<f64>) -> Self {
        Self {
            sides: [first, second],
            most,
            rounds: Vec::new(),
        }
    }

    /// The CPU time of a request, and how many were answered.
    pub(super) fn figure(&self) -> Figure {
        let value = |of: fn(&Turn) -> f64| median(self.rounds.iter().map(|[_, second]| of(second)));
        let ratio = |of| median(self.rounds.iter().map(|turns| ratio(of, turns)));
        let (rate, rate_ratio) = (number(value(Turn::rate)), ratio(Turn::rate));
        Figure {
            what: self.what(),
            value: value(Turn::cpu),
            unit: format!("µs of CPU time ({rate} a second, ratio {rate_ratio:.2})"),
            ratio: Some(ratio(Turn::cpu)),
            target: self.most.map(Target::AtMost),
        }
    }

    fn what(&self) -> String {
        let [first, second] = &self.sides;
        format!("{} in {}", second.name, first.name)
    }
}

impl Turn {
    /// Microseconds of Viceroy's CPU time a request.
    fn cpu(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.requests
    }

    /// Requests a second.
    fn rate(&self) -> f64 {
        self.requests / self.seconds
    }
}

fn ratio(of: fn(&Turn) -> f64, [first, second]: &[Turn; 2]) -> f64 {
    of(second) / of(first)
}

/// The middle value; of an even number the lower of the two in the middle; NaN without values.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len().saturating_sub(1) / 2;
    values.get(middle).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_one() {
        let rows: [(&[f64], f64); 2] = [(&[0.9, 0.1, 0.8], 0.8), (&[0.2, 0.1], 0.1)];
        for (values, expected) in rows {
            let found = median(values.iter().copied());
            assert_eq!(found.to_bits(), expected.to_bits(), "{values:?}");
        }
        assert!(median([].into_iter()).is_nan());
    }
}
