//! What was found in some files of requests. Summaries of several files are added exactly.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::kept::Kept;
use super::loops::Hop;
use super::on_next::OnNext;
use super::parts::{Kind, Place, Sample, Shape, Spot, UnreadableLines};
use super::paths::Paths;
use crate::differences::Difference;

/// The number of samples of a group.
pub(super) const SAMPLES: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Summary {
    pub(super) planned: Planned,
    /// The names of the files, in the order in which they were read.
    pub(super) files: Vec<String>,
    /// In order, each combination of kind, loops, answers and sides once.
    pub(super) outcomes: Vec<Outcome>,
    /// In order, each reason once.
    pub(super) unreadable: Vec<UnreadableLines<Spot>>,
    pub(super) blank_lines: u64,
    pub(super) paths: Paths,
    /// Why some files were not read to their end.
    pub(super) incomplete: Vec<String>,
    /// The random numbers of the runs that wrote it; none before it is written. No run counts twice.
    pub(super) runs: BTreeSet<u64>,
}

/// What was planned: only summaries of the same can be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Planned {
    /// The revision of the old configuration; nothing before there is one.
    pub(super) old: Option<String>,
    /// The revision of the new configuration.
    pub(super) new: String,
    /// The unhealthy targets of the new configuration, in order.
    pub(super) unhealthy: Vec<String>,
    /// How many percent of the files the new configuration has in `next`; nothing if it replaces the old one.
    pub(super) next: Option<u8>,
    /// The keys that differ.
    pub(super) differences: Vec<Difference>,
}

/// Requests with the same two answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outcome {
    /// How the answer changes, if it does.
    pub(super) kind: Option<Kind>,
    /// What `next` makes of them, if they are on its side.
    pub(super) on_next: Option<OnNext>,
    pub(super) old: Shape,
    pub(super) new: Shape,
    pub(super) requests: u64,
    /// How caches keep the old redirect, if it leads elsewhere than the new answer.
    pub(super) kept: Option<Kept>,
    /// The loop that clients with old redirects come to from the first sample.
    pub(super) looping: Option<Vec<Hop>>,
    /// How the replies to the first sample differ besides the location.
    pub(super) differences: Vec<Difference>,
    /// The first few, if the answer changes, or if `next` has no way for it.
    pub(super) samples: Vec<Sample<Spot>>,
}

impl Summary {
    /// A summary of no file.
    pub(super) fn of_nothing(planned: Planned) -> Self {
        Self {
            planned,
            files: Vec::new(),
            outcomes: Vec::new(),
            unreadable: Vec::new(),
            blank_lines: 0,
            paths: Paths::default(),
            incomplete: Vec::new(),
            runs: BTreeSet::new(),
        }
    }

    /// Adds what was found in files that come after these. Their `lines` must have a sum.
    pub(super) fn add(&mut self, other: Self) {
        let files = self.files.len();
        let moved = |spot: Spot| Spot {
            file: files + spot.file,
            ..spot
        };
        self.files.extend(other.files);
        self.outcomes
            .extend(other.outcomes.into_iter().map(|it| it.at(moved)));
        self.unreadable
            .extend(other.unreadable.into_iter().map(|it| it.at(moved)));
        self.blank_lines += other.blank_lines;
        self.paths.merge(other.paths);
        self.incomplete.extend(other.incomplete);
        self.runs.extend(other.runs);
        self.sort();
    }

    /// Puts everything in order, and the same together. What stands first has the first samples.
    pub(super) fn sort(&mut self) {
        let outcomes = std::mem::take(&mut self.outcomes).into_iter();
        let key = |it: &Outcome| {
            let (old, new) = (it.old.clone(), it.new.clone());
            (it.kind, it.looping.is_none(), old, new, it.on_next.clone())
        };
        self.outcomes = together(outcomes.map(|it| (key(&it), it)), Outcome::add);
        let unreadable = std::mem::take(&mut self.unreadable).into_iter();
        self.unreadable = together(unreadable.map(|it| (it.why, it)), |one, other| {
            one.lines += other.lines;
            one.samples.extend(other.samples);
            one.samples.truncate(SAMPLES);
        });
    }

    /// All lines, if their number fits. Every other number is part of it.
    pub(super) fn lines(&self) -> Option<u64> {
        let outcomes = self.outcomes.iter().map(|outcome| outcome.requests);
        let unreadable = self.unreadable.iter().map(|it| it.lines);
        let mut all = outcomes.chain(unreadable);
        all.try_fold(self.blank_lines, u64::checked_add)
    }

    /// What no log can have, if a summary from a file has it.
    pub(super) fn damage(&self) -> Option<&'static str> {
        if self.lines().is_none() {
            return Some("it counts more lines than there can be");
        }
        if self.paths.requests().is_none_or(|it| it > self.requests()) {
            return Some("it counts more requests that no route takes than requests");
        }
        let of_requests = self.outcomes.iter().flat_map(|it| &it.samples);
        let of_lines = self.unreadable.iter().flat_map(|it| &it.samples);
        let mut spots = of_requests
            .map(|it| it.place)
            .chain(of_lines.map(|it| it.place));
        spots
            .any(|spot| spot.file >= self.files.len())
            .then_some("a sample is of a file that it does not name")
    }

    pub(super) fn requests(&self) -> u64 {
        self.outcomes.iter().map(|outcome| outcome.requests).sum()
    }

    /// The name of a line, with its file if there are several.
    pub(super) fn place(files: &[String], spot: Spot) -> Place {
        let file = (files.len() > 1).then(|| files.get(spot.file).cloned());
        Place::Line {
            file: file.flatten(),
            line: spot.line,
        }
    }
}

impl Outcome {
    fn add(&mut self, later: Self) {
        self.requests += later.requests;
        self.samples.extend(later.samples);
        self.samples.truncate(SAMPLES);
    }

    fn at(self, place: impl Fn(Spot) -> Spot) -> Self {
        let samples = self.samples.into_iter();
        Self {
            samples: samples.map(|sample| sample.at(&place)).collect(),
            ..self
        }
    }
}

/// Adds up what has the same key, in the order of the keys.
fn together<K: Ord, V>(
    values: impl Iterator<Item = (K, V)>,
    mut add: impl FnMut(&mut V, V),
) -> Vec<V> {
    let mut found = BTreeMap::new();
    for (key, value) in values {
        match found.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(value);
            }
            Entry::Occupied(mut earlier) => add(earlier.get_mut(), value),
        }
    }
    found.into_values().collect()
}
