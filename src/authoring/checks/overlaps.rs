//! Whether two routes match the same path, and which path that is.

use super::super::common_path::common_path;
use super::super::draft::{Draft, Report};
use super::entry_size;
use crate::config::{ProblemCode, Route, RoutePattern};
use crate::values::{CaptureSlot, CaptureType, PathTemplate, Piece, Segment};

/// Notes each route that shares paths with an earlier one, or that earlier routes leave nothing; and
/// each route of the origin that shares none with any other.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    if !entry_size::fits(draft.config) {
        return;
    }
    for (number, (key, route)) in draft.routes().enumerate() {
        let earlier = draft.config.routes().iter().take(number);
        let mut overlapping: Vec<_> = earlier
            .filter_map(|other| Some((other, shared_path(other.pattern(), route.pattern())?)))
            .collect();
        let covering = overlapping
            .iter()
            .position(|(other, _)| covers(other.pattern(), route.pattern()));
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
    for (key, route) in draft.origin_routes() {
        let mut others = draft.config.routes().iter();
        if others.all(|other| shared_path(route, other.pattern()).is_none()) {
            let message = format!(
                "`{}` keeps nothing from being redirected, because no other route has a path of it; correct its path or its hosts, or leave it out",
                route.name()
            );
            let code = ProblemCode::OriginRouteIdle;
            report.sink.push(code, key.name("path"), message);
        }
    }
}

fn message(code: ProblemCode, route: &Route, other: &Route, path: &str) -> String {
    let (name, other_name) = (route.name(), other.name());
    if code == ProblemCode::RouteUnreachable {
        return format!(
            "`{name}` never matches: every path of it, such as `{path}`, is on the route `{other_name}`, which is tried first; leave one of them out, or make the path of `{other_name}` narrower"
        );
    }
    let advice = match segment_apart(route.path(), other.path()) {
        Some((one, other)) => format!(
            "`{one}` and `{other}` would tell them apart if they had different literals, or types that have no text in common"
        ),
        None => "change one of the paths so that no request is on both".to_owned(),
    };
    format!(
        "`{path}` is on the route `{name}` and on `{other_name}`, which is tried first; {advice}"
    )
}

/// Two segments in one place of the paths, if possible not the same: there the routes could be told apart.
fn segment_apart<'t>(
    one: &'t PathTemplate,
    other: &'t PathTemplate,
) -> Option<(Segment<'t>, Segment<'t>)> {
    // Between two longer segments it is not known which ones are in one place.
    let is_one = |(one, other): &(Segment<'_>, Segment<'_>)| {
        one.span() == Some(1) && other.span() == Some(1)
    };
    let from_start = one.segments().zip(other.segments()).take_while(is_one);
    let from_end = one
        .segments()
        .rev()
        .zip(other.segments().rev())
        .take_while(is_one);
    let has_capture = |(one, other): &(Segment<'_>, Segment<'_>)| {
        one.literal().is_none() || one.literal() != other.literal()
    };
    let pairs: Vec<_> = from_start.chain(from_end).filter(has_capture).collect();
    let mut different = pairs.iter().filter(|(one, other)| !is_same(*one, *other));
    different.next().or(pairs.first()).copied()
}

/// A path that is on both routes, at a host of both, if there is one.
fn shared_path(one: &RoutePattern, other: &RoutePattern) -> Option<String> {
    if let Some((one, other)) = one.hosts().zip(other.hosts())
        && !one.iter().any(|host| other.contains(host))
    {
        return None;
    }
    common_path(one.path(), other.path())
}

/// Whether every request of the inner route is one of the outer route.
fn covers(outer: &RoutePattern, inner: &RoutePattern) -> bool {
    let has_hosts = |hosts: &[_]| {
        let inner = inner.hosts();
        inner.is_some_and(|inner| inner.iter().all(|host| hosts.contains(host)))
    };
    if !outer.hosts().is_none_or(has_hosts) || compares_captures(outer.path()) {
        return false;
    }
    let outer: Vec<_> = outer.path().segments().collect();
    let inner: Vec<_> = inner.path().segments().collect();
    let Some(longer) = outer.iter().position(|segment| segment.is_path()) else {
        return all_include(&outer, &inner);
    };
    let (before, after) = (longer, outer.len() - longer - 1);
    let Some(between) = inner.len().checked_sub(before + after).filter(|it| *it > 0) else {
        return false;
    };
    let (start, rest) = inner.split_at(before);
    let (middle, end) = rest.split_at(between);
    let length: usize = middle.iter().map(|segment| 1 + max_length(*segment)).sum();
    let (_, longest) = CaptureType::Path.lengths();
    let (outer_start, outer_rest) = outer.split_at(before);
    let outer_end = outer_rest.iter().skip(1).copied().collect::<Vec<_>>();
    all_include(outer_start, start) && all_include(&outer_end, end) && length <= 1 + longest
}

/// Whether a path has a capture in two places, or a part of one.
fn compares_captures(path: &PathTemplate) -> bool {
    let pieces = path.segments().flat_map(Segment::pieces);
    let captures = pieces.filter(|piece| !matches!(piece, Piece::Literal(_)));
    captures.count() > path.captures().len()
}

fn all_include(outer: &[Segment<'_>], inner: &[Segment<'_>]) -> bool {
    let mut pairs = outer.iter().zip(inner);
    outer.len() == inner.len() && pairs.all(|(outer, inner)| includes(*outer, *inner))
}

/// Whether every text of the inner segment is surely one of the outer segment.
fn includes(outer: Segment<'_>, inner: Segment<'_>) -> bool {
    if let Some(literal) = inner.literal() {
        return match outer.capture() {
            Some((_, slot)) => slot.kind().parse(literal).is_some(),
            None => outer.literal() == Some(literal),
        };
    }
    let takes_any = kind(outer) == Some(&CaptureType::Segment);
    let is_one = inner.span() == Some(1) && max_length(inner) <= max_length(outer);
    (takes_any && is_one) || is_same(outer, inner)
}

/// Whether two segments have the same literals and types.
fn is_same(one: Segment<'_>, other: Segment<'_>) -> bool {
    let are_same = |pieces| match pieces {
        (Piece::Literal(one), Piece::Literal(other)) => one == other,
        (Piece::Capture(_, one), Piece::Capture(_, other)) => one.kind() == other.kind(),
        _ => false,
    };
    one.pieces().count() == other.pieces().count() && one.pieces().zip(other.pieces()).all(are_same)
}

/// The most bytes that a segment can have.
fn max_length(segment: Segment<'_>) -> usize {
    let length = |piece| match piece {
        Piece::Literal(literal) => literal.len(),
        Piece::Capture(_, slot) | Piece::Part(_, slot, _) => slot.kind().lengths().1,
    };
    segment.pieces().map(length).sum()
}

fn kind(segment: Segment<'_>) -> Option<&CaptureType> {
    segment
        .capture()
        .map(|(_, slot): (_, &CaptureSlot)| slot.kind())
}
