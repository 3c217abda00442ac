use std::collections::BTreeMap;
use std::sync::Arc;

use super::options::{Log, OriginOptions, ResponseOptions, RetryOptions};
use super::revision::Revision;
use super::route::Route;
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
    pub(super) routes: Vec<Route>,
    pub(super) response: ResponseOptions,
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

    /// The first 12 hexadecimal digits of the SHA-256 of the compiled configuration's content.
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

    /// A host that the routes apply to, for a request that is only a path; `None` if they apply to any.
    pub fn first_host(&self) -> Option<&Host> {
        self.hosts()?.first()
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

    /// The routes, in the order in which they are tried.
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
