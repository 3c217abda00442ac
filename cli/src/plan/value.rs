//! The plan. Its fields are those of `--format json`.

use std::collections::BTreeMap;
use std::mem::take;

use indicatif::HumanCount;
use serde::Serialize;
use strum::VariantArray as _;

use super::cost::{Cost, CpuTimes, Prices};
use super::next::Next;
use super::parts::{Group, Kind, Place, Spot, UnreadableLines};
use super::shares::{self, Share};
use super::summary::{Outcome, Summary};
use super::unrouted::Unrouted;
use crate::differences::Difference;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Plan {
    /// There is no old configuration: what does not lead to a redirect stays at the origin.
    #[serde(skip)]
    pub(crate) is_first: bool,
    /// The unhealthy targets of the new configuration, in order.
    pub(crate) unhealthy: Vec<String>,
    /// What is on the side of `next`; nothing if the new configuration replaces the old one.
    pub(crate) next: Option<Next>,
    /// The requests that both configurations answered.
    pub(crate) requests: u64,
    /// Those with the same status, headers and body, or sent to the origin for the same reason.
    pub(crate) same: u64,
    /// The changed requests by kind, zeros included.
    pub(crate) changed: BTreeMap<Kind, u64>,
    /// The changed requests that loop, for clients with old redirects or for all.
    pub(crate) looping: u64,
    /// How much each route takes; nothing for examples, which are no traffic.
    pub(crate) routes: Option<Vec<Share>>,
    /// The paths that no route takes any more; nothing for examples.
    pub(crate) unrouted: Option<Unrouted>,
    /// What the requests cost, if prices are known.
    pub(crate) cost: Option<Cost>,
    /// The changed requests by kind, route and shape: first by kind, then by size.
    pub(crate) groups: Vec<Group>,
    /// The lines that are not requests.
    pub(crate) unreadable: Vec<UnreadableLines>,
    pub(crate) blank_lines: u64,
    /// Why too few lines could be read to trust the plan.
    pub(crate) too_little_read: Option<String>,
    /// Why some requests were not read.
    pub(crate) incomplete: Option<String>,
    /// The keys that differ, even if no request shows it, without the examples.
    pub(crate) differences: Vec<Difference>,
}

impl Plan {
    /// The plan over the requests of files.
    pub(super) fn over_files(mut summary: Summary) -> Self {
        let (files, paths) = (take(&mut summary.files), take(&mut summary.paths));
        let all = summary.requests();
        let shares = shares::of(&summary.outcomes);
        let unrouted = Unrouted::new(paths, all);
        Self {
            routes: Some(shares),
            unrouted: Some(unrouted),
            ..Self::new(summary, |spot| Summary::place(&files, spot))
        }
    }

    /// The plan over examples, with a name for each place.
    pub(super) fn over_examples(summary: Summary, place: impl Fn(Spot) -> Place) -> Self {
        Self::new(summary, place)
    }

    fn new(summary: Summary, place: impl Fn(Spot) -> Place) -> Self {
        let (requests, incomplete) = (summary.requests(), summary.incomplete.join("; "));
        let share = summary.planned.next;
        let next = share.map(|percent| Next::new(percent, &summary.outcomes, &place));
        let mut changed: BTreeMap<_, _> = Kind::VARIANTS.iter().map(|kind| (*kind, 0)).collect();
        let mut groups = Vec::new();
        for outcome in summary.outcomes {
            if let Some(kind) = outcome.kind {
                *changed.entry(kind).or_default() += outcome.requests;
                groups.push(group(kind, outcome, &place));
            }
        }
        // The outcomes are in order, and groups of the same size stay so.
        groups.sort_by_key(|group| (group.kind, std::cmp::Reverse(group.requests)));
        let looping = groups.iter().filter(|group| group.looping.is_some());
        let looping = looping.map(|group| group.requests).sum();
        let unreadable = summary.unreadable.into_iter();
        Self {
            is_first: summary.planned.old.is_none(),
            unhealthy: summary.planned.unhealthy,
            next,
            requests,
            same: requests - changed.values().sum::<u64>(),
            changed,
            looping,
            routes: None,
            unrouted: None,
            cost: None,
            groups,
            unreadable: unreadable.map(|lines| lines.at(&place)).collect(),
            blank_lines: summary.blank_lines,
            too_little_read: None,
            incomplete: (!incomplete.is_empty()).then_some(incomplete),
            differences: summary.planned.differences,
        }
    }

    /// Nothing changes: same answers, and the configurations agree on every key that the edge
    /// reads.
    pub(crate) fn is_empty(&self) -> bool {
        self.changed() == 0 && self.differences.is_empty()
    }

    /// A person must look: something changes, or too few lines were read.
    pub(crate) fn needs_review(&self) -> bool {
        !self.is_empty() || self.too_little_read.is_some()
    }

    /// The plan, with a complaint if more than this percentage of lines is unreadable.
    pub(crate) fn allowing(mut self, percent: u8) -> Self {
        let unreadable = self.unreadable_lines();
        let lines = self.requests + unreadable;
        if u128::from(unreadable) * 100 > u128::from(lines) * u128::from(percent) {
            let (unreadable, lines) = (HumanCount(unreadable), HumanCount(lines));
            self.too_little_read = Some(format!(
                "{unreadable} of {lines} lines cannot be read, and --max-unreadable allows {percent}%"
            ));
        }
        self
    }

    /// The plan with the cost of its requests.
    pub(super) fn with_cost(mut self, prices: Prices, cpu_ms: CpuTimes) -> Self {
        let shares = self.routes.as_deref().unwrap_or_default();
        let cost = Cost::new(shares, self.requests, self.is_first, prices, cpu_ms);
        self.cost = Some(cost);
        self
    }

    pub(crate) fn unreadable_lines(&self) -> u64 {
        self.unreadable.iter().map(|found| found.lines).sum()
    }

    pub(crate) fn changed(&self) -> u64 {
        self.changed.values().sum()
    }
}

fn group(kind: Kind, outcome: Outcome, place: impl Fn(Spot) -> Place) -> Group {
    let samples = outcome.samples.into_iter();
    Group {
        kind,
        requests: outcome.requests,
        old: outcome.old,
        new: outcome.new,
        kept: outcome.kept,
        looping: outcome.looping,
        differences: outcome.differences,
        samples: samples.map(|sample| sample.at(&place)).collect(),
    }
}
