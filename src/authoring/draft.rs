//! A configuration under check, and what the checks find.

use super::aside::Aside;
use super::example::{Example, OriginExample, RawExample, split_request};
use crate::config::problem::Sink;
use crate::config::raw::RawConfig;
use crate::config::read::RoutePlaces;
use crate::config::{Config, Key, Route, RoutePattern};

/// A configuration under check.
pub(super) struct Draft<'d> {
    /// As it is written.
    pub(super) raw: &'d RawConfig,
    pub(super) aside: &'d Aside,
    /// As far as it holds.
    pub(super) config: &'d Config,
    /// The places of the routes that hold among those that were written.
    pub(super) places: &'d RoutePlaces,
}

/// What the checks find.
pub(super) struct Report {
    /// The problems.
    pub(super) sink: Sink,
    /// The examples that hold.
    pub(super) examples: Vec<Example>,
    /// The examples of requests that go to the origin, as they must.
    pub(super) origin_examples: Vec<OriginExample>,
}

impl<'d> Draft<'d> {
    /// Each route that holds and redirects, with its key.
    pub(super) fn routes(&self) -> impl Iterator<Item = (Key, &'d Route)> {
        let routes = self.config.routes().iter();
        let keys = self.places.redirecting.iter().copied().map(key);
        keys.zip(routes)
    }

    /// Each route of the origin that holds, with its key.
    pub(super) fn origin_routes(&self) -> impl Iterator<Item = (Key, &'d RoutePattern)> {
        let routes = self.config.origin_routes().iter();
        let keys = self.places.of_origin.iter().copied().map(key);
        keys.zip(routes)
    }

    /// The routes that redirect, each with its examples.
    pub(super) fn with_examples(&self) -> impl Iterator<Item = (Key, &'d [RawExample], &'d Route)> {
        let examples = self.examples_of(&self.places.redirecting);
        let routes = self.routes().zip(examples);
        routes.map(|((key, route), examples)| (key, examples, route))
    }

    /// The routes of the origin, each with its examples.
    pub(super) fn origin_routes_with_examples(
        &self,
    ) -> impl Iterator<Item = (Key, &'d [RawExample], &'d RoutePattern)> {
        let examples = self.examples_of(&self.places.of_origin);
        let routes = self.origin_routes().zip(examples);
        routes.map(|((key, route), examples)| (key, examples, route))
    }

    fn examples_of(&self, places: &'d [usize]) -> impl Iterator<Item = &'d [RawExample]> {
        let all = &self.aside.examples.of_routes;
        let at = |place: &usize| all.get(*place).map(Vec::as_slice).unwrap_or_default();
        places.iter().map(at)
    }

    /// The paths of the requests that must go to the origin.
    pub(super) fn origin_examples(&self) -> impl Iterator<Item = &'d str> {
        let of_origin = self.origin_routes_with_examples();
        let of_origin = of_origin.flat_map(|(_, examples, _)| examples);
        let examples = &self.aside.examples;
        let others = examples.of_routes.iter().flatten();
        let others = others.chain(&examples.at_top);
        let all = of_origin.chain(others.filter(|example| example.goes_to_origin()));
        all.filter_map(|example| Some(split_request(example.request.as_deref()?).1))
    }
}

fn key(place: usize) -> Key {
    Key::default().name("routes").index(place)
}
