//! Counts what was found so far.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use strum::VariantArray as _;

use super::compare::{Change, Configurations};
use super::recent::Recent;
use super::value::{Group, Kind, Place, Plan, UnreadableLine, UnreadableLines};
use crate::differences::Difference;
use crate::log::{Asked, Chunk, Reader, Unreadable, Why};

/// Counts, and the first few of each kind.
#[derive(Debug, Default)]
pub(super) struct Tally<'c> {
    requests: u64,
    same: u64,
    blank: u64,
    groups: IndexMap<Change<'c>, Counted<Asked<'static>>>,
    /// The index in `groups` for recent requests; nothing for those that do not change.
    recent: Recent<Option<usize>>,
    unreadable: BTreeMap<Why, Counted<Excerpt>>,
}

/// A number, and the first samples with their places.
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

/// The number of samples of a group.
const SAMPLES: usize = 3;

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
        self.requests += 1;
        let groups = &mut self.groups;
        let found = self.recent.get_or(&asked, || {
            let change = configurations.change(&asked)?;
            let entry = groups.entry(change);
            let index = entry.index();
            entry.or_default();
            Some(index)
        });
        match found.and_then(|index| self.groups.get_index_mut(index)) {
            None => self.same += 1,
            Some((_, counted)) => counted.add(number, || asked.into_owned()),
        }
    }

    pub(super) fn with_chunk(mut self, configurations: &Configurations<'c>, chunk: &Chunk) -> Self {
        let mut reader = chunk.reader.clone();
        for (number, line) in chunk.lines() {
            self.take(configurations, &mut reader, number, line);
        }
        self
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        let Self {
            requests,
            same,
            blank,
            groups,
            recent: _,
            unreadable,
        } = other;
        self.requests += requests;
        self.same += same;
        self.blank += blank;
        for (change, counted) in groups {
            self.groups.entry(change).or_default().merge(counted);
        }
        for (why, counted) in unreadable {
            self.unreadable.entry(why).or_default().merge(counted);
        }
        self
    }

    /// The plan: groups in order, and samples answered again to show them in full.
    pub(super) fn into_plan(
        self,
        configurations: &Configurations<'c>,
        place: impl Fn(u64) -> Place,
        differences: Vec<Difference>,
    ) -> Plan {
        let mut groups = self.groups;
        groups.sort_by(|one, ones, other, others| {
            let kinds = one.kind.cmp(&other.kind);
            let numbers = others.number.cmp(&ones.number);
            kinds.then(numbers).then_with(|| one.cmp(other))
        });
        let mut changed: BTreeMap<_, _> = Kind::VARIANTS.iter().map(|kind| (*kind, 0)).collect();
        for (change, counted) in &groups {
            *changed.entry(change.kind).or_default() += counted.number;
        }
        let groups = groups
            .into_iter()
            .map(|(change, counted)| group(configurations, &place, &change, &counted))
            .collect();
        Plan {
            is_first: configurations.are_first(),
            unhealthy: Vec::new(),
            requests: self.requests,
            same: self.same,
            changed,
            groups,
            unreadable: unreadable(self.unreadable, &place),
            blank_lines: self.blank,
            too_little_read: None,
            incomplete: None,
            differences,
        }
    }
}

fn group<'c>(
    configurations: &Configurations<'c>,
    place: &impl Fn(u64) -> Place,
    change: &Change<'c>,
    counted: &Counted<Asked<'static>>,
) -> Group {
    let (old, new) = configurations.shapes(change);
    let first = counted.first.first();
    Group {
        kind: change.kind,
        requests: counted.number,
        old,
        new,
        differences: first.map_or_else(Vec::new, |(_, asked)| configurations.differences(asked)),
        samples: counted
            .first
            .iter()
            .map(|(number, asked)| configurations.sample(place(*number), asked))
            .collect(),
    }
}

fn unreadable(
    lines: BTreeMap<Why, Counted<Excerpt>>,
    place: &impl Fn(u64) -> Place,
) -> Vec<UnreadableLines> {
    let sample = |(number, excerpt): (u64, Excerpt)| UnreadableLine {
        place: place(number),
        text: excerpt.text,
        detail: excerpt.detail,
    };
    lines
        .into_iter()
        .map(|(why, counted)| UnreadableLines {
            why,
            lines: counted.number,
            samples: counted.first.into_iter().map(sample).collect(),
        })
        .collect()
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
