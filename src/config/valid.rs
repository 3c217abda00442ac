use std::collections::BTreeMap;
use std::sync::Arc;

use super::options::{Log, OriginOptions, ResponseOptions, RetryOptions};
use super::revision::Revision;
use super::route::{Route, RoutePattern};
use super::route_index::RouteIndex;
use super::target::Target;
use crate::values::Host;

/// The most characters that an entry of a Config Store holds.
pub const MAX_ENTRY_LENGTH: usize = 8000;

/// A configuration that holds together: every base is allowed and every template can be read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub(super) allowed_hosts: Vec<Host>,
    pub(super) hosts: Option<Vec<Host>>,
    pub(super) backends: Vec<String>,
    pub(super) origin: OriginOptions,
    pub(super) targets: BTreeMap<String, Arc<Target>>,
    pub(super) origin_routes: Vec<RoutePattern>,
    pub(super) routes: Vec<Route>,
    pub(super) index: RouteIndex,
    pub(super) response: ResponseOptions,
    pub(super) has_json: bool,
    pub(super) has_loop_token: bool,
    pub(super) log: Option<Log>,
    pub(super) retry: Option<RetryOptions>,
    pub(super) json: String,
    pub(super) revision: Revision,
}

impl Config {
    /// The same configuration, by the name and in the form in which it is compiled.
    pub(crate) fn compiled(self, revision: Revision, json: String) -> Self {
        Self {
            json,
            revision,
            ..self
        }
    }

    /// The compiled configuration: canonical JSON with its revision, fit for the Config Store entry
    /// `config`.
    pub fn to_json(&self) -> &str {
        &self.json
    }

    /// How many characters of a Config Store entry the compiled configuration takes.
    pub fn entry_length(&self) -> usize {
        self.json.chars().count()
    }

    /// The name of the compiled configuration's content: its hash by FNV-1a (RFC 9923), in 12 hexadecimal digits.
    pub fn revision(&self) -> &str {
        self.revision.as_str()
    }

    /// Every host that a redirect may name.
    pub fn allowed_hosts(&self) -> &[Host] {
        &self.allowed_hosts
    }

    /// The request hosts that the routes apply to; `None` if they apply to any.
    pub fn hosts(&self) -> Option<&[Host]> {
        self.hosts.as_deref()
    }

    /// A host that a route applies to, for a request that is only a path: the route's first one, else the
    /// configuration's; `None` if it applies to any.
    pub fn first_host<'c>(&'c self, route: Option<&'c RoutePattern>) -> Option<&'c Host> {
        let of_route = route.and_then(RoutePattern::hosts);
        of_route.or(self.hosts())?.first()
    }

    /// Whether the routes apply to a request with this `Host`.
    pub fn applies_to(&self, host: &str) -> bool {
        self.hosts()
            .is_none_or(|hosts| hosts.iter().any(|it| it.is_named_by(host)))
    }

    /// The names of the origin's backends, in the order in which they are tried; one to
    /// [`MAX_BACKENDS`](super::MAX_BACKENDS), each once.
    pub fn backends(&self) -> &[String] {
        &self.backends
    }

    /// How the origin is asked, and what is done with its answers.
    pub fn origin(&self) -> OriginOptions {
        self.origin
    }

    /// The targets, by name.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.values().map(AsRef::as_ref)
    }

    /// Whether a route answers clients that want JSON with JSON.
    pub fn has_json(&self) -> bool {
        self.has_json
    }

    /// Whether a target has a name by which its own requests are known.
    pub fn has_loop_token(&self) -> bool {
        self.has_loop_token
    }

    /// The routes whose requests all go to the origin, in the order in which they are written. They are
    /// tried before all others.
    pub fn origin_routes(&self) -> &[RoutePattern] {
        &self.origin_routes
    }

    /// What every route applies to, in the order in which they are tried: those of the origin, then
    /// those that redirect.
    pub fn patterns(&self) -> impl Iterator<Item = &RoutePattern> {
        let redirecting = self.routes.iter().map(Route::pattern);
        self.origin_routes.iter().chain(redirecting)
    }

    /// Whether a request to this host may be the registry's own: it is in `hosts`, of the configuration
    /// or of a route.
    pub(crate) fn names_host(&self, host: &str) -> bool {
        let of_routes = self.patterns().filter_map(RoutePattern::hosts);
        let mut hosts = self.hosts().into_iter().chain(of_routes).flatten();
        hosts.any(|it| it.as_str() == host)
    }

    /// Whether a redirect may name this host.
    pub(crate) fn allows_host(&self, host: &str) -> bool {
        self.allowed_hosts.iter().any(|it| it.as_str() == host)
    }

    /// Where the routes are found that a path may be on.
    pub(crate) fn index(&self) -> &RouteIndex {
        &self.index
    }

    /// The routes that redirect, in the order in which they are tried.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The headers that every reply of the edge carries.
    pub fn response(&self) -> &ResponseOptions {
        &self.response
    }

    /// Whether and how a repeated attempt goes another way.
    pub fn retry(&self) -> Option<&RetryOptions> {
        self.retry.as_ref()
    }

    /// Where log lines go, if any are written.
    pub fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }
}
