//! Counts what was found so far in one file.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use signpost_logs::log::{Asked, Chunk, Reader, Unreadable, Why};

use super::compare::{Compared, Configurations};
use super::on_next::OnNext;
use super::parts::{Spot, UnreadableLine, UnreadableLines};
use super::paths::Paths;
use super::recent::{Recent, Seen};
use super::summary::{Outcome, Planned, SAMPLES, Summary};

/// Counts, and the first few of each kind.
#[derive(Debug, Default)]
pub(super) struct Tally<'c> {
    blank: u64,
    /// An outcome has nothing of a request, so there are only so many, and their hash need not withstand an attack.
    outcomes: IndexMap<Compared<'c>, Counted<Asked<'static>>, RandomState>,
    /// The index in `outcomes` for recent requests.
    recent: Recent<usize>,
    /// Without the recent requests.
    paths: Paths,
    unreadable: BTreeMap<Why, Counted<Excerpt>>,
}

/// A number, and the first samples with their lines.
#[derive(Debug)]
struct Counted<T> {
    number: u64,
    first: Vec<(u64, T)>,
}

/// An unreadable line.
#[derive(Debug)]
struct Excerpt {
    /// How it begins.
    text: String,
    /// What it was read as, and where that failed.
    detail: String,
}

/// The bytes that are kept of an unreadable line.
const EXCERPT: usize = 120;

impl<'c> Tally<'c> {
    /// Compares the answers to the request of one line. Numbers must not go down.
    pub(super) fn take(
        &mut self,
        configurations: &Configurations<'c>,
        reader: &mut Reader,
        number: u64,
        line: &[u8],
    ) {
        let asked = match reader.read(line) {
            Ok(Some(entry)) => entry.asked,
            Ok(None) => {
                self.blank += 1;
                return;
            }
            Err(unreadable) => {
                let counted = self.unreadable.entry(unreadable.why()).or_default();
                counted.add(number, || Excerpt::of(line, &unreadable));
                return;
            }
        };
        let index = match self.recent.find(&asked) {
            Some(index) => index,
            None => self.compare(configurations, &asked),
        };
        if let Some((compared, counted)) = self.outcomes.get_index_mut(index) {
            if compared.is_shown() {
                counted.add(number, || asked.into_owned());
            } else {
                counted.number += 1;
            }
        }
    }

    pub(super) fn with_chunk(mut self, configurations: &Configurations<'c>, chunk: &Chunk) -> Self {
        let mut reader = chunk.reader.clone();
        for (number, line) in chunk.lines() {
            self.take(configurations, &mut reader, number, line);
        }
        self
    }

    /// Both must have forgotten their recent requests.
    pub(super) fn merge(mut self, other: Self) -> Self {
        let Self {
            blank,
            outcomes,
            recent: _,
            paths,
            unreadable,
        } = other;
        self.blank += blank;
        for (compared, counted) in outcomes {
            self.outcomes.entry(compared).or_default().merge(counted);
        }
        self.paths.merge(paths);
        for (why, counted) in unreadable {
            self.unreadable.entry(why).or_default().merge(counted);
        }
        self
    }

    /// Forgets the recent requests and counts their paths.
    pub(super) fn without_recent(mut self, configurations: &Configurations<'c>) -> Self {
        for seen in self.recent.forget() {
            self.count_path(configurations, &seen);
        }
        self
    }

    /// What was found in a file of this name. Answers the samples again to show them in full.
    pub(super) fn into_summary(
        self,
        configurations: &Configurations<'c>,
        planned: Planned,
        file: String,
    ) -> Summary {
        let this = self.without_recent(configurations);
        let outcomes = this.outcomes.iter();
        let unreadable = this.unreadable.into_iter();
        let mut summary = Summary {
            planned,
            files: vec![file],
            outcomes: outcomes
                .map(|(compared, counted)| outcome(configurations, compared, counted))
                .collect(),
            unreadable: unreadable
                .map(|(why, counted)| lines(why, counted))
                .collect(),
            blank_lines: this.blank,
            paths: this.paths,
            incomplete: Vec::new(),
            runs: BTreeSet::new(),
        };
        summary.sort();
        summary
    }

    /// The index of a request that is not remembered.
    fn compare(&mut self, configurations: &Configurations<'c>, asked: &Asked<'_>) -> usize {
        let entry = self.outcomes.entry(configurations.compare(asked));
        let index = entry.index();
        entry.or_default();
        if let Some(seen) = self.recent.keep(asked.clone().into_owned(), index) {
            self.count_path(configurations, &seen);
        }
        index
    }

    fn count_path(&mut self, configurations: &Configurations<'c>, seen: &Seen<usize>) {
        let outcome = self.outcomes.get_index(seen.found);
        if outcome.is_some_and(|(compared, _)| compared.is_unrouted) {
            let target = seen.asked.target();
            let (known, rest) = configurations.outline(&seen.asked, &target);
            self.paths.add(known, rest, seen.times);
        }
    }
}

fn outcome<'c>(
    configurations: &Configurations<'c>,
    compared: &Compared<'c>,
    counted: &Counted<Asked<'static>>,
) -> Outcome {
    let (old, new) = configurations.shapes(compared);
    let first = counted.first.first();
    let samples = counted.first.iter();
    let looping = first.filter(|_| compared.is_looping);
    Outcome {
        kind: compared.kind,
        on_next: compared.on_next.map(OnNext::into_owned),
        kept: first.and_then(|(_, asked)| configurations.kept(asked)),
        looping: looping.and_then(|(_, asked)| configurations.find_loop(asked)),
        old,
        new,
        requests: counted.number,
        differences: first.map_or_else(Vec::new, |(_, asked)| configurations.differences(asked)),
        samples: samples
            .map(|(line, asked)| configurations.sample(spot(*line), asked))
            .collect(),
    }
}

fn lines(why: Why, counted: Counted<Excerpt>) -> UnreadableLines<Spot> {
    let samples = counted
        .first
        .into_iter()
        .map(|(line, excerpt)| UnreadableLine {
            place: spot(line),
            text: excerpt.text,
            detail: excerpt.detail,
        });
    UnreadableLines {
        why,
        lines: counted.number,
        samples: samples.collect(),
    }
}

/// A line of the only file.
fn spot(line: u64) -> Spot {
    Spot { file: 0, line }
}

impl<T> Counted<T> {
    fn add(&mut self, number: u64, sample: impl FnOnce() -> T) {
        self.number += 1;
        if self.first.len() < SAMPLES {
            self.first.push((number, sample()));
        }
    }

    /// Keeps the samples with the smallest numbers, so the threads' work division does not show.
    fn merge(&mut self, other: Self) {
        self.number += other.number;
        self.first.extend(other.first);
        self.first.sort_by_key(|(number, _)| *number);
        self.first.truncate(SAMPLES);
    }
}

impl<T> Default for Counted<T> {
    fn default() -> Self {
        Self {
            number: 0,
            first: Vec::new(),
        }
    }
}

impl Excerpt {
    fn of(line: &[u8], unreadable: &Unreadable) -> Self {
        let start = line.get(..EXCERPT).unwrap_or(line);
        let mut text = String::from_utf8_lossy(start).trim().to_owned();
        if start.len() < line.len() {
            text.push('…');
        }
        Self {
            text,
            detail: unreadable.to_string(),
        }
    }
}
