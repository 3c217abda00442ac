//! From a configuration as written to a [`Config`], noting every problem on the way.

mod fields;
mod options;
mod routes;
mod targets;

use super::key::At;
use super::problem::Sink;
use super::raw::RawConfig;
use super::revision::Revision;
use super::route::Route;
use super::route_index::RouteIndex;
use super::valid::Config;
use fields::hosts;
pub(crate) use routes::RoutePlaces;

/// Reads what both forms of a configuration have in common.
///
/// What is wrong is left out, so the configuration is of use only if the sink has no problem at the
/// end.
pub(crate) fn read(raw: &RawConfig, sink: &mut Sink) -> (Config, RoutePlaces) {
    let top = At::Top;
    let allowed_key = top.name("allowed_hosts");
    let instead = "list every host that a redirect may name";
    let written = sink.require(&allowed_key, raw.allowed_hosts.as_deref(), instead);
    let allowed_hosts = written.map(|written| hosts(&allowed_key, written, sink));
    let own_hosts = raw.hosts.as_deref();
    let own_hosts = own_hosts.map(|written| hosts(&top.name("hosts"), written, sink));
    let origin_key = top.name("origin");
    let origin = raw.origin.as_ref();
    let backends = options::backends(&origin_key, origin, sink);
    let targets_key = top.name("targets");
    let targets = targets::read(&targets_key, &raw.targets, allowed_hosts.as_deref(), sink);
    let known = routes::Known {
        targets: targets::Known {
            written: &raw.targets,
            valid: &targets,
        },
        json: options::json(raw),
    };
    let routes = routes::read(&top.name("routes"), &raw.routes, known, sink);
    let (log, retry) = (raw.log.as_ref(), raw.retry.as_ref());
    let of_origin = routes.of_origin.iter();
    let redirecting = routes.redirecting.iter().map(Route::pattern);
    let config = Config {
        allowed_hosts: allowed_hosts.unwrap_or_default(),
        index: RouteIndex::of(of_origin.chain(redirecting)),
        has_json: routes.redirecting.iter().any(|it| it.options().json),
        has_loop_token: targets.values().any(|it| it.loop_token().is_some()),
        hosts: own_hosts,
        backends,
        origin_routes: routes.of_origin,
        routes: routes.redirecting,
        origin: options::origin(&origin_key, origin, sink),
        response: options::response(&top.name("response"), raw.response.as_ref(), sink),
        log: log.and_then(|log| options::log(&top.name("log"), log, sink)),
        retry: retry.and_then(|retry| options::retry(&top.name("retry"), retry, sink)),
        targets,
        json: String::new(),
        revision: Revision::default(),
    };
    (config, routes.places)
}
