//! Reads the routes of a configuration.

use super::super::problem::{At, ProblemCode, Sink, missing};
use super::super::raw::RawRoute;
use super::super::route::{RedirectStatus, Route, RouteName, RouteOptions};
use super::fields::header;
use super::targets::{self, Known};
use crate::values::PathTemplate;

/// Reads the routes that hold, each with its place among those that were written.
pub(super) fn read(
    key: &At<'_>,
    written: &[RawRoute],
    known: Known<'_>,
    sink: &mut Sink,
) -> (Vec<usize>, Vec<Route>) {
    if written.is_empty() {
        sink.add(missing(key, "add a table [[routes]]"));
    }
    let (mut places, mut routes) = (Vec::new(), Vec::<Route>::new());
    for (index, raw) in written.iter().enumerate() {
        let key = &key.index(index);
        let Some(route) = read_route(key, raw, known, sink) else {
            continue;
        };
        let name = route.name();
        if routes.iter().any(|other| other.name() == name) {
            let message = format!("another route is named `{name}`; give each its own name");
            sink.push(ProblemCode::RouteNameDuplicate, &key.name("name"), message);
        }
        places.push(index);
        routes.push(route);
    }
    (places, routes)
}

fn read_route(key: &At<'_>, raw: &RawRoute, known: Known<'_>, sink: &mut Sink) -> Option<Route> {
    let name_key = &key.name("name");
    let instead = "name the route, such as \"download\"";
    let name = sink.require(name_key, raw.name.as_deref(), instead);
    let name = name.map(RouteName::parse);
    let name = name.and_then(|name| sink.take(ProblemCode::RouteNameInvalid, name_key, name));
    let path_key = &key.name("path");
    let instead = "write the path pattern of the requests";
    let path = sink.require(path_key, raw.path.as_deref(), instead);
    let path = path.map(PathTemplate::path);
    let path = path.and_then(|path| sink.take(ProblemCode::PathInvalid, path_key, path));
    let location_key = &key.name("location");
    let instead = "write the template of the location's path";
    let location = sink.require(location_key, raw.location.as_deref(), instead);
    let location = path
        .as_ref()
        .zip(location)
        .map(|(path, location)| PathTemplate::location(location, path.captures()));
    let location = location
        .and_then(|location| sink.take(ProblemCode::LocationInvalid, location_key, location));
    let targets = targets::of_route(key, raw, known, sink);
    let options = read_options(key, raw, sink);
    Some(Route::new(name?, path?, targets?, location?, options?))
}

fn read_options(key: &At<'_>, raw: &RawRoute, sink: &mut Sink) -> Option<RouteOptions> {
    let status = raw
        .status
        .map_or(Ok(RedirectStatus::Found), TryFrom::try_from);
    let status = sink.take(ProblemCode::StatusInvalid, &key.name("status"), status);
    let cache_control = raw.cache_control.as_deref();
    let cache_control = header(&key.name("cache_control"), cache_control, sink);
    Some(RouteOptions {
        status: status?,
        json: raw.json.unwrap_or(true),
        cache_control,
    })
}
