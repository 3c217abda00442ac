//! Whether `next` is to blame, when two configurations are in force.

use super::alarm::Above;
use super::gauge::Reading;
use super::scopes::Scopes;
use super::sides::{BySide, Compared, Of};

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
    let ratios = broken
        .iter()
        .filter_map(|number| readings.get(*number)?.ratio);
    let highest = ratios.fold(0.0, f64::max);
    // Whether what is broken is fine for `config`, by the windows that it was judged by.
    let judged = broken.iter().filter_map(|number| {
        let windows = readings.get(*number)?.above.as_ref();
        let windows = windows.map_or(1, |(_, windows)| *windows);
        Some((&scopes.get(*number)?.by_side, windows))
    });
    let is_fine = match BySide::ratios(judged, of) {
        [Some(config), Some(next)] => Some(config < next.min(highest) * EXPLAINED),
        _ => None,
    };
    if let Some(compared) = compared.filter(|compared| compared.is_broken) {
        let above = Above {
            ratio: compared.next,
            usual: None,
            limit: compared.limit(),
            other_side: Some(compared.config),
        };
        return (is_fine != Some(false)).then_some((number, above));
    }
    // A new target is judged by fewer requests than the sides are compared by.
    let is_new = |number: &usize| {
        let part_of_next = scopes.get(*number)?.by_side.part_of_next(&next.by_side);
        part_of_next.filter(|part| *part >= TOGETHER)
    };
    let above = readings.get(*broken.first()?)?.above()?;
    let is_next = is_fine.unwrap_or_else(|| broken.iter().all(|number| is_new(number).is_some()));
    let is_next = is_next && scopes.sides.are_compared();
    is_next.then_some((number, above))
}
