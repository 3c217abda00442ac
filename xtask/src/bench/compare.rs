use std::fmt;
use std::path::PathBuf;

use anyhow::Result;

use super::server::Server;
use super::wrk::{self, Files};
use crate::table::table;

/// A module, its configuration, and the files that are asked for.
pub(super) struct Side {
    pub(super) name: &'static str,
    pub(super) module: PathBuf,
    pub(super) manifest: PathBuf,
    pub(super) files: Files,
}

/// Two sides that take turns, and the least share of the first side's throughput that the second
/// must have.
pub(super) struct Comparison {
    title: &'static str,
    sides: [Side; 2],
    least: Option<f64>,
    /// The requests a second of the two sides.
    rounds: Vec<[f64; 2]>,
}

impl Side {
    fn requests_a_second(&self, seconds: u8) -> Result<f64> {
        let server = Server::start(&self.module, &self.manifest)?;
        wrk::requests_a_second(&server.url(), self.files, seconds)
    }
}

/// Lets all sides of all comparisons take turns, so that other work of the machine slows all of them.
pub(super) fn measure(
    mut comparisons: Vec<Comparison>,
    rounds: u8,
    seconds: u8,
) -> Result<Vec<Comparison>> {
    for number in 1..=rounds {
        for comparison in &mut comparisons {
            let [first, second] = &comparison.sides;
            let first = first.requests_a_second(seconds)?;
            let second = second.requests_a_second(seconds)?;
            let title = comparison.title;
            eprintln!("  round {number}: {:.2}, {title}", second / first);
            comparison.rounds.push([first, second]);
        }
    }
    Ok(comparisons)
}

impl Comparison {
    /// A comparison before its first round.
    pub(super) fn new(title: &'static str, first: Side, second: Side, least: Option<f64>) -> Self {
        Self {
            title,
            sides: [first, second],
            least,
            rounds: Vec::new(),
        }
    }

    /// Whether the second side has its least share.
    pub(super) fn is_met(&self) -> bool {
        self.least.is_none_or(|least| self.ratio() >= least)
    }

    fn ratio(&self) -> f64 {
        median(self.rounds.iter().map(|[first, second]| second / first))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = &self.sides;
        let heading = [
            "round",
            &format!("{} /s", first.name),
            &format!("{} /s", second.name),
            "ratio",
        ];
        let mut rows = vec![heading.map(str::to_owned)];
        rows.extend((1..).zip(&self.rounds).map(|(number, [first, second])| {
            let ratio = second / first;
            [
                format!("{number}"),
                format!("{first:.0}"),
                format!("{second:.0}"),
                format!("{ratio:.2}"),
            ]
        }));
        let wanted = self.least.map(|least| format!(", at least {least} wanted"));
        writeln!(
            formatter,
            "{}\n{}median ratio {:.2}{}",
            self.title,
            table(&rows),
            self.ratio(),
            wanted.unwrap_or_default()
        )
    }
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

    use super::{Comparison, Files, Side, median};

    fn comparison(least: Option<f64>, rounds: &[[f64; 2]]) -> Comparison {
        let side = |name| Side {
            name,
            module: PathBuf::new(),
            manifest: PathBuf::new(),
            files: Files::New,
        };
        let mut comparison = Comparison::new("on against off", side("off"), side("on"), least);
        comparison.rounds = rounds.to_vec();
        comparison
    }

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
        let rounds: &[_] = &[[10.0, 7.0], [10.0, 2.0], [10.0, 9.0]];
        let rows = [
            (Some(0.7), rounds, true),
            (Some(0.71), rounds, false),
            (None, rounds, true),
            // Without a round the share is too little.
            (Some(0.7), &[], false),
            (None, &[], true),
        ];
        for (least, rounds, expected) in rows {
            let found = comparison(least, rounds).is_met();
            assert_eq!(found, expected, "{least:?} of {rounds:?}");
        }
    }

    #[test]
    fn every_round_and_the_wanted_share_are_shown() {
        let rounds = [[10.0, 7.0], [20.0, 18.0]];
        assert_eq!(
            comparison(Some(0.7), &rounds).to_string(),
            "on against off\n\
             round  off /s  on /s  ratio\n\
             1      10      7      0.70\n\
             2      20      18     0.90\n\
             median ratio 0.70, at least 0.7 wanted\n"
        );
        let shown = comparison(None, &rounds).to_string();
        assert!(shown.ends_with("\nmedian ratio 0.70\n"), "{shown}");
    }
}
