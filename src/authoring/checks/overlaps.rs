//! Whether two routes match the same path, and which path that is.

use std::iter::repeat_n;

use super::super::draft::{Draft, Report};
use super::super::samples::{VALUES, admits};
use super::entry_size;
use crate::config::{ProblemCode, Route};
use crate::values::{CaptureType, PathTemplate, Segment};

/// Notes each route that shares paths with an earlier one, or that earlier routes leave nothing.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    if !entry_size::fits(draft.config) {
        return;
    }
    for (number, (key, route)) in draft.routes().enumerate() {
        let earlier = draft.config.routes().iter().take(number);
        let mut overlapping: Vec<_> = earlier
            .filter_map(|other| Some((other, common_path(other, route)?)))
            .collect();
        let covering = overlapping
            .iter()
            .position(|(other, _)| covers(other.path(), route.path()));
        // If one of them leaves nothing, the others do not matter.
        let code = if let Some(covering) = covering {
            overlapping = vec![overlapping.swap_remove(covering)];
            ProblemCode::RouteUnreachable
        } else {
            ProblemCode::RoutesOverlap
        };
        for (other, path) in overlapping {
            let message = message(code, route, other, &path);
            report.sink.push(code, key.name("path"), message);
        }
    }
}

fn message(code: ProblemCode, route: &Route, other: &Route, path: &str) -> String {
    let (name, other) = (route.name(), other.name());
    if code == ProblemCode::RouteUnreachable {
        format!(
            "`{name}` never matches: every path of it, such as `{path}`, is on the route `{other}`, which is tried first; leave one of them out, or make the path of `{other}` narrower"
        )
    } else {
        format!(
            "`{path}` is on the route `{name}` and on `{other}`, which is tried first; change one of the paths so that no request is on both"
        )
    }
}

/// A path that is on both routes, if there is one.
fn common_path(one: &Route, other: &Route) -> Option<String> {
    let (one, other) = (one.path(), other.path());
    let number = one.segments().len().max(other.segments().len());
    let mut path = String::new();
    for (one, other) in of_length(one, number)?.zip(of_length(other, number)?) {
        let literals = [one, other].into_iter().filter_map(Segment::literal);
        let value = literals
            .chain(VALUES)
            .find(|value| admits(one, value) && admits(other, value))?;
        path.push('/');
        path.push_str(value);
    }
    Some(path)
}

/// The segments of a template for paths of that many segments. Its last one stands for all that a
/// `path` capture takes.
fn of_length(path: &PathTemplate, number: usize) -> Option<impl Iterator<Item = Segment<'_>>> {
    let last = path.segments().last()?;
    let missing = number - path.segments().len();
    let fits = missing == 0 || last.is_path();
    fits.then(|| path.segments().chain(repeat_n(last, missing)))
}

/// Whether every path of the inner template is one of the outer template.
fn covers(outer: &PathTemplate, inner: &PathTemplate) -> bool {
    let outer: Vec<_> = outer.segments().collect();
    let inner: Vec<_> = inner.segments().collect();
    match outer.as_slice() {
        [before @ .., last] if last.is_path() => {
            let (start, rest) = inner.split_at(before.len().min(inner.len()));
            let length: usize = rest.iter().map(|segment| 1 + max_length(*segment)).sum();
            let longest = CaptureType::Path.max_length();
            all_include(before, start) && !rest.is_empty() && length <= 1 + longest
        }
        outer => all_include(outer, &inner),
    }
}

fn all_include(outer: &[Segment<'_>], inner: &[Segment<'_>]) -> bool {
    let mut pairs = outer.iter().zip(inner);
    outer.len() == inner.len() && pairs.all(|(outer, inner)| includes(*outer, *inner))
}

/// Whether every text of the inner segment is one of the outer segment.
fn includes(outer: Segment<'_>, inner: Segment<'_>) -> bool {
    match (kind(outer), kind(inner)) {
        (Some(outer), Some(inner)) => {
            outer == inner || (outer == CaptureType::Segment && inner != CaptureType::Path)
        }
        _ => inner
            .literal()
            .is_some_and(|literal| admits(outer, literal)),
    }
}

/// The most bytes that a segment can have.
fn max_length(segment: Segment<'_>) -> usize {
    let literal = segment.literal().map(str::len);
    let capture = kind(segment).map(CaptureType::max_length);
    literal.or(capture).unwrap_or_default()
}

fn kind(segment: Segment<'_>) -> Option<CaptureType> {
    segment.capture().map(|(_, slot)| slot.kind())
}
