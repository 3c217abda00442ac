//! The configuration: what an operator wrote, once all of it is proved to hold together.
//!
//! There is one way from text to [`Config`], whether the text is the TOML that people write or the
//! compiled JSON that the edge reads. A `Config` has no problems: they are all reported at once, and
//! then there is no `Config`.

mod check;
#[cfg(feature = "toml")]
mod place;
mod problem;
mod raw;

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::host::Host;
use crate::location::Location;
use crate::route::Route;
use crate::target::Target;
use raw::RawConfig;

pub use problem::{Key, Place, Problem, ProblemCode, Problems, Step};

/// The most characters that an entry of a Config Store holds.
pub const MAX_ENTRY_LENGTH: usize = 8000;

/// A configuration that holds together: every base is allowed, every template can be read back, and
/// every example leads where it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    allowed_hosts: Vec<Host>,
    hosts: Option<Vec<Host>>,
    backends: Vec<String>,
    targets: BTreeMap<String, Arc<Target>>,
    routes: Vec<Route>,
    examples: Vec<Vec<Example>>,
    response: ResponseOptions,
    log: Option<Log>,
    json: String,
    revision: String,
}

/// A request path, and the location that it was proven to lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    request: String,
    location: Location,
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
    /// Reads a configuration as people write it.
    ///
    /// # Errors
    ///
    /// All its [`Problems`], each with the place in `text` where it stands.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        let read = toml::Deserializer::parse(text).and_then(RawConfig::read);
        let (mut raw, mut problems) = read.map_err(|error| {
            let place = error.span().and_then(|bytes| place::of_bytes(text, bytes));
            syntax(error.message()).at(place)
        })?;
        if raw.revision.take().is_some() {
            let key = Key::default().name("revision");
            let message = "`revision` is written by the compiler; leave it out";
            problems.push(Problem::new(ProblemCode::KeyUnknown, key, message));
        }
        check::check(&raw, problems).map_err(|problems| {
            problems.map(|problem| {
                let place = place::of_key(text, problem.key());
                problem.at(place)
            })
        })
    }

    /// Reads a compiled configuration.
    ///
    /// # Errors
    ///
    /// All its [`Problems`]; among them that it was changed since it was compiled.
    pub fn from_json(text: &str) -> Result<Self, Problems> {
        let mut json = serde_json::Deserializer::from_str(text);
        let (mut raw, problems) = RawConfig::read(&mut json)
            .and_then(|read| json.end().map(|()| read))
            .map_err(|error| syntax(error.to_string()))?;
        let claimed = raw.revision.take();
        let config = check::check(&raw, problems)?;
        match claimed {
            Some(claimed) if claimed == config.revision => Ok(config),
            Some(claimed) => Err(revision_mismatch(&claimed, &config.revision).into()),
            None => Err(check::missing(&Key::default().name("revision"), "compile the configuration again").into()),
        }
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

    /// The names of the origin's backends, in the order in which they are tried; at least one.
    pub fn backends(&self) -> &[String] {
        &self.backends
    }

    /// The targets, by name.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.values().map(AsRef::as_ref)
    }

    /// The routes, in the order in which they are tried.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Each route with its examples, at least one.
    pub fn examples(&self) -> impl Iterator<Item = (&Route, &[Example])> {
        self.routes
            .iter()
            .zip(self.examples.iter().map(Vec::as_slice))
    }

    /// The headers that every answer of ours carries.
    pub fn response(&self) -> &ResponseOptions {
        &self.response
    }

    /// Where log lines go, if they are written.
    pub fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }
}

impl Example {
    /// The path of the request, with a query if one was written.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// The location that it leads to.
    pub fn location(&self) -> &Location {
        &self.location
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

fn revision_mismatch(claimed: &str, real: &str) -> Problem {
    let message = format!(
        "the entry claims revision `{claimed}` and its content is revision `{real}`; compile the configuration again instead of editing the entry"
    );
    Problem::new(ProblemCode::RevisionMismatch, Key::default().name("revision"), message)
}

/// Twelve digits tell any two configurations apart that one registry will ever have.
fn revision_of(content: &str) -> String {
    use std::fmt::Write as _;
    let mut revision = String::with_capacity(12);
    for byte in Sha256::digest(content).iter().take(6) {
        // Writing to a string cannot fail.
        let _ = write!(revision, "{byte:02x}");
    }
    revision
}
