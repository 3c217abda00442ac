//! Which of a route's targets a match is sent to.
//!
//! The choice is weighted rendezvous hashing: each target draws a number from the captures and its
//! own name, and the smallest wins. So one URL keeps its target, on every machine and in every
//! version; a target that goes takes only its own files along; and a weight that is changed moves
//! files to or from that target only.

use std::cmp::Ordering;
use std::iter;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Target;
use super::turn::{Health, Tries, Turn};
use crate::capture::Capture;

/// The most targets that a route has, which bounds what a choice costs.
pub const MAX_TARGETS: usize = 8;

/// How large a target's share of a route's files is, next to the others': 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(u16);

/// A number that is no weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0} is not a weight: a whole number from 1 to 1000")]
pub struct WeightError(i64);

/// A target as a route names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightedTarget {
    target: Arc<Target>,
    weight: Weight,
}

/// The targets of a route, in the order in which they are written: at least one, and each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    first: WeightedTarget,
    others: Vec<WeightedTarget>,
}

/// The target that captures choose in a turn, and by which step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<'t> {
    target: &'t Target,
    step: Step,
}

/// How a turn came to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is the first in the captures' own order.
    First,
    /// Those before it are not healthy.
    PastUnhealthy,
    /// The client was sent to others before.
    Next,
    /// None is left, so the origin is next. It is the one that the client would go round to.
    Origin,
}

impl Weight {
    /// The weight of a target that none is written for.
    pub const ONE: Self = Self(1);

    /// The number.
    pub fn as_u16(self) -> u16 {
        self.0
    }
}

impl TryFrom<i64> for Weight {
    type Error = WeightError;

    fn try_from(weight: i64) -> Result<Self, WeightError> {
        let number = u16::try_from(weight).ok();
        let number = number.filter(|number| (1..=1000).contains(number));
        number.map(Self).ok_or(WeightError(weight))
    }
}

impl WeightedTarget {
    /// A target with its weight.
    pub fn new(target: Arc<Target>, weight: Weight) -> Self {
        Self { target, weight }
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Its weight.
    pub fn weight(&self) -> Weight {
        self.weight
    }

    fn is_healthy(&self, health: Health<'_>) -> bool {
        self.target.health_backend().is_none_or(health)
    }
}

impl Targets {
    /// Targets that are each named once; [`Config`](crate::config::Config) has checked that they are.
    pub(crate) fn new(first: WeightedTarget, others: Vec<WeightedTarget>) -> Self {
        Self { first, others }
    }

    /// The targets, in the order in which they are written.
    pub fn iter(&self) -> impl Iterator<Item = &WeightedTarget> {
        iter::once(&self.first).chain(&self.others)
    }

    /// The only target, where there is only one.
    pub fn only(&self) -> Option<&Target> {
        self.others.is_empty().then(|| self.first.target())
    }

    /// The targets in the order in which these captures choose them, whatever their health.
    pub fn in_order(&self, captures: &[Capture<'_>]) -> Vec<&Target> {
        let ranked = self.ranked(captures);
        ranked.into_iter().map(|(_, one)| one.target()).collect()
    }

    /// The target that these captures choose in this turn.
    ///
    /// Only healthy targets take part, or all where none is. The first turn is at the first of them in
    /// the captures' order, and each later one at the first that the client was not sent to before.
    /// Where none is left, and at the last of a client's tries, it is the origin's turn. Where the
    /// origin is not open, the client goes round from where it was last.
    pub fn choose(&self, captures: &[Capture<'_>], turn: &Turn<'_>) -> Choice<'_> {
        // Nothing is to be chosen on nearly every route, and then nothing is hashed.
        if let Some(only) = self.only() {
            let is_for_origin = turn.earlier.number() > 0 && turn.origin_is_open;
            return Choice {
                target: only,
                step: if is_for_origin {
                    Step::Origin
                } else {
                    Step::First
                },
            };
        }
        let ranked = self.ranked(captures);
        let is_healthy = |(_, target): &Placed<'_>| target.is_healthy(turn.health);
        let mut candidates: Vec<_> = ranked.iter().copied().filter(is_healthy).collect();
        if candidates.is_empty() {
            candidates.clone_from(&ranked);
        }
        let earlier = turn.earlier;
        let mut untried = candidates.iter();
        let untried = untried.find(|(place, _)| !earlier.include(*place));
        let next = untried
            .copied()
            .or_else(|| round(&ranked, &candidates, earlier));
        let (place, target) = next.unwrap_or((0, &self.first));
        let is_for_origin = turn.origin_is_open
            && earlier.number() > 0
            && (untried.is_none() || earlier.is_last_next());
        let step = match ranked.first() {
            _ if is_for_origin => Step::Origin,
            Some((first, _)) if *first == place => Step::First,
            Some((first, _)) if earlier.include(*first) => Step::Next,
            _ => Step::PastUnhealthy,
        };
        Choice {
            target: target.target(),
            step,
        }
    }

    /// The place of a target among these, in the order in which they are written.
    pub(crate) fn place_of(&self, target: &Target) -> Option<usize> {
        self.iter().position(|one| one.target() == target)
    }

    /// The targets in the captures' order, each with its place in the order in which they are written.
    fn ranked(&self, captures: &[Capture<'_>]) -> Vec<Placed<'_>> {
        let of_captures = hash_of(captures);
        let mut ranked: Vec<_> = self
            .iter()
            .enumerate()
            .map(|(place, target)| (Rank::of(&of_captures, target), (place, target)))
            .collect();
        ranked.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        ranked.into_iter().map(|(_, target)| target).collect()
    }
}

impl<'t> Choice<'t> {
    /// This target, without a choice.
    pub(crate) fn first(target: &'t Target) -> Self {
        Self {
            target,
            step: Step::First,
        }
    }

    /// The target. Where it is the origin's turn, nothing is sent there yet.
    pub fn target(self) -> &'t Target {
        self.target
    }

    /// How the turn came to it.
    pub fn step(self) -> Step {
        self.step
    }
}

/// A target with its place in the order in which they are written.
type Placed<'t> = (usize, &'t WeightedTarget);

/// The one that a client goes round to from the one where it was last.
fn round<'t>(
    ranked: &[Placed<'t>],
    candidates: &[Placed<'t>],
    earlier: Tries,
) -> Option<Placed<'t>> {
    let place_in_order = |place: usize| ranked.iter().position(|(other, _)| *other == place);
    let last = earlier.last().and_then(place_in_order);
    let after = candidates
        .iter()
        .position(|(place, _)| place_in_order(*place) > last);
    let number = after.unwrap_or_default() + earlier.further();
    let place = number.checked_rem(candidates.len())?;
    candidates.get(place).copied()
}

/// What a target has drawn. The smaller of two is tried first.
struct Rank<'t> {
    draw: u64,
    weight: u64,
    name: &'t str,
}

impl<'t> Rank<'t> {
    fn of(of_captures: &Sha256, target: &'t WeightedTarget) -> Self {
        let name = target.target().name();
        let hash = of_captures.clone().chain_update(name).finalize();
        let number = hash
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        Self {
            draw: draw(number),
            weight: u64::from(target.weight.0),
            name,
        }
    }

    /// Compares `draw / weight` without dividing, so that nothing is rounded. Two targets of a
    /// route never have one name.
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, two) = (self.draw * other.weight, other.draw * self.weight);
        (one, self.name).cmp(&(two, other.name))
    }
}

/// The hash of the captures, to which a target adds its name. A NUL follows each, which none holds.
fn hash_of(captures: &[Capture<'_>]) -> Sha256 {
    captures.iter().fold(Sha256::new(), |hash, capture| {
        hash.chain_update(capture.as_str()).chain_update([0])
    })
}

/// The number of binary places of a draw.
const PLACES: u32 = 32;

/// −log₂ of a number that is drawn evenly from (0, 1], in units of 2⁻³².
///
/// Divided by weights, such draws are the smallest as often as the weights say. It is worked out in
/// whole numbers: a logarithm of floating point differs in its last digit from one library to the
/// next, and then two machines could send one URL to two targets.
fn draw(hash: u64) -> u64 {
    let number = u128::from(hash) + 1;
    let whole = number.ilog2();
    let mut log = u64::from(whole);
    // From 1 up to 2, with 63 binary places; each squaring yields one binary place of the logarithm.
    let mut rest = number << 63 >> whole;
    for _ in 0..PLACES {
        rest = (rest * rest) >> 63;
        log <<= 1;
        if rest >> 64 != 0 {
            rest >>= 1;
            log |= 1;
        }
    }
    (64 << PLACES) - log
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_draw_is_the_logarithm() {
        let one = 1_u64 << 32;
        // From 64 for the smallest number down to nothing for the largest.
        assert_eq!(draw(0), 64 * one);
        assert_eq!(draw(u64::MAX), 0);
        assert_eq!(draw(u64::MAX >> 1), one);
        assert_eq!(draw((1 << 61) - 1), 3 * one);
        // Worked out by other means: −log₂(3/4), −log₂(1/3) and −log₂(0.9) in units of 2⁻³².
        for (hash, expected) in [
            (3 * (1_u64 << 62) - 1, 1_782_572_487_u64),
            (0x5555_5555_5555_5555, 6_807_362_106),
            (0xE666_6666_6666_6666, 652_848_316),
        ] {
            let drawn = draw(hash);
            assert!(drawn.abs_diff(expected) <= 2, "{hash:x}: {drawn}");
        }
    }
}
