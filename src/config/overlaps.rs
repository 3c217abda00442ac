//! Whether two routes can match the same path, and which path that is.

use super::Config;
use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use super::samples::VALUES;
use crate::capture::CaptureType;
use crate::route::{PathPattern, PatternSegment, Route};

/// The most bytes of a `path` capture.
const MAX_PATH: usize = 1024;

impl Check {
    /// Notes each route that shares paths with an earlier one, or leaves it none. `places` says
    /// where in the file the routes stand.
    pub(super) fn overlaps(&mut self, places: &[usize], config: &Config) {
        for (number, (route, place)) in config.routes.iter().zip(places).enumerate() {
            let earlier = config.routes.iter().take(number);
            let mut overlapping: Vec<_> = earlier
                .filter_map(|other| Some((other, common_path(other, route)?)))
                .collect();
            let covering = overlapping
                .iter()
                .position(|(other, _)| covers(other.pattern(), route.pattern()));
            // Where one of them leaves nothing, the others do not matter.
            let code = if let Some(covering) = covering {
                overlapping = vec![overlapping.swap_remove(covering)];
                ProblemCode::RouteUnreachable
            } else {
                ProblemCode::RoutesOverlap
            };
            let routes = At::Top.name("routes");
            let at = &routes.index(*place);
            for (other, path) in overlapping {
                let message = message(code, route, other, &path);
                self.push(Problem::new(code, &at.name("path"), message));
            }
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
    let (one, other) = (one.pattern(), other.pattern());
    let number = one.segments().len().max(other.segments().len());
    let (one, other) = (of_length(one, number)?, of_length(other, number)?);
    let mut path = String::new();
    for (one, other) in one.iter().zip(&other) {
        let literals = [*one, *other]
            .into_iter()
            .filter_map(PatternSegment::literal);
        let value = literals
            .chain(VALUES)
            .find(|value| one.admits(value) && other.admits(value))?;
        path.push('/');
        path.push_str(value);
    }
    Some(path)
}

/// The pattern for paths of that many segments. Its last segment stands for all that a `path`
/// capture holds.
fn of_length(pattern: &PathPattern, number: usize) -> Option<Vec<&PatternSegment>> {
    let segments = pattern.segments();
    let last = segments.last()?;
    let missing = number - segments.len();
    let fits = missing == 0 || *last == PatternSegment::Capture(CaptureType::Path);
    fits.then(|| {
        segments
            .iter()
            .chain(std::iter::repeat_n(last, missing))
            .collect()
    })
}

/// Whether every path of the inner pattern is one of the outer pattern.
fn covers(outer: &PathPattern, inner: &PathPattern) -> bool {
    let inner = inner.segments();
    match outer.segments() {
        [before @ .., PatternSegment::Capture(CaptureType::Path)] => {
            let (start, rest) = inner.split_at(before.len().min(inner.len()));
            let length: usize = rest.iter().map(|segment| 1 + max_length(segment)).sum();
            all_include(before, start) && !rest.is_empty() && length <= 1 + MAX_PATH
        }
        outer => all_include(outer, inner),
    }
}

fn all_include(outer: &[PatternSegment], inner: &[PatternSegment]) -> bool {
    let mut pairs = outer.iter().zip(inner);
    outer.len() == inner.len() && pairs.all(|(outer, inner)| includes(outer, inner))
}

/// Whether every text of the inner segment is one of the outer segment.
fn includes(outer: &PatternSegment, inner: &PatternSegment) -> bool {
    match (outer, inner) {
        (outer, PatternSegment::Literal(literal)) => outer.admits(literal),
        (PatternSegment::Literal(_), PatternSegment::Capture(_)) => false,
        (PatternSegment::Capture(outer), PatternSegment::Capture(inner)) => {
            outer == inner || (*outer == CaptureType::Segment && *inner != CaptureType::Path)
        }
    }
}

/// The most bytes that a segment can hold.
fn max_length(segment: &PatternSegment) -> usize {
    match segment {
        PatternSegment::Literal(literal) => literal.len(),
        PatternSegment::Capture(CaptureType::Crate | CaptureType::Sha256) => 64,
        PatternSegment::Capture(CaptureType::Semver) => 150,
        PatternSegment::Capture(CaptureType::Segment) => 255,
        PatternSegment::Capture(CaptureType::Path) => MAX_PATH,
    }
}
