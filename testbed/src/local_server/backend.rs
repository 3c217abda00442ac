use std::time::Duration;

use toml_edit::{Table, value};

/// A backend as `[local_server.backends]` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    url: String,
    override_host: Option<String>,
    first_byte_timeout: Option<Duration>,
    is_unhealthy: bool,
}

impl Backend {
    /// A backend at `url`, which is asked with the `Host` that the client sent.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            override_host: None,
            first_byte_timeout: None,
            is_unhealthy: false,
        }
    }

    /// Asks with this `Host`.
    #[must_use]
    pub fn override_host(mut self, host: impl Into<String>) -> Self {
        self.override_host = Some(host.into());
        self
    }

    /// Gives up when no answer has begun after this time, counted in whole milliseconds.
    #[must_use]
    pub fn first_byte_timeout(mut self, time: Duration) -> Self {
        self.first_byte_timeout = Some(time);
        self
    }

    /// Is unhealthy, as a health check would have found.
    #[must_use]
    pub fn unhealthy(mut self) -> Self {
        self.is_unhealthy = true;
        self
    }

    pub(super) fn table(&self) -> Table {
        let mut table = Table::new();
        table.insert("url", value(&self.url));
        if let Some(host) = &self.override_host {
            table.insert("override_host", value(host));
        }
        if let Some(time) = self.first_byte_timeout {
            let milliseconds = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
            table.insert("first_byte_timeout_ms", value(milliseconds));
        }
        if self.is_unhealthy {
            table.insert("health", value("unhealthy"));
        }
        table
    }
}

impl From<&Self> for Backend {
    fn from(backend: &Self) -> Self {
        backend.clone()
    }
}

impl From<&str> for Backend {
    fn from(url: &str) -> Self {
        Self::at(url)
    }
}

impl From<String> for Backend {
    fn from(url: String) -> Self {
        Self::at(url)
    }
}
