use std::path::PathBuf;

use anyhow::Result;
use signpost_testbed::StandInOrigin;

use super::figures::{Figure, Target};
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

/// What came of a turn: microseconds of Viceroy's CPU time a request, and requests a second.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Turn {
    cpu: f64,
    rate: f64,
}

impl Side {
    fn measure(&self, seconds: u8) -> Result<Turn> {
        let server = Server::start(&self.module, &self.manifest)?;
        let before = server.cpu()?;
        let requests = wrk::requests(&server.url(), self.asks, seconds)?;
        let cpu = server.cpu()?.saturating_sub(before);
        Ok(Turn {
            cpu: cpu.as_secs_f64() * 1e6 / requests,
            rate: requests / f64::from(seconds),
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
            let turns = [first.measure(seconds)?, second.measure(seconds)?];
            let [cpu, rate] = ratios(turns);
            let what = comparison.what();
            eprintln!("  round {number}: CPU {cpu:.3}, throughput {rate:.2}, {what}");
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

    /// The CPU time a request, and the requests a second.
    pub(super) fn figures(&self) -> [Figure; 2] {
        let median_of = |value: &dyn Fn([Turn; 2]) -> f64| {
            median(self.rounds.iter().map(|turns| value(*turns)))
        };
        let what = self.what();
        let cpu = Figure {
            what: format!("CPU: {what}"),
            value: median_of(&|[_, second]| second.cpu),
            unit: "µs",
            ratio: Some(median_of(&|turns| ratios(turns)[0])),
            target: self.most.map(Target::AtMost),
        };
        let rate = Figure {
            what: format!("throughput: {what}"),
            value: median_of(&|[_, second]| second.rate),
            unit: "a second",
            ratio: Some(median_of(&|turns| ratios(turns)[1])),
            target: None,
        };
        [cpu, rate]
    }

    fn what(&self) -> String {
        let [first, second] = &self.sides;
        format!("{} in {}", second.name, first.name)
    }
}

fn ratios([first, second]: [Turn; 2]) -> [f64; 2] {
    [second.cpu / first.cpu, second.rate / first.rate]
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
    use std::path::PathBuf;

    use super::{Asks, Comparison, Side, Turn, median};

    #[test]
    fn the_median_is_the_middle_one() {
        let rows: [(&[f64], f64); 2] = [(&[0.9, 0.1, 0.8], 0.8), (&[0.2, 0.1], 0.1)];
        for (values, expected) in rows {
            let found = median(values.iter().copied());
            assert_eq!(found.to_bits(), expected.to_bits(), "{values:?}");
        }
        assert!(median([].into_iter()).is_nan());
    }

    #[test]
    fn the_median_of_the_ratios_counts() {
        let rounds = [[50.0, 55.0], [50.0, 90.0], [100.0, 105.0]];
        for (most, rounds, expected) in [
            (Some(1.1), &rounds[..], true),
            (Some(1.09), &rounds, false),
            (None, &rounds, true),
            // Without a round the ratio is unknown.
            (Some(1.1), &[], false),
        ] {
            let side = |name| Side {
                name,
                module: PathBuf::new(),
                manifest: PathBuf::new(),
                asks: Asks::NewFiles,
            };
            let mut comparison = Comparison::new(side("off"), side("on"), most);
            let turn = |cpu| Turn {
                cpu,
                rate: 1e6 / cpu,
            };
            let turns = rounds.iter().map(|round: &[f64; 2]| round.map(turn));
            comparison.rounds = turns.collect();
            let [cpu, rate] = comparison.figures();
            assert_eq!(cpu.is_met(), expected, "{most:?} of {rounds:?}");
            assert_eq!(rate.what, "throughput: on in off");
        }
    }
}
