//! Shows a path as the routes of a configuration see it.

use std::borrow::Cow;
use std::str::Split;

use signpost::config::{Config, RoutePattern};
use signpost::values::{Piece, Segment};

/// The paths of every route.
#[derive(Debug)]
pub(super) struct Outlines<'c> {
    config: &'c Config,
    routes: Vec<Vec<Segment<'c>>>,
}

/// Stands before the path of a request at a host that the configuration does not apply to.
const OTHER_HOST: &str = "//{host}";

impl<'c> Outlines<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        let segments = |route: &'c RoutePattern| route.path().segments().collect();
        Self {
            config,
            routes: config.patterns().map(segments).collect(),
        }
    }

    /// As much of a path as some route begins with, its captures by name, and the segments after it.
    ///
    /// Where routes have both a literal and a capture, the literal counts. The segments of the
    /// routes bound the number of beginnings.
    pub(super) fn of<'t>(&self, host: &str, target: &'t str) -> (String, Split<'t, char>) {
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        let path = path.strip_prefix('/').unwrap_or(path);
        let mut known = String::new();
        if !self.config.applies_to(host) {
            known.push_str(OTHER_HOST);
        }
        let mut routes: Vec<_> = self.routes.iter().map(Vec::as_slice).collect();
        let mut rest = path.split('/');
        loop {
            let mut after = rest.clone();
            let step = after.next().and_then(|text| step(&routes, text));
            let Some((name, left)) = step else {
                return (known, rest);
            };
            known.push('/');
            known.push_str(&name);
            (routes, rest) = (left, after);
        }
    }
}

/// The name of a segment that some of these routes have next, and the rest of those routes.
fn step<'t, 'r, 'c>(
    routes: &[&'r [Segment<'c>]],
    text: &'t str,
) -> Option<(Cow<'t, str>, Vec<&'r [Segment<'c>]>)> {
    let fitting = routes.iter().filter_map(|route| {
        let (segment, left) = route.split_first()?;
        fits(*segment, text).then_some((*segment, left))
    });
    let mut fitting: Vec<_> = fitting.collect();
    let is_literal = |(segment, _): &(Segment<'c>, _)| segment.literal().is_some();
    let name = if fitting.iter().any(is_literal) {
        fitting.retain(is_literal);
        Cow::Borrowed(text)
    } else {
        Cow::Owned(name(fitting.first()?.0))
    };
    Some((name, fitting.into_iter().map(|(_, left)| left).collect()))
}

/// Whether a segment of a path is what this segment of a route stands for. A capture of several segments
/// stands for nearly anything, so it tells nothing.
fn fits(segment: Segment<'_>, text: &str) -> bool {
    match (segment.literal(), segment.capture()) {
        (Some(literal), _) => literal == text,
        _ if segment.is_path() => false,
        (None, Some((_, slot))) => slot.kind().parse(text).is_some(),
        (None, None) => segment.has_shape_of(text),
    }
}

/// A segment with its captures by name, such as `{name}` or `{file}.gem`.
fn name(segment: Segment<'_>) -> String {
    let pieces = segment.pieces().map(|piece| match piece {
        Piece::Literal(literal) => literal.to_owned(),
        Piece::Capture(_, slot) | Piece::Part(_, slot, _) => format!("{{{}}}", slot.name()),
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::Outlines;
    use crate::small::production;

    #[test]
    fn a_path_is_known_as_far_as_some_route_begins_so() {
        let loaded = production();
        let outlines = Outlines::new(loaded.config());
        let rows = rows(
            "
            crates.io | /                                             |                                            | /
            crates.io | /index.html?q                                 |                                            | /index.html
            crates.io | /api/v1/crates/serde                          | /api/v1/crates/{name}                      |
            crates.io | /api/v1/crates/serde/owners                   | /api/v1/crates/{name}                      | /owners
            crates.io | /api/v1/crates/serde/1.0.0/dependencies?x=/y  | /api/v1/crates/{name}/{version}            | /dependencies
            crates.io | /api/v1/crates/serde/latest/download          | /api/v1/crates/{name}                      | /latest/download
            crates.io | /api/v1/users/alice                           | /api/v1                                    | /users/alice
            crates.io | /crates/serde/                                | /crates/{name}                             | /
            x.example | /api/v1/crates/serde/1.0.0/download           | //{host}/api/v1/crates/{name}/{version}/download |
            ",
        );
        for [host, target, known, rest] in rows {
            let (found, left) = outlines.of(host, target);
            let left: String = left.flat_map(|segment| ["/", segment]).collect();
            assert_eq!((found.as_str(), left.as_str()), (known, rest), "{target}");
        }
    }
}
