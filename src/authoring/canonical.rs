//! Writes a configuration in its one form, fit for the Config Store entry `config`.

use std::time::Duration;

use crate::config::raw::{
    RawConfig, RawLog, RawOrigin, RawResponse, RawRetry, RawRoute, RawTarget, RawWeighted, Table,
};
use crate::config::revision::{AFTER, BEFORE, Revision};
use crate::config::{
    ClientIp, Config, FORMAT, Log, OriginOptions, RedirectStatus, ResponseOptions, RetryOptions,
    Route, RouteName, RoutePattern, Target, Weight, WeightedTarget,
};
use crate::values::Host;

/// Writes a configuration as JSON, and names it by its content.
pub(super) fn compile(config: Config) -> Config {
    // Strings, numbers and maps with string keys always become JSON.
    let content = serde_json::to_string(&canonical(&config)).unwrap_or_default();
    let rest = content.strip_prefix('{').unwrap_or(&content);
    let revision = Revision::of(rest);
    let json = format!("{BEFORE}{}{AFTER}{rest}", revision.as_str());
    config.compiled(revision, json)
}

/// A default is left out, and every base has its one spelling.
fn canonical(config: &Config) -> RawConfig {
    let response = config.response();
    let of_origin = config.origin_routes().iter().map(|route| RawRoute {
        origin: Some(true),
        ..canonical_pattern(route)
    });
    RawConfig {
        revision: None,
        format: Some(FORMAT),
        allowed_hosts: Some(names(config.allowed_hosts())),
        hosts: config.hosts().map(names),
        origin: Some(canonical_origin(config)),
        targets: Table(config.targets().map(canonical_target).collect()),
        routes: of_origin
            .chain(config.routes().iter().map(canonical_route))
            .collect(),
        response: (*response != ResponseOptions::default()).then(|| RawResponse {
            cors: response.cors.then_some(true),
            hsts: response.hsts.as_ref().map(|hsts| hsts.as_str().to_owned()),
            json: None,
        }),
        log: config.log().map(canonical_log),
        retry: config.retry().map(canonical_retry),
    }
}

/// How many characters each route takes of the compiled form, with its name.
pub(super) fn lengths(config: &Config) -> Vec<(RouteName, usize)> {
    let routes = canonical(config).routes;
    let names = config.patterns().map(|route| route.name().clone());
    let length = |route: &RawRoute| serde_json::to_string(route).unwrap_or_default().len();
    names.zip(routes.iter().map(length)).collect()
}

fn canonical_target(target: &Target) -> (String, RawTarget) {
    let raw = RawTarget {
        base: Some(target.base().to_string()),
        health_backend: target.health_backend().map(str::to_owned),
        loop_token: target.loop_token().map(|it| it.as_str().to_owned()),
        unencoded: Some(target.unencoded().to_string()).filter(|it| !it.is_empty()),
    };
    (target.name().to_owned(), raw)
}

fn names(hosts: &[Host]) -> Vec<String> {
    hosts.iter().map(Host::to_string).collect()
}

fn canonical_pattern(pattern: &RoutePattern) -> RawRoute {
    RawRoute {
        name: Some(pattern.name().to_string()),
        path: Some(pattern.path().to_string()),
        hosts: pattern.hosts().map(names),
        ..RawRoute::default()
    }
}

fn canonical_route(route: &Route) -> RawRoute {
    let options = route.options();
    let only = route.targets().only();
    let unused: Vec<_> = route.unused().map(|slot| slot.name().to_owned()).collect();
    RawRoute {
        target: only.map(|target| target.name().to_owned()),
        targets: only
            .is_none()
            .then(|| route.targets().iter().map(canonical_weighted).collect()),
        location: Some(route.location().to_string()),
        status: (options.status != RedirectStatus::Found).then(|| options.status.as_u16()),
        // The default has changed, so it is always there.
        json: Some(options.json),
        unused: Some(unused).filter(|it| !it.is_empty()),
        cache_control: options
            .cache_control
            .as_ref()
            .map(|value| value.as_str().to_owned()),
        ..canonical_pattern(route.pattern())
    }
}

fn canonical_weighted(target: &WeightedTarget) -> RawWeighted {
    let weight = target.weight();
    RawWeighted {
        name: Some(target.target().name().to_owned()),
        weight: (weight != Weight::ONE).then(|| weight.as_u16().into()),
    }
}

fn canonical_origin(config: &Config) -> RawOrigin {
    let default = OriginOptions::default();
    let OriginOptions {
        check_redirects,
        next_backend_timeout,
    } = config.origin();
    RawOrigin {
        backends: Some(config.backends().to_vec()),
        check_redirects: (check_redirects != default.check_redirects)
            .then(|| check_redirects.name().to_owned()),
        next_backend_timeout: (next_backend_timeout != default.next_backend_timeout)
            .then(|| canonical_time(next_backend_timeout)),
    }
}

fn canonical_log(log: &Log) -> RawLog {
    let (endpoint, endpoints) = match log.endpoints.as_slice() {
        [only] => (Some(only.clone()), None),
        several => (None, Some(several.to_vec())),
    };
    // They are the members of an object without its braces, and with a comma at the end.
    let fields = log.fields.as_str().trim_end_matches(',');
    let fields = serde_json::from_str(&format!("{{{fields}}}")).ok();
    RawLog {
        endpoint,
        endpoints,
        service_endpoint: log.service_endpoint.clone(),
        client_ip: (log.client_ip != ClientIp::default()).then(|| log.client_ip.name().to_owned()),
        fields: fields.filter(|fields| *fields != Table::default()),
    }
}

fn canonical_retry(options: &RetryOptions) -> RawRetry {
    let share = options.origin_share;
    RawRetry {
        window: Some(canonical_time(options.window.as_duration())),
        origin_share: (share != RetryOptions::ORIGIN_SHARE).then(|| share.to_string()),
    }
}

fn canonical_time(time: Duration) -> String {
    humantime::format_duration(time).to_string()
}
