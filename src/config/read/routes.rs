//! Reads the routes of a configuration.

use super::super::key::At;
use super::super::problem::{ProblemCode, Sink};
use super::super::raw::RawRoute;
use super::super::route::{RedirectStatus, Route, RouteName, RouteOptions, RoutePattern};
use super::fields::{header, hosts};
use super::targets;
use crate::values::{CaptureSlot, Instead, PathTemplate, TemplateErrors};

/// What routes refer to.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) targets: targets::Known<'k>,
    /// Whether a route answers with JSON that does not say so itself.
    pub(super) json: bool,
}

/// The routes that hold.
#[derive(Default)]
pub(super) struct Routes {
    pub(super) of_origin: Vec<RoutePattern>,
    pub(super) redirecting: Vec<Route>,
    pub(super) places: RoutePlaces,
}

/// The places of the routes that hold among those that were written.
#[derive(Default)]
pub(crate) struct RoutePlaces {
    pub(crate) of_origin: Vec<usize>,
    pub(crate) redirecting: Vec<usize>,
}

/// Reads the routes that hold.
pub(super) fn read(
    key: &At<'_>,
    written: &[RawRoute],
    known: Known<'_>,
    sink: &mut Sink,
) -> Routes {
    if written.is_empty() {
        sink.note_missing(key, "add a table [[routes]]");
    }
    let mut routes = Routes::default();
    for (index, raw) in written.iter().enumerate() {
        let key = &key.index(index);
        let mut earlier = written.iter().take(index);
        if raw.name.is_some() && earlier.any(|other| other.name == raw.name) {
            let name = raw.name.as_deref().unwrap_or_default();
            let message = format!("another route is named `{name}`; give each its own name");
            sink.push(ProblemCode::RouteNameDuplicate, &key.name("name"), message);
        }
        if raw.origin == Some(true) {
            if let Some(route) = read_of_origin(key, raw, sink) {
                routes.places.of_origin.push(index);
                routes.of_origin.push(route);
            }
        } else if let Some(route) = read_route(key, raw, known, sink) {
            routes.places.redirecting.push(index);
            routes.redirecting.push(route);
        }
    }
    routes
}

fn read_of_origin(key: &At<'_>, raw: &RawRoute, sink: &mut Sink) -> Option<RoutePattern> {
    let path = read_path(key, raw, sink).ok();
    read_pattern(key, raw, path, sink)
}

fn read_route(key: &At<'_>, raw: &RawRoute, known: Known<'_>, sink: &mut Sink) -> Option<Route> {
    let path = read_path(key, raw, sink);
    let location_key = &key.name("location");
    let instead = "write the template of the location's path";
    let location = sink.require(location_key, raw.location.as_deref(), instead);
    // What seems to be captured is enough to tell what else is wrong.
    let captures = match &path {
        Ok(path) => Some(path.captures()),
        Err(errors) => errors.as_ref().map(TemplateErrors::captures),
    };
    let (mut unused, mut read) = (Vec::new(), None);
    if let Some((captures, location)) = captures.zip(location) {
        unused = read_unused(&key.name("unused"), raw, captures, location, sink);
        let location = if unused.is_empty() {
            PathTemplate::location(location, captures)
        } else {
            let held = captures.iter().enumerate();
            let held = held.filter(|(place, _)| !unused.contains(place));
            let held: Vec<_> = held.map(|(_, slot)| slot.clone()).collect();
            PathTemplate::location(location, &held)
        };
        read = take_template(ProblemCode::LocationInvalid, location_key, location, sink).ok();
    }
    let targets = targets::of_route(key, raw, known.targets, sink);
    let options = read_options(key, raw, known, sink);
    let pattern = read_pattern(key, raw, path.ok(), sink);
    Some(Route::new(pattern?, targets?, read?, unused, options?))
}

/// Reads a path. The error is what is wrong with it, if it is there.
fn read_path(
    key: &At<'_>,
    raw: &RawRoute,
    sink: &mut Sink,
) -> Result<PathTemplate, Option<TemplateErrors>> {
    let path_key = &key.name("path");
    let instead = "write the path pattern of the requests";
    let path = sink
        .require(path_key, raw.path.as_deref(), instead)
        .ok_or(None)?;
    take_template(
        ProblemCode::PathInvalid,
        path_key,
        PathTemplate::path(path),
        sink,
    )
    .map_err(Some)
}

/// Reads what a route applies to.
fn read_pattern(
    key: &At<'_>,
    raw: &RawRoute,
    path: Option<PathTemplate>,
    sink: &mut Sink,
) -> Option<RoutePattern> {
    let name_key = &key.name("name");
    let instead = "name the route, such as \"download\"";
    let name = sink.require(name_key, raw.name.as_deref(), instead);
    let name = name.map(RouteName::parse);
    let name = name.and_then(|name| sink.take(ProblemCode::RouteNameInvalid, name_key, name));
    let hosts_key = &key.name("hosts");
    let own = raw.hosts.as_deref();
    let own = own.map(|written| hosts(hosts_key, written, sink));
    Some(RoutePattern::new(name?, path?, own))
}

/// Reads which captures a location may leave out, as their places in the path.
fn read_unused(
    key: &At<'_>,
    raw: &RawRoute,
    captures: &[CaptureSlot],
    location: &str,
    sink: &mut Sink,
) -> Vec<usize> {
    let written = raw.unused.as_deref().unwrap_or_default();
    let mut places = Vec::with_capacity(written.len());
    for (index, name) in written.iter().enumerate() {
        let Some(place) = captures.iter().position(|slot| slot.name() == name) else {
            let instead = Instead::of(name, captures.iter().map(CaptureSlot::name));
            let message = format!("the path has no capture `{name}`{instead}");
            sink.push(ProblemCode::UnusedInvalid, &key.index(index), message);
            continue;
        };
        let is_used = |end| location.contains(&format!("{{{name}{end}"));
        if is_used('}') || is_used('.') {
            let message = format!("`{name}` is in the location; leave it out there, or here");
            sink.push(ProblemCode::UnusedInvalid, &key.index(index), message);
        } else if !places.contains(&place) {
            places.push(place);
        }
    }
    let mut held = captures
        .iter()
        .enumerate()
        .filter(|(place, _)| !places.contains(place));
    if !places.is_empty() && !held.any(|(_, slot)| slot.kind().is_digest()) {
        let message = "only a location with a whole sha256 or sha512 names its file without the other captures; use them all in the location, and leave `unused` out";
        sink.push(ProblemCode::UnusedInvalid, key, message);
    }
    places
}

fn take_template(
    code: ProblemCode,
    key: &At<'_>,
    template: Result<PathTemplate, TemplateErrors>,
    sink: &mut Sink,
) -> Result<PathTemplate, TemplateErrors> {
    if let Err(errors) = &template {
        for error in errors.iter() {
            sink.push(code, key, error);
        }
    }
    template
}

fn read_options(
    key: &At<'_>,
    raw: &RawRoute,
    known: Known<'_>,
    sink: &mut Sink,
) -> Option<RouteOptions> {
    let status = raw
        .status
        .map_or(Ok(RedirectStatus::Found), TryFrom::try_from);
    let status = sink.take(ProblemCode::StatusInvalid, &key.name("status"), status);
    let cache_control = raw.cache_control.as_deref();
    let cache_control = header(&key.name("cache_control"), cache_control, sink);
    Some(RouteOptions {
        status: status?,
        json: raw.json.unwrap_or(known.json),
        cache_control,
    })
}
