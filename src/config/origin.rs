//! What is set about the origin besides its backends.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use super::raw::RawOrigin;
#[cfg(feature = "toml")]
use super::time::canonical_time;
use super::time::read_time;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckRedirects {
    /// `repair`: it is logged, and a redirect to a host that is not allowed is led to the proven
    /// location.
    Repair,
    /// `report`, the default: it is logged.
    #[default]
    Report,
    /// `off`: nobody looks.
    Off,
}

/// How long `next_backend_timeout` may be: at most as long as the platform lets an execution run.
const NEXT_BACKEND_TIMEOUT: RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_mins(2);

impl Default for OriginOptions {
    /// Cargo gives a silent server up after 30 s, so that a try begun later has nobody waiting.
    fn default() -> Self {
        Self {
            check_redirects: CheckRedirects::default(),
            next_backend_timeout: Duration::from_secs(30),
        }
    }
}

impl CheckRedirects {
    const ALL: [Self; 3] = [Self::Repair, Self::Report, Self::Off];

    /// The word for it in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Repair => "repair",
            Self::Report => "report",
            Self::Off => "off",
        }
    }

    /// The meaning of a word, if it has one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.name() == name)
    }
}

impl Check {
    pub(super) fn origin(&mut self, key: &At<'_>, raw: Option<&RawOrigin>) -> OriginOptions {
        let mut options = OriginOptions::default();
        let Some(raw) = raw else {
            return options;
        };
        if let Some(word) = &raw.check_redirects {
            let check = CheckRedirects::from_name(word)
                .ok_or_else(|| format!("`{word}` is not one of `repair`, `report` and `off`"));
            self.set(
                &mut options.check_redirects,
                &key.name("check_redirects"),
                check,
            );
        }
        if let Some(text) = &raw.next_backend_timeout {
            let key = key.name("next_backend_timeout");
            let time = read_time(text, &NEXT_BACKEND_TIMEOUT);
            self.set(&mut options.next_backend_timeout, &key, time);
        }
        options
    }

    fn set<T>(&mut self, option: &mut T, key: &At<'_>, value: Result<T, String>) {
        match value {
            Ok(value) => *option = value,
            Err(message) => {
                self.push(Problem::new(ProblemCode::OriginOptionInvalid, key, message));
            }
        }
    }
}

/// How the options are written in their one way: what is a default is left out.
#[cfg(feature = "toml")]
pub(super) fn canonical(backends: &[String], options: OriginOptions) -> RawOrigin {
    let default = OriginOptions::default();
    let OriginOptions {
        check_redirects,
        next_backend_timeout,
    } = options;
    RawOrigin {
        backends: Some(backends.to_vec()),
        check_redirects: (check_redirects != default.check_redirects)
            .then(|| check_redirects.name().to_owned()),
        next_backend_timeout: (next_backend_timeout != default.next_backend_timeout)
            .then(|| canonical_time(next_backend_timeout)),
    }
}
