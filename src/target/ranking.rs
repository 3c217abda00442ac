//! The order in which a file is sent to the targets of its route.
//!
//! It is weighted rendezvous hashing: each target draws a number from the captures and its own name,
//! and the smallest wins. So one URL keeps its target, on every machine and in every version; a target
//! that goes takes only its own files along; and a weight that changes moves files to or from that
//! target only.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use crate::config::{MAX_TARGETS, Target, Targets, WeightedTarget};
use crate::values::Capture;

/// A target in the order of the captures.
#[derive(Clone, Copy)]
pub(super) struct Ranked<'t> {
    pub(super) target: &'t Target,
    /// Its place among the targets of its route, in the order in which they are written.
    pub(super) place: usize,
}

/// The targets in the order in which these captures choose them.
pub(super) fn ranked<'t>(targets: &'t Targets, captures: &[Capture<'_>]) -> Vec<Ranked<'t>> {
    let of_captures = hash_of(captures);
    let mut ranked = Vec::<(Rank<'_>, Ranked<'_>)>::with_capacity(MAX_TARGETS);
    for (place, one) in targets.iter().enumerate() {
        let (rank, target) = (Rank::of(&of_captures, one), one.target());
        // A route has few targets, and a sort would be a fiftieth of the module.
        let at = ranked.partition_point(|(other, _)| other.cmp(&rank).is_lt());
        ranked.insert(at, (rank, Ranked { target, place }));
    }
    ranked.into_iter().map(|(_, target)| target).collect()
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
            weight: u64::from(target.weight().as_u16()),
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
