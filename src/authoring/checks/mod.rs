//! What is checked of a configuration that the edge could read, one file for each check.

mod allowed_hosts;
mod entry_size;
mod examples;
mod failing;
mod overlaps;
mod probes;
mod retry_routes;
mod same_bases;
mod unused_targets;

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

/// Every check, in the order in which they run.
const CHECKS: &[fn(&Draft<'_>, &mut Report)] = &[
    allowed_hosts::check,
    unused_targets::check,
    retry_routes::check,
    same_bases::check,
    entry_size::check,
    overlaps::check,
    probes::check,
    examples::check,
];

/// Runs every check.
pub(super) fn run(draft: &Draft<'_>, report: &mut Report) {
    for check in CHECKS {
        check(draft, report);
    }
}

impl<'d> Draft<'d> {
    /// Each route that holds, with its key.
    fn routes(&self) -> impl Iterator<Item = (Key, &'d Route)> {
        let routes = self.config.routes().iter();
        let places = self.places.iter();
        routes
            .zip(places)
            .map(|(route, place)| (Key::default().name("routes").index(*place), route))
    }

    /// The same, with each route as it is written.
    fn written_routes(&self) -> impl Iterator<Item = (Key, &'d RawRoute, &'d Route)> {
        let written = self.places.iter().filter_map(|it| self.raw.routes.get(*it));
        self.routes()
            .zip(written)
            .map(|((key, route), raw)| (key, raw, route))
    }
}
