//! Whether `next` is to blame, when two configurations are in force.

use super::alarm::Above;
use super::gauge::Reading;
use super::scopes::Scopes;
use super::sides::{Compared, Of};

/// Scopes of one kind are broken together if the ratio of each is at least this part of the highest.
pub(crate) const TOGETHER: f64 = 0.75;

/// A kind explains what is broken if the ratio of all else is at most this part of its own.
pub(crate) const EXPLAINED: f64 = 0.5;

/// The side of `next` and why, if it is to blame instead of the scopes that look broken.
///
/// Both sides have files at every place, and may lead to the same target. If such a place or target is broken for
/// `config` as well, it is named, and the sides are compared without it. What is broken for `next` alone is named as
/// `next`.
pub(crate) fn next(
    of: Of,
    scopes: &Scopes,
    readings: &[Reading],
    compared: Option<&Compared>,
    broken: &[usize],
) -> Option<(usize, Above)> {
    let number = scopes.next?;
    let next = scopes.get(number)?;
    let are_compared = scopes.sides.are_compared();
    // Whether a broken scope is fine for `config`, by the windows that it was judged by.
    let is_fine = |number: &usize| {
        let reading = readings.get(*number)?;
        let windows = reading.above.as_ref().map_or(1, |(_, windows)| *windows);
        let [config, next] = scopes.get(*number)?.by_side.ratios(of, windows);
        let least = reading.ratio?.min(next?);
        Some(config? < least * EXPLAINED)
    };
    let is_of_both = |number: &usize| is_fine(number) == Some(false);
    if let Some(compared) = compared.filter(|compared| compared.is_broken) {
        let above = Above {
            ratio: compared.next,
            usual: None,
            limit: compared.limit(),
            other_side: Some(compared.config),
        };
        return (!broken.iter().any(is_of_both)).then_some((number, above));
    }
    // A new target is judged by fewer requests than the sides are compared by.
    let is_of_next = |number: &usize| {
        let part_of_next = scopes.get(*number)?.by_side.part_of_next(&next.by_side);
        is_fine(number).or(part_of_next.map(|part| part >= TOGETHER))
    };
    let is_of_next = |number: &usize| is_of_next(number) == Some(true);
    let above = readings.get(*broken.first()?)?.above()?;
    let is_next = broken.iter().any(is_of_next) && !broken.iter().any(is_of_both);
    (are_compared && is_next).then_some((number, above))
}
