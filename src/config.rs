//! The configuration: what an operator wrote, once all of it is proved to hold together.
//!
//! There is one way from text to [`Config`], whether the text is the TOML that people write or the
//! compiled JSON that the edge reads. A `Config` has no problems: they are all reported at once, and
//! then there is no `Config`.

#[cfg(feature = "toml")]
mod allowed_hosts;
#[cfg(feature = "toml")]
mod authored;
mod check;
#[cfg(feature = "toml")]
mod examples;
#[cfg(feature = "toml")]
mod names;
mod origin;
#[cfg(feature = "toml")]
mod overlaps;
#[cfg(feature = "toml")]
mod place;
mod problem;
mod raw;
mod retry;
#[cfg(feature = "toml")]
mod retry_routes;
mod revision;
#[cfg(feature = "toml")]
mod same_bases;
#[cfg(feature = "toml")]
mod samples;
mod targets;
mod time;
#[cfg(feature = "toml")]
mod trials;
#[cfg(feature = "toml")]
mod unused_targets;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::host::Host;
use crate::retry::RetryOptions;
use crate::route::Route;
use crate::target::Target;
use raw::RawConfig;

#[cfg(feature = "toml")]
pub use authored::Authored;
#[cfg(feature = "toml")]
pub use examples::Example;
pub use origin::{CheckRedirects, OriginOptions};
pub use problem::{Key, Place, Problem, ProblemCode, Problems, Step};

/// The most characters that an entry of a Config Store holds.
pub const MAX_ENTRY_LENGTH: usize = 8000;

/// The most backends that an origin has. A request can be sent to each of them, and the platform
/// bounds how often an execution may do so: 32 times, and 10 on a trial account.
pub const MAX_BACKENDS: usize = 3;

/// A configuration that holds together: every base is allowed and every template can be read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    allowed_hosts: Vec<Host>,
    hosts: Option<Vec<Host>>,
    backends: Vec<String>,
    origin: OriginOptions,
    targets: BTreeMap<String, Arc<Target>>,
    routes: Vec<Route>,
    response: ResponseOptions,
    log: Option<Log>,
    retry: Option<RetryOptions>,
    json: String,
    revision: String,
}

/// The headers that every answer of ours carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseOptions {
    /// Whether to send `Access-Control-Allow-Origin: *`.
    pub cors: bool,
    /// The value of `Strict-Transport-Security`, if it is to be sent.
    pub hsts: Option<HeaderText>,
}

/// Text that can stand in a header field: printable ASCII and spaces, not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderText(String);

/// Where log lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The name of the Fastly log endpoint.
    pub endpoint: String,
    /// How much of a client's address is written.
    pub client_ip: ClientIp,
}

/// How much of a client's address is written to the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientIp {
    /// `full`: the whole address.
    Full,
    /// `truncated`, the default: the first 24 bits of an IPv4 address, 48 of an IPv6 address.
    #[default]
    Truncated,
    /// `none`: nothing.
    None,
}

impl Config {
    /// Reads a configuration as people write it, and tries it on its examples.
    ///
    /// # Errors
    ///
    /// All its [`Problems`], each with the place in `text` where it stands.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        Authored::from_toml(text).map(Authored::into_config)
    }

    /// Reads a compiled configuration.
    ///
    /// Its revision shows that it is what [`from_toml`](Config::from_toml) accepted, so its examples
    /// are not tried again; it does not even hold them.
    ///
    /// # Errors
    ///
    /// All its [`Problems`]; among them that it was changed since it was compiled.
    pub fn from_json(text: &str) -> Result<Self, Problems> {
        // A file of one line ends in a line end, which is not part of what was compiled.
        let text = text.trim_ascii_end();
        let mut json = serde_json::Deserializer::from_str(text);
        let (mut raw, problems) = RawConfig::read(&mut json)
            .and_then(|read| json.end().map(|()| read))
            .map_err(|error| syntax(error.to_string()))?;
        let revision = revision::read(text, raw.revision.take())?;
        check::compiled(&raw, problems, text, revision)
    }

    /// The compiled configuration: canonical JSON with its revision, fit for the Config Store entry
    /// `config`.
    pub fn to_json(&self) -> &str {
        &self.json
    }

    /// The first 12 hexadecimal digits of the SHA-256 of the compiled configuration's content.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Every host that a redirect may name.
    pub fn allowed_hosts(&self) -> &[Host] {
        &self.allowed_hosts
    }

    /// The request hosts that the routes apply to; nothing where they apply to any.
    pub fn hosts(&self) -> Option<&[Host]> {
        self.hosts.as_deref()
    }

    /// Whether the routes apply to a request with this `Host`.
    pub fn applies_to(&self, host: &str) -> bool {
        self.hosts()
            .is_none_or(|hosts| hosts.iter().any(|ours| ours.is_named_by(host)))
    }

    /// The names of the origin's backends, in the order in which they are tried; one to
    /// [`MAX_BACKENDS`], each once.
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

    /// The headers that every answer of ours carries.
    pub fn response(&self) -> &ResponseOptions {
        &self.response
    }

    /// Whether and how a second try goes another way.
    pub fn retry(&self) -> Option<&RetryOptions> {
        self.retry.as_ref()
    }

    /// Where log lines go, if they are written.
    pub fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }
}

impl HeaderText {
    /// Reads text for a header field; nothing where it cannot stand in one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.trim() == text
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() || byte == b' ');
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ClientIp {
    const ALL: [Self; 3] = [Self::Full, Self::Truncated, Self::None];

    /// The word for it in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Truncated => "truncated",
            Self::None => "none",
        }
    }

    /// The meaning of a word, if it has one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

fn syntax(message: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::SyntaxInvalid, Key::default(), message)
}
