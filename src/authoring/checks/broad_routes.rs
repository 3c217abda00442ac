//! Whether a route matches more than the files that are meant.

use super::super::draft::{Draft, Report};
use super::super::samples;
use crate::config::problem::has_errors;
use crate::config::{Config, ProblemCode, Route};
use crate::request::Request;
use crate::route;
use crate::values::{CaptureType, Host, PathTemplate, Segment};

/// Paths that are seldom files of a registry.
const OTHERS: [&str; 10] = [
    "/favicon.ico",
    "/new",
    "/login/oauth",
    "/api/v1/search",
    "/assets/css/main.css",
    "/users/settings/tokens/new",
    "/docs/guide/getting/started/index.html",
    "/robots.txt",
    "/admin",
    "/search",
];

/// Warns about each route that may redirect more than files: its path has no literal, begins with a `path`
/// capture, or ends in a capture that any text fits; unless an example of the same length shows which
/// paths must go to the origin.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    if has_errors(report.sink.problems()) {
        return;
    }
    for (key, route) in draft.routes() {
        if is_broad(route.path()) && !is_considered(draft, route) {
            let path = OTHERS
                .into_iter()
                .find(|path| redirects(draft.config, route, path));
            let path = path.map_or_else(|| plain_path(route.path()), str::to_owned);
            let message = format!(
                "`{}` redirects every path of its form, such as `{path}`; write literals where the files have some, or add an example of a request that must go to the origin: [[examples]] with `request` and `origin = true`",
                route.name()
            );
            let code = ProblemCode::RouteBroad;
            report.sink.push(code, key.name("path"), message);
        }
    }
}

fn is_broad(path: &PathTemplate) -> bool {
    let begins_with_path = path.segments().next().is_some_and(Segment::is_path);
    let has_no_literal = path.segments().flat_map(Segment::literals).next().is_none();
    let last = path.segments().next_back().and_then(Segment::capture);
    let ends_in_any = last.is_some_and(|(_, slot)| is_any(slot.kind()));
    begins_with_path || has_no_literal || ends_in_any
}

/// Whether nearly every text is of the type.
fn is_any(kind: &CaptureType) -> bool {
    matches!(
        kind,
        CaptureType::Segment | CaptureType::Lower | CaptureType::Path
    )
}

/// Whether some example that must go to the origin has as many segments as a path of the route.
fn is_considered(draft: &Draft<'_>, route: &Route) -> bool {
    let at_least = route.path().segments().len();
    let at_most = route.path().most_segments();
    draft.origin_examples().any(|path| {
        // A path that is malformed tells nothing of the route.
        let request = Request::new("GET", "", path);
        let number = request.segments().map_or(0, <[_]>::len);
        number >= at_least && at_most.is_none_or(|at_most| number <= at_most)
    })
}

/// Whether the configuration redirects a path by this route.
fn redirects(config: &Config, route: &Route, path: &str) -> bool {
    let host = config
        .first_host(Some(route.pattern()))
        .map_or("", Host::as_str);
    let request = Request::new("GET", host, path);
    let found = route::find(config, &request);
    found.is_ok_and(|found| found.route() == route)
}

/// A path of the template that is hardly a file, where its types allow one.
fn plain_path(path: &PathTemplate) -> String {
    let mut values = samples::plain(path);
    if let Some((slot, value)) = path.captures().iter().zip(&mut values).next_back()
        && is_any(slot.kind())
    {
        "new".clone_into(value);
    }
    samples::path(path, &values).unwrap_or_default()
}
