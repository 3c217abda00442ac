//! The order in which the segments of a template can be read.

use super::segment::Part;
use super::segments::Segments;

/// The segments of several parts: always next one with at most one capture that is not known from a
/// whole segment or from those before it, if there is such a segment. Also tells whether there always was one.
pub(super) fn reading_order(segments: &Segments<Part>) -> (Vec<usize>, bool) {
    let is_mixed = |(_, parts): &(usize, &[Part])| parts.len() > 1;
    let mut left: Vec<_> = segments.iter().enumerate().filter(is_mixed).collect();
    let mut order = Vec::with_capacity(left.len());
    let is_known = |capture: usize, order: &[usize]| {
        let read = |(index, parts): (usize, &[Part])| parts.len() == 1 || order.contains(&index);
        let mut before = segments.iter().enumerate().filter(|it| read(*it));
        before.any(|(_, parts)| parts.iter().any(|part| value_of(part) == Some(capture)))
    };
    let mut is_certain = true;
    while !left.is_empty() {
        let is_readable = |(_, parts): &(usize, &[Part])| {
            let captures = || parts.iter().filter_map(value_of);
            let mut unknown = captures().filter(|capture| !is_known(*capture, &order));
            let first = unknown.next();
            unknown.all(|capture| Some(capture) == first)
        };
        let next = left.iter().position(is_readable);
        is_certain &= next.is_some();
        order.push(left.remove(next.unwrap_or_default()).0);
    }
    (order, is_certain)
}

/// The capture that a part is the value of.
fn value_of(part: &Part) -> Option<usize> {
    match part {
        Part::Declared(index) | Part::Used(index) => Some(*index),
        Part::Literal(_) | Part::Derived(..) => None,
    }
}
