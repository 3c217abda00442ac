//! Finds the routes that a path may be on by the literals in them, so that what a request costs does
//! not grow with the number of routes.

use std::borrow::Cow;

use super::route::RoutePattern;
use crate::values::Segment;

/// The routes of a configuration, by the literals in their paths. Routes are meant by their places in the order in
/// which they are tried.
///
/// It is a tree with a step for each segment. A path capture ends it: such routes are looked at
/// whatever follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RouteIndex {
    nodes: Vec<Node>,
}

/// The routes that begin with the same segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Node {
    /// Where the next segment is a literal: it, and the place of the node after it. They are sorted.
    literals: Vec<(String, usize)>,
    /// Where the next segment has a capture.
    captures: Vec<Step>,
    /// The routes that end here.
    routes: Vec<usize>,
    /// The routes with any number of segments from here on.
    longer: Vec<usize>,
}

/// The literals that a segment with a capture begins and ends with, and the place of the node after it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    beginning: String,
    ending: String,
    node: usize,
}

impl RouteIndex {
    /// Indexes the routes, in the order in which they are tried.
    pub(super) fn of<'c>(routes: impl Iterator<Item = &'c RoutePattern>) -> Self {
        let mut index = Self {
            nodes: vec![Node::default()],
        };
        for (place, route) in routes.enumerate() {
            index.add(place, route);
        }
        index
    }

    /// The places of the routes whose paths have the literals of this path, and perhaps of others, in
    /// the order in which they are tried.
    pub(crate) fn candidates(&self, path: &[Cow<'_, str>]) -> Vec<usize> {
        let mut found = Vec::new();
        self.find(0, path, &mut found);
        found
    }

    /// Adds the routes that are found from a node on. It calls itself where a path has several ways to go, and most
    /// have one.
    fn find(&self, mut at: usize, mut path: &[Cow<'_, str>], found: &mut Vec<usize>) {
        while let Some(node) = self.nodes.get(at) {
            insert(found, &node.longer);
            let Some((segment, rest)) = path.split_first() else {
                return insert(found, &node.routes);
            };
            let mut ways = node.ways(segment);
            let Some(first) = ways.next() else {
                return;
            };
            ways.for_each(|other| self.find(other, rest, found));
            (at, path) = (first, rest);
        }
    }

    fn add(&mut self, place: usize, route: &RoutePattern) {
        let mut at = 0;
        for segment in route.path().segments() {
            if segment.span() != Some(1) {
                if let Some(node) = self.nodes.get_mut(at) {
                    node.longer.push(place);
                }
                return;
            }
            at = self.step(at, segment);
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.routes.push(place);
        }
    }

    /// The node after a segment, a new one if there is none.
    fn step(&mut self, at: usize, segment: Segment<'_>) -> usize {
        let new = self.nodes.len();
        let node = self.nodes.get_mut(at);
        let next = node.map_or(at, |node| node.after(segment, new));
        if next == new {
            self.nodes.push(Node::default());
        }
        next
    }
}

impl Node {
    /// The place of the node after a segment: the new one, if there is none.
    fn after(&mut self, segment: Segment<'_>, new: usize) -> usize {
        if let Some(literal) = segment.literal() {
            return match self.place_of(literal) {
                Ok(place) => self.literals.get(place).map_or(new, |(_, node)| *node),
                Err(place) => {
                    self.literals.insert(place, (literal.to_owned(), new));
                    new
                }
            };
        }
        let beginning = segment.beginning().unwrap_or_default();
        let ending = segment.ending().unwrap_or_default();
        let is_same = |step: &&Step| step.beginning == beginning && step.ending == ending;
        if let Some(step) = self.captures.iter().find(is_same) {
            return step.node;
        }
        self.captures.push(Step {
            beginning: beginning.to_owned(),
            ending: ending.to_owned(),
            node: new,
        });
        new
    }

    /// The nodes that may come after a segment of a path.
    fn ways(&self, segment: &str) -> impl Iterator<Item = usize> {
        let literal = self.place_of(segment).ok();
        let literal = literal.and_then(|place| self.literals.get(place));
        let captures = self.captures.iter().filter(|step| step.may_be(segment));
        let after_literal = literal.map(|(_, node)| *node);
        after_literal
            .into_iter()
            .chain(captures.map(|step| step.node))
    }

    /// The place of a literal, or where it would be.
    fn place_of(&self, literal: &str) -> Result<usize, usize> {
        self.literals
            .binary_search_by(|(other, _)| other.as_str().cmp(literal))
    }
}

impl Step {
    /// Whether a segment of a path has the literals.
    fn may_be(&self, segment: &str) -> bool {
        // Most have neither.
        (self.beginning.is_empty() || segment.starts_with(&self.beginning))
            && (self.ending.is_empty() || segment.ends_with(&self.ending))
    }
}

/// Adds places, which are in order, to others that are.
fn insert(found: &mut Vec<usize>, places: &[usize]) {
    for place in places {
        let at = found.iter().rposition(|other| other < place);
        found.insert(at.map_or(0, |at| at + 1), *place);
    }
}

#[cfg(test)]
mod tests {
    use super::RouteIndex;
    use crate::config::route::{RouteName, RoutePattern};
    use crate::values::{PathTemplate, encoding};

    /// Paths of routes, a path that is asked for, and the places of those that are looked at.
    const ROWS: &[(&[&str], &str, &[usize])] = &[
        (&["/a/x", "/b/x", "/c/x"], "/b/x", &[1]),
        (&["/a/x", "/b/x", "/c/x"], "/d/x", &[]),
        (
            &["/a/{n:segment}", "/a/x", "/{n:segment}/x"],
            "/a/x",
            &[0, 1, 2],
        ),
        (&["/{n:segment}/a", "/{n:segment}/b"], "/x/b", &[1]),
        (
            &["/{n:segment}.gem", "/{n:segment}.gz", "/{n:segment}.tar.gz"],
            "/x.tar.gz",
            &[1, 2],
        ),
        (
            &["/a-{n:semver}.gem", "/b-{n:semver}.gem", "/{n:segment}.gem"],
            "/b-1.gem",
            &[1, 2],
        ),
        (
            &["/v{n:segment}", "/@{n:segment}", "/{n:segment}"],
            "/@x",
            &[1, 2],
        ),
        (
            &["/v{n:semver}.zip", "/v{n:semver}.mod"],
            "/v1.0.0.mod",
            &[1],
        ),
        (
            &["/a/{p:path}", "/a/b/c", "/{p:path}/c"],
            "/a/b/c",
            &[0, 1, 2],
        ),
        (&["/a/{p:path}", "/b/{p:path}"], "/b/c/d", &[1]),
        (
            &["/{n.index-prefix}/{n:crate}", "/crates/{n:crate}"],
            "/1/a",
            &[0],
        ),
        (&["/a", "/a/b"], "/a/b/c", &[]),
    ];

    #[test]
    fn a_path_is_compared_with_the_routes_of_its_literals_alone() {
        for (paths, asked, expected) in ROWS {
            let routes = paths.iter().map(|path| {
                let name = RouteName::parse("route").expect("a name");
                let path = PathTemplate::path(path).expect(path);
                RoutePattern::new(name, path, None)
            });
            let index = RouteIndex::of(routes.collect::<Vec<_>>().iter());
            let segments = encoding::decoded_segments(asked).expect(asked);
            assert_eq!(index.candidates(&segments), *expected, "{paths:?}: {asked}");
        }
    }
}
