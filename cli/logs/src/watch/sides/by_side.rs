use std::collections::VecDeque;

use super::group::{Group, MOST_WINDOWS, Of};
use crate::watch::clients::Asked;
use crate::watch::line::Side;

/// What was asked in a scope on each side, to tell a fault of both from one of `next`.
#[derive(Clone, Debug, Default)]
pub(crate) struct BySide {
    open: [Group; 2],
    /// The newest is first.
    closed: VecDeque<[Group; 2]>,
}

impl BySide {
    pub(crate) fn add(&mut self, side: Side, asked: &Asked) {
        let [config, next] = &mut self.open;
        let of_side = match side {
            Side::Config => config,
            Side::Next => next,
        };
        of_side.add(&asked.into());
    }

    /// Closes the window.
    pub(crate) fn close(&mut self) {
        let window = std::mem::take(&mut self.open);
        self.closed.truncate(MOST_WINDOWS - 1);
        self.closed.push_front(window);
    }

    /// Forgets the windows, because they hold what a new alarm explains.
    pub(crate) fn forget(&mut self) {
        self.closed.clear();
    }

    /// A ratio of `config` and `next` in some scopes together, each in so many of the newest windows. Nothing where
    /// there are too few requests.
    pub(crate) fn ratios<'s>(
        scopes: impl Iterator<Item = (&'s Self, usize)>,
        of: Of,
    ) -> [Option<f64>; 2] {
        let mut all = <[Group; 2]>::default();
        for (scope, windows) in scopes {
            for (sum, of_side) in all.iter_mut().zip(scope.sum(windows)) {
                sum.add(&of_side);
            }
        }
        all.map(|of_side| of_side.ratio(of))
    }

    /// The part of what is asked of `next` that is asked here, if nothing of `config` is.
    pub(crate) fn part_of_next(&self, next: &Self) -> Option<f64> {
        let ([config, here], [_, all]) = (self.sum(MOST_WINDOWS), next.sum(MOST_WINDOWS));
        let is_asked = all.requests() > 0 && config == Group::default();
        is_asked.then(|| f64::from(here.requests()) / f64::from(all.requests()))
    }

    fn sum(&self, windows: usize) -> [Group; 2] {
        let mut sum = <[Group; 2]>::default();
        for window in self.closed.iter().take(windows) {
            for (sum, of_side) in sum.iter_mut().zip(window) {
                sum.add(of_side);
            }
        }
        sum
    }
}
