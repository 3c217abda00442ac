//! A configuration under check, and what the checks find.

use super::example::Example;
use crate::config::problem::Sink;
use crate::config::raw::{RawConfig, RawRoute};
use crate::config::{Config, Key, Route};

/// A configuration under check.
pub(super) struct Draft<'d> {
    /// As it is written.
    pub(super) raw: &'d RawConfig,
    /// As far as it holds.
    pub(super) config: &'d Config,
    /// The places of the routes that hold among those that were written.
    pub(super) places: &'d [usize],
}

/// What the checks find.
pub(super) struct Report {
    /// The problems.
    pub(super) sink: Sink,
    /// The examples that hold.
    pub(super) examples: Vec<Example>,
}

impl<'d> Draft<'d> {
    /// Each route that holds, with its key.
    pub(super) fn routes(&self) -> impl Iterator<Item = (Key, &'d Route)> {
        let routes = self.config.routes().iter();
        let places = self.places.iter();
        routes
            .zip(places)
            .map(|(route, place)| (Key::default().name("routes").index(*place), route))
    }

    /// The same, with each route as it is written.
    pub(super) fn written_routes(&self) -> impl Iterator<Item = (Key, &'d RawRoute, &'d Route)> {
        let written = self.places.iter().filter_map(|it| self.raw.routes.get(*it));
        self.routes()
            .zip(written)
            .map(|((key, route), raw)| (key, raw, route))
    }
}
