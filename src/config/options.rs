//! What a configuration sets besides its routes and targets.

use std::time::Duration;

use strum::{EnumString, IntoStaticStr};

use super::log_fields::LogFields;
use crate::values::{HeaderText, Share, read_time};

/// The most backends that an origin has. A request can be sent to each of them, and the platform
/// bounds how often an execution may do so: 32 times, and 10 on a trial account.
pub const MAX_BACKENDS: usize = 3;

/// The backend that the edge asks while it has no configuration.
pub const FALLBACK_BACKEND: &str = "origin";

/// How long further backends may be asked by default, and at most. Cargo gives up a silent server after
/// 30 s, so no client waits for a request sent later.
pub const NEXT_BACKEND_TIMEOUT: Duration = Duration::from_secs(30);

/// How the origin is asked, and what is done with its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginOptions {
    /// What is done when the origin redirects a request of a route to another place than the proven
    /// one.
    pub check_redirects: CheckRedirects,
    /// How long after a request was first sent to the origin it may be sent to another backend.
    pub next_backend_timeout: Duration,
}

/// What is done when the origin redirects a request of a route to another place than the proven one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum CheckRedirects {
    /// `repair`: it is logged, and a redirect to a host that is not allowed is led to the proven
    /// location.
    Repair,
    /// `report`, the default: it is logged.
    #[default]
    Report,
    /// `off`: it is passed on unread.
    Off,
}

/// What `[retry]` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryOptions {
    /// For how long an attempt is remembered.
    pub window: Window,
    /// How much of what a sandbox would redirect may go to the origin as a repeated attempt.
    pub origin_share: Share,
}

/// For how long an attempt is remembered: 1 second to 5 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window(Duration);

/// The headers that every reply of the edge carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseOptions {
    /// Whether to send `Access-Control-Allow-Origin: *`.
    pub cors: bool,
    /// The value of `Strict-Transport-Security`, if it is to be sent.
    pub hsts: Option<HeaderText>,
}

/// Where log lines go, and what of them is to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The names of the Fastly log endpoints. Each line goes to all of them.
    pub endpoints: Vec<String>,
    /// The name of the Fastly log endpoint for what the edge says in the service log.
    pub service_endpoint: Option<String>,
    /// How much of a client's address is written.
    pub client_ip: ClientIp,
    /// The fields that every line has besides.
    pub fields: LogFields,
}

/// How much of a client's address is written to the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum ClientIp {
    /// `full`: the whole address.
    Full,
    /// `truncated`, the default: the first 24 bits of an IPv4 address, 48 of an IPv6 address.
    #[default]
    Truncated,
    /// `none`: nothing.
    None,
}

impl Default for OriginOptions {
    fn default() -> Self {
        Self {
            check_redirects: CheckRedirects::default(),
            next_backend_timeout: NEXT_BACKEND_TIMEOUT,
        }
    }
}

impl CheckRedirects {
    /// The word for it in the configuration, which [`str::parse`] reads.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl RetryOptions {
    /// The share of the origin if none is written.
    pub const ORIGIN_SHARE: Share = match Share::percent(5) {
        Some(share) => share,
        None => Share::ALL,
    };
}

impl Window {
    /// The shortest.
    pub const SHORTEST: Self = Self(Duration::from_secs(1));

    /// The longest.
    pub const LONGEST: Self = Self(Duration::from_mins(5));

    /// Reads a window such as `30s`. The error says what to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        read_time(text, &(Self::SHORTEST.0..=Self::LONGEST.0)).map(Self)
    }

    /// The time.
    pub fn as_duration(self) -> Duration {
        self.0
    }
}

impl Log {
    /// Whether a log endpoint can be called so; the platform keeps two names to itself.
    pub(crate) fn is_endpoint(name: &str) -> bool {
        HeaderText::parse(name).is_some()
            && !name.contains(':')
            && !matches!(name, "stdout" | "stderr")
    }
}

impl ClientIp {
    /// The word for it in the configuration, which [`str::parse`] reads.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
