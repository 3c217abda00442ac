//! Plans over the examples of both configurations.

use std::borrow::Cow;
use std::collections::HashSet;

use signpost::config::{RouteName, RoutePattern};
use signpost_logs::log::Reader;

use super::files::Files;
use super::parts::{Place, Spot};
use super::tally::Tally;
use super::value::Plan;
use crate::file::Loaded;

/// The plan. Requests are answered once, even if several targets have the same example.
pub(super) fn plan(files: &Files<'_>) -> Plan {
    let configurations = files.configurations();
    let mut tally = Tally::default();
    let mut reader = Reader::default();
    let mut routes = Vec::new();
    let mut seen = HashSet::new();
    for loaded in files.loaded() {
        for (route, request) in loaded.requests() {
            let (number, url) = (routes.len() as u64, url(loaded, route, request));
            if seen.insert(url.clone()) {
                tally.take(configurations, &mut reader, number, url.as_bytes());
                routes.push(route.map_or("", RouteName::as_str));
            }
        }
    }
    let summary = tally.into_summary(configurations, files.planned(), String::new());
    Plan::over_examples(summary, |Spot { line, .. }| {
        let index = usize::try_from(line).unwrap_or(usize::MAX);
        let route = routes.get(index).copied().unwrap_or_default();
        Place::Example {
            example: route.to_owned(),
        }
    })
}

/// The URL of an example that is only a path, if its route has hosts of its own.
fn url<'l>(loaded: &Loaded, route: Option<&RouteName>, request: &'l str) -> Cow<'l, str> {
    let mut patterns = loaded.config().patterns();
    let pattern = patterns.find(|pattern| Some(pattern.name()) == route);
    match pattern.and_then(RoutePattern::hosts).and_then(<[_]>::first) {
        Some(host) if request.starts_with('/') => format!("https://{host}{request}").into(),
        _ => request.into(),
    }
}
