//! What both forms of a configuration have to hold: from keys as written to a [`Config`], noting
//! every problem on the way.

use std::fmt::Display;

use super::problem::{At, Key, Problem, ProblemCode, Problems};
use super::raw::{RawConfig, RawLog, RawOrigin, RawResponse, RawRoute};
use super::targets::Known;
use super::{ClientIp, Config, HeaderText, Log, MAX_BACKENDS, ResponseOptions};
use crate::host::Host;
use crate::route::{PathPattern, RedirectStatus, Route, RouteName, RouteOptions};
use crate::template::LocationTemplate;

/// Proves a compiled configuration, whose revision was found to be right.
pub(super) fn compiled(
    raw: &RawConfig,
    problems: Vec<Problem>,
    json: &str,
    revision: String,
) -> Result<Config, Problems> {
    let mut check = Check { problems };
    let (mut config, _) = check.config(raw);
    json.clone_into(&mut config.json);
    config.revision = revision;
    Problems::none_or(check.problems, config)
}

/// The problem of a key that is not there.
pub(super) fn missing(at: &At<'_>, instead: &str) -> Problem {
    let key = Key::from(at);
    let message = format!("`{key}` is missing; {instead}");
    Problem::new(ProblemCode::KeyMissing, key, message)
}

/// The problems found so far. Parts that hold are proved even where others do not, so that as many
/// problems as possible are found at once.
pub(super) struct Check {
    pub(super) problems: Vec<Problem>,
}

impl Check {
    /// Everything that both forms have in common; with the routes that hold, as they were written.
    pub(super) fn config<'r>(
        &mut self,
        raw: &'r RawConfig,
    ) -> (Config, Vec<(usize, &'r RawRoute)>) {
        let top = At::Top;
        let hosts_key = &top.name("allowed_hosts");
        let instead = "list every host that a redirect may name";
        self.require(hosts_key, raw.allowed_hosts.as_ref(), instead);
        let allowed_hosts = self.hosts(hosts_key, raw.allowed_hosts.as_deref());
        let hosts = raw.hosts.as_deref();
        let hosts = hosts.map(|hosts| self.hosts(&top.name("hosts"), Some(hosts)));
        let backends = self.backends(&top.name("origin"), raw.origin.as_ref());
        let allowed = raw.allowed_hosts.is_some().then_some(&*allowed_hosts);
        let targets = self.targets(&top.name("targets"), &raw.targets, allowed);
        let known = Known {
            raw: &raw.targets,
            proven: &targets,
        };
        let routes = self.routes(&top.name("routes"), &raw.routes, known);
        let (raw_routes, routes) = routes.into_iter().unzip();
        let log = raw.log.as_ref();
        let retry = raw.retry.as_ref();
        let config = Config {
            allowed_hosts,
            hosts,
            backends,
            origin: self.origin(&top.name("origin"), raw.origin.as_ref()),
            targets,
            routes,
            response: self.response(&top.name("response"), raw.response.as_ref()),
            log: log.and_then(|log| self.log(&top.name("log"), log)),
            retry: retry.and_then(|retry| self.retry(&top.name("retry"), retry)),
            json: String::new(),
            revision: String::new(),
        };
        (config, raw_routes)
    }

    pub(super) fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Takes the value, or notes the error as a problem of the key.
    pub(super) fn take<T, E: Display>(
        &mut self,
        code: ProblemCode,
        key: &At<'_>,
        result: Result<T, E>,
    ) -> Option<T> {
        result
            .map_err(|error| self.push(Problem::new(code, key, error.to_string())))
            .ok()
    }

    /// Takes the value of a key that must be there.
    pub(super) fn require<'r, T: ?Sized>(
        &mut self,
        key: &At<'_>,
        value: Option<&'r T>,
        instead: &str,
    ) -> Option<&'r T> {
        if value.is_none() {
            self.push(missing(key, instead));
        }
        value
    }

    fn hosts(&mut self, key: &At<'_>, hosts: Option<&[String]>) -> Vec<Host> {
        let mut parsed = Vec::new();
        for (index, host) in hosts.unwrap_or_default().iter().enumerate() {
            let host = Host::parse(host);
            parsed.extend(self.take(ProblemCode::HostInvalid, &key.index(index), host));
        }
        if hosts.is_some_and(<[String]>::is_empty) {
            let key = Key::from(key);
            let message = format!("`{key}` is empty; list at least one host");
            self.push(Problem::new(ProblemCode::HostInvalid, key, message));
        }
        // Their order means nothing, so there is one order.
        parsed.sort_unstable();
        parsed.dedup();
        parsed
    }

    fn backends(&mut self, key: &At<'_>, origin: Option<&RawOrigin>) -> Vec<String> {
        let key = &key.name("backends");
        let backends = origin.and_then(|origin| origin.backends.as_deref());
        let instead = "name the origin's Fastly backends in the order to try them";
        let Some(backends) = self.require(key, backends, instead) else {
            return Vec::new();
        };
        if backends.is_empty() {
            let message = format!(
                "`{}` is empty; name at least one Fastly backend",
                Key::from(key)
            );
            self.push(Problem::new(ProblemCode::BackendInvalid, key, message));
        }
        if backends.len() > MAX_BACKENDS {
            let message = format!(
                "there are {} backends, and at most {MAX_BACKENDS} are tried for a request; leave out the last ones",
                backends.len()
            );
            self.push(Problem::new(ProblemCode::BackendInvalid, key, message));
        }
        for (index, backend) in backends.iter().enumerate() {
            let at = &key.index(index);
            self.backend(at, backend);
            if backends
                .iter()
                .take(index)
                .any(|earlier| earlier == backend)
            {
                let message = format!("`{backend}` is named twice; name each backend once");
                self.push(Problem::new(ProblemCode::BackendInvalid, at, message));
            }
        }
        backends.to_vec()
    }

    /// Takes the name of a Fastly backend.
    pub(super) fn backend(&mut self, key: &At<'_>, name: &str) -> String {
        if HeaderText::parse(name).is_none() || name.len() > 255 {
            let message =
                format!("`{name}` is not a backend name: 1 to 255 printable ASCII characters");
            self.push(Problem::new(ProblemCode::BackendInvalid, key, message));
        }
        name.to_owned()
    }

    fn routes<'r>(
        &mut self,
        key: &At<'_>,
        routes: &'r [RawRoute],
        known: Known<'_>,
    ) -> Vec<((usize, &'r RawRoute), Route)> {
        if routes.is_empty() {
            self.push(missing(key, "add a table [[routes]]"));
        }
        let mut proven: Vec<((usize, &RawRoute), Route)> = Vec::new();
        for (index, raw) in routes.iter().enumerate() {
            let key = &key.index(index);
            let Some(route) = self.route(key, raw, known) else {
                continue;
            };
            if proven.iter().any(|(_, other)| other.name() == route.name()) {
                let message = format!(
                    "another route is named `{}`; give each its own name",
                    route.name()
                );
                self.push(Problem::new(
                    ProblemCode::RouteNameDuplicate,
                    &key.name("name"),
                    message,
                ));
            }
            proven.push(((index, raw), route));
        }
        proven
    }

    fn route(&mut self, key: &At<'_>, raw: &RawRoute, known: Known<'_>) -> Option<Route> {
        let name_key = &key.name("name");
        let name = self.require(
            name_key,
            raw.name.as_deref(),
            "name the route, such as \"download\"",
        );
        let name = name.and_then(|name| {
            self.take(
                ProblemCode::RouteNameInvalid,
                name_key,
                RouteName::parse(name),
            )
        });
        let path_key = &key.name("path");
        let path = self.require(
            path_key,
            raw.path.as_deref(),
            "write the path pattern of the requests",
        );
        let pattern = path.and_then(|path| {
            self.take(ProblemCode::PathInvalid, path_key, PathPattern::parse(path))
        });
        let location_key = &key.name("location");
        let location = self.require(
            location_key,
            raw.location.as_deref(),
            "write the template of the location's path",
        );
        let location = pattern
            .as_ref()
            .zip(location)
            .and_then(|(pattern, location)| {
                let template = LocationTemplate::parse(location, pattern.captures());
                self.take(ProblemCode::LocationInvalid, location_key, template)
            });
        let targets = self.route_targets(key, raw, known);
        let options = self.route_options(key, raw);
        Some(Route::new(name?, pattern?, targets?, location?, options?))
    }

    fn route_options(&mut self, key: &At<'_>, raw: &RawRoute) -> Option<RouteOptions> {
        let status = match raw.status {
            None => Some(RedirectStatus::Found),
            Some(status) => {
                let status = RedirectStatus::try_from(status);
                self.take(ProblemCode::StatusInvalid, &key.name("status"), status)
            }
        };
        let cache_control = self.header(&key.name("cache_control"), raw.cache_control.as_deref());
        Some(RouteOptions {
            status: status?,
            json: raw.json.unwrap_or(true),
            cache_control,
        })
    }

    fn header(&mut self, key: &At<'_>, text: Option<&str>) -> Option<HeaderText> {
        let header = HeaderText::parse(text?);
        if header.is_none() {
            let message = "the text cannot stand in a header; write printable ASCII, not empty, without spaces around it";
            self.push(Problem::new(ProblemCode::HeaderInvalid, key, message));
        }
        header
    }

    fn response(&mut self, key: &At<'_>, raw: Option<&RawResponse>) -> ResponseOptions {
        let Some(raw) = raw else {
            return ResponseOptions::default();
        };
        ResponseOptions {
            cors: raw.cors.unwrap_or_default(),
            hsts: self.header(&key.name("hsts"), raw.hsts.as_deref()),
        }
    }

    fn log(&mut self, key: &At<'_>, raw: &RawLog) -> Option<Log> {
        let endpoint_key = &key.name("endpoint");
        let endpoint = self.require(
            endpoint_key,
            raw.endpoint.as_deref(),
            "name the Fastly log endpoint",
        );
        let endpoint = endpoint.and_then(|endpoint| {
            let is_name = HeaderText::parse(endpoint).is_some()
                && !endpoint.contains(':')
                && !matches!(endpoint, "stdout" | "stderr");
            if !is_name {
                let message = format!("`{endpoint}` is not the name of a log endpoint: printable ASCII without colons, and neither stdout nor stderr");
                self.push(Problem::new(ProblemCode::LogEndpointInvalid, endpoint_key, message));
            }
            is_name.then(|| endpoint.to_owned())
        });
        let client_ip = raw
            .client_ip
            .as_deref()
            .map_or(Some(ClientIp::default()), |word| {
                let policy = ClientIp::from_name(word);
                if policy.is_none() {
                    let message = format!("`{word}` is not one of `full`, `truncated` and `none`");
                    self.push(Problem::new(
                        ProblemCode::ClientIpInvalid,
                        &key.name("client_ip"),
                        message,
                    ));
                }
                policy
            });
        Some(Log {
            endpoint: endpoint?,
            client_ip: client_ip?,
        })
    }
}
