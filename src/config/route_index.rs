//! Finds the routes that a path may be on by the literals in them, so that what a request costs does
//! not grow with the number of routes.

use std::borrow::Cow;

use super::route::RoutePattern;
use crate::values::Segment;

/// The routes of a configuration, by the literals of their paths. Routes are meant by their places in
/// the order in which they are tried.
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
    /// Where the next segment is a literal.
    whole: Texts,
    /// Where it ends in a literal, or in a capture as if that literal were empty: the place in
    /// [`beginnings`](Node::beginnings).
    endings: Texts,
    /// For each ending, where the segment begins with a literal, or with an empty one.
    beginnings: Vec<Texts>,
    /// The routes that end here.
    routes: Vec<usize>,
    /// The routes with any number of segments from here on.
    longer: Vec<usize>,
}

/// Texts with the place that each leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Texts {
    sorted: Vec<(String, usize)>,
    /// Each length that a text has, once.
    lengths: Vec<usize>,
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
        let mut branches = Vec::new();
        let nothing = Node::default();
        let mut next = Some((0, path));
        while let Some((node, path)) = next.take().or_else(|| branches.pop()) {
            let node = self.nodes.get(node).unwrap_or(&nothing);
            insert(&mut found, &node.longer);
            let Some((segment, rest)) = path.split_first() else {
                insert(&mut found, &node.routes);
                continue;
            };
            next = node.whole.find(segment).map(|node| (node, rest));
            for ending in node.endings.at_the_end_of(segment) {
                let beginnings = node.beginnings.get(ending).into_iter();
                for node in beginnings.flat_map(|it| it.at_the_start_of(segment)) {
                    // Most paths have one way to go, which needs no list.
                    if next.is_none() {
                        next = Some((node, rest));
                    } else {
                        branches.push((node, rest));
                    }
                }
            }
        }
        found
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
        let next = node.map_or(at, |node| node.place(segment, new));
        if next == new {
            self.nodes.push(Node::default());
        }
        next
    }
}

impl Node {
    /// The place of a segment: the new one, if there is none.
    fn place(&mut self, segment: Segment<'_>, new: usize) -> usize {
        if let Some(literal) = segment.literal() {
            return self.whole.place(literal, new);
        }
        let ending = segment.ending().unwrap_or_default();
        let place = self.endings.place(ending, self.beginnings.len());
        if place == self.beginnings.len() {
            self.beginnings.push(Texts::default());
        }
        let beginning = segment.beginning().unwrap_or_default();
        let texts = self.beginnings.get_mut(place);
        texts.map_or(new, |texts| texts.place(beginning, new))
    }
}

/// Adds places, which are in order, to others that are.
fn insert(found: &mut Vec<usize>, places: &[usize]) {
    for place in places {
        let at = found.iter().rposition(|other| other < place);
        found.insert(at.map_or(0, |at| at + 1), *place);
    }
}

impl Texts {
    fn find(&self, text: &str) -> Option<usize> {
        let place = self.position(text).ok()?;
        self.sorted.get(place).map(|(_, place)| *place)
    }

    /// The places of the texts that a text ends in.
    fn at_the_end_of(&self, text: &str) -> impl Iterator<Item = usize> {
        let ending = |length: &usize| text.get(text.len().checked_sub(*length)?..);
        let endings = self.lengths.iter().filter_map(ending);
        endings.filter_map(|ending| self.find(ending))
    }

    /// The places of the texts that a text starts with.
    fn at_the_start_of(&self, text: &str) -> impl Iterator<Item = usize> {
        let starts = self.lengths.iter().filter_map(|length| text.get(..*length));
        starts.filter_map(|start| self.find(start))
    }

    /// The place of a text: the new one, if there is none.
    fn place(&mut self, text: &str, new: usize) -> usize {
        match self.position(text) {
            Ok(place) => self.sorted.get(place).map_or(new, |(_, node)| *node),
            Err(place) => {
                self.sorted.insert(place, (text.to_owned(), new));
                if !self.lengths.contains(&text.len()) {
                    self.lengths.push(text.len());
                }
                new
            }
        }
    }

    fn position(&self, text: &str) -> Result<usize, usize> {
        self.sorted
            .binary_search_by(|(other, _)| other.as_str().cmp(text))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

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
            let segments: Vec<_> = encoding::segments(asked).map(Cow::Borrowed).collect();
            assert_eq!(index.candidates(&segments), *expected, "{paths:?}: {asked}");
        }
    }
}
