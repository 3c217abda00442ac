//! Compares the files of `next` with those of `config`, over the same windows.

mod by_side;
mod chance;
mod group;

use std::collections::VecDeque;
use std::str::FromStr as _;

use serde::Serialize;
use signpost::values::{Share, Switch};

pub(crate) use self::by_side::BySide;
use self::chance::chance;
pub(crate) use self::group::Of;
use self::group::{Group, MOST_WINDOWS};
use super::band::count;
use super::clients::Asked;
use super::line::{InForce, Left, Line, Side};
use super::repeats::Seen;

/// The groups of a hundredth of all files.
const GROUPS_OF_PERCENT: usize = 20;

/// All groups, of both sides.
const GROUPS: usize = 100 * GROUPS_OF_PERCENT;

/// Earlier windows are added until the smaller side has this many groups.
const ENOUGH_GROUPS: usize = 10;

/// One group in so many counts as one of the worst; if the smaller side has as many groups, at least so many.
const WORST: usize = 20;
const LEAST_WORST: usize = 30;

/// What is at most this probable by chance raises an alarm.
const RARE: f64 = 1e-5;

/// An alarm also needs this difference of the sides' ratios.
const APART: f64 = 0.03;

/// The two sides of a release.
///
/// A hash of the path puts a file on its side, and another one into a group of its side. There are 20 groups for
/// each percent. So if `next` is as good as `config`, the files of any group could as well be those of any other,
/// and whether the worst groups are those of `next` is chance alone, which can be computed. Nothing is assumed of
/// clients or files: a client that asks without end, and a file that many ask for, fill a single group.
#[derive(Debug, Default)]
pub(crate) struct Sides {
    /// The last switch, and the share of `next` in it, in percent.
    switch: (String, u8),
    /// The largest share in the open window; 0 if there is none.
    open_share: u8,
    /// Those of `next` come first. Empty if there is nothing to compare.
    open: Vec<Group>,
    /// The share of the closed windows.
    closed_share: u8,
    /// The newest is first.
    closed: VecDeque<Vec<Group>>,
}

/// A ratio on both sides, each the mean of its groups.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Compared {
    pub(crate) next: f64,
    pub(crate) config: f64,
    /// Whether `next` is worse, and not by chance.
    #[serde(skip)]
    pub(crate) is_broken: bool,
}

impl Sides {
    /// Notes the share of `next` in a line.
    pub(crate) fn note(&mut self, in_force: Option<&InForce<'_>>) {
        let Some(in_force) = in_force else { return };
        if self.switch.0 != in_force.switch {
            let switch = Switch::from_str(&in_force.switch);
            // A switch that cannot be read is `off`, for all files.
            let share = switch.map_or(Share::NONE, Switch::next).as_percent();
            // A log may hold anything.
            self.switch = (in_force.switch.chars().take(64).collect(), share);
        }
        if self.switch.1 > self.open_share {
            // While a larger share spreads, what comes under the smaller one is left out.
            self.open_share = self.switch.1;
            self.open.clear();
            if (1..100).contains(&self.open_share) {
                self.open.resize(GROUPS, Group::default());
            }
        }
    }

    /// Counts what was asked for a path, by the hash of it.
    pub(crate) fn add(&mut self, side: Side, path: u64, asked: &Asked) {
        if self.switch.1 != self.open_share {
            return;
        }
        let of_next = groups_of_next(self.open_share);
        let (first, groups) = match side {
            Side::Next => (0, of_next),
            Side::Config => (of_next, GROUPS - of_next),
        };
        let place = path.checked_rem(groups as u64);
        let place = place.and_then(|place| usize::try_from(place).ok());
        if let Some(group) = place.and_then(|place| self.open.get_mut(first + place)) {
            group.add(&asked.into());
        }
    }

    /// Closes the window.
    pub(crate) fn close(&mut self) {
        let share = std::mem::take(&mut self.open_share);
        let groups = std::mem::take(&mut self.open);
        if share != self.closed_share {
            self.closed_share = share;
            self.closed.clear();
        }
        if !groups.is_empty() {
            self.closed.truncate(MOST_WINDOWS - 1);
            self.closed.push_front(groups);
        }
    }

    /// Forgets the windows, because they hold what a new alarm explains.
    pub(crate) fn forget(&mut self) {
        self.closed.clear();
    }

    /// The share of `next` in the last window, in percent; 0 if there is none.
    pub(crate) fn share(&self) -> u8 {
        self.closed_share
    }

    /// Whether both sides had files in the last window.
    pub(crate) fn are_compared(&self) -> bool {
        (1..100).contains(&self.closed_share)
    }

    /// Compares a ratio of the two sides. Nothing if even the clearest difference could be chance.
    pub(crate) fn compare(&self, of: Of) -> Option<Compared> {
        let mut sum = vec![Group::default(); GROUPS];
        let mut found = None;
        for window in &self.closed {
            for (sum, group) in sum.iter_mut().zip(window) {
                sum.add(group);
            }
            let (of_next, of_config) = sum.split_at(groups_of_next(self.closed_share));
            let ratios = |of_side: &[Group]| -> Vec<f64> {
                of_side.iter().filter_map(|group| group.ratio(of)).collect()
            };
            let (of_next, of_config) = (ratios(of_next), ratios(of_config));
            let chance = if self.closed_share <= 50 {
                chance_of_worst(&of_next, &of_config)
            } else {
                // The best groups are those of `config` then.
                let best = |ratios: &[f64]| ratios.iter().map(|ratio| -ratio).collect::<Vec<_>>();
                chance_of_worst(&best(&of_config), &best(&of_next))
            };
            let (next, config) = (mean(&of_next), mean(&of_config));
            found = chance.map(|chance| Compared {
                next,
                config,
                is_broken: chance <= RARE && next >= config + APART,
            });
            if found.is_some() && of_next.len().min(of_config.len()) >= ENOUGH_GROUPS {
                break;
            }
        }
        found
    }
}

/// What counts for a side of what a client asks.
///
/// A repeat counts against the side of its file, unless the file has only just come there. Of `next` what it leaves to
/// `config` and what it gives to the origin on purpose is not redirected. What `config` says to a repeated attempt at a
/// file of `next` counts for neither. Neither does what a client asks over and over.
pub(crate) fn asked_of_side(line: &Line<'_>, seen: Option<Seen>) -> Asked {
    let is_first = seen == Some(Seen::First) && line.left.is_none();
    // Both sides count all attempts of a client alike, though those at `next` end at `config`.
    let is_retried = line.left == Some(Left::Retried);
    let is_repeat = matches!(seen, Some(Seen::Again(sent)) if is_retried || sent.side == line.side);
    let is_refused = line.left == Some(Left::Refused);
    let is_on_route = line.is_on_route() || line.is_of_origin_route() || is_refused;
    let is_on_route = is_on_route && !is_retried && seen != Some(Seen::OverAndOver);
    let is_not_redirected = line.is_not_redirected() || line.is_of_origin_route() || is_refused;
    Asked {
        firsts: 0,
        compared: u16::from(is_first || is_repeat),
        repeats: u16::from(is_repeat),
        on_routes: u16::from(is_on_route),
        not_redirected: u16::from(is_on_route && is_not_redirected),
    }
}

impl Compared {
    /// How high the ratio of `next` may be.
    pub(crate) fn limit(&self) -> f64 {
        self.config + APART
    }
}

/// How probable it is by chance that so many of the worst groups are among these few. Nothing if it could not be
/// rare, whichever they were.
///
/// Which groups are the worst is found without looking at their sides, or the chance would be wrong: all that are as
/// bad as the last of them, or if that is every group, those that are worse.
fn chance_of_worst(few: &[f64], many: &[f64]) -> Option<f64> {
    let mut all: Vec<_> = few.iter().chain(many).copied().collect();
    all.sort_by(|one, other| other.total_cmp(one));
    let worst = (all.len() / WORST).max(few.len().min(LEAST_WORST));
    if chance(all.len(), few.len(), worst, worst.min(few.len())) > RARE {
        return None;
    }
    let last = all.get(worst.checked_sub(1)?).copied()?;
    let as_bad = |ratio: &&f64| **ratio >= last;
    let beyond = |ratio: &&f64| **ratio > last;
    let number = |ratios: &[f64]| {
        if all.iter().all(|ratio| as_bad(&ratio)) {
            ratios.iter().filter(beyond).count()
        } else {
            ratios.iter().filter(as_bad).count()
        }
    };
    Some(chance(all.len(), few.len(), number(&all), number(few)))
}

fn groups_of_next(share: u8) -> usize {
    usize::from(share) * GROUPS_OF_PERCENT
}

fn mean(ratios: &[f64]) -> f64 {
    ratios.iter().sum::<f64>() / count(ratios.len().max(1) as u64)
}

#[cfg(test)]
mod tests;
