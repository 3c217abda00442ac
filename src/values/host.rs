//! Host names, spelled in one way only.

use std::fmt;

use thiserror::Error;

/// A host that a URL may name: a domain of at least two labels in lower case, an IP address as
/// `url` writes it, or `localhost`. Never a port, a scheme or a trailing dot.
///
/// ```
/// use signpost::values::Host;
///
/// assert_eq!(Host::parse("Static.Crates.IO").unwrap().as_str(), "static.crates.io");
/// assert!(Host::parse("https://static.crates.io").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Host {
    name: String,
    is_loopback: bool,
}

/// Why a text is not a host. The message says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HostError {
    /// The text is empty.
    #[error("the host is empty; write a host such as static.crates.io")]
    Empty,
    /// The text holds more than a host.
    #[error(
        "`{0}` is more than a host; write it without scheme, port and path, such as static.crates.io"
    )]
    NotOnlyAHost(String),
    /// The text is neither a domain nor an IP address.
    #[error("`{0}` is neither a domain nor an IP address; write a host such as static.crates.io")]
    Invalid(String),
    /// The text is in another script than ASCII.
    #[error("`{0}` is not ASCII; write an internationalised domain in its xn-- form")]
    NotAscii(String),
    /// The domain ends in a dot.
    #[error("`{0}` ends in a dot; write it without")]
    TrailingDot(String),
    /// The domain has a single label, so no client outside could resolve it.
    #[error("`{0}` has no dot, so no client could resolve it; write the full domain")]
    SingleLabel(String),
}

impl Host {
    /// Reads a host, in any case of letters.
    ///
    /// # Errors
    ///
    /// [`HostError`], which says what was read and what to write instead.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if text.is_empty() {
            return Err(HostError::Empty);
        }
        if !text.is_ascii() {
            return Err(HostError::NotAscii(text.to_owned()));
        }
        let is_ipv6 = text.starts_with('[') && text.ends_with(']');
        if text.contains(['/', '@', '?', '#', '\\']) || (text.contains(':') && !is_ipv6) {
            return Err(HostError::NotOnlyAHost(text.to_owned()));
        }
        if text.ends_with('.') {
            return Err(HostError::TrailingDot(text.to_owned()));
        }
        let host = url::Host::parse(text).map_err(|_| HostError::Invalid(text.to_owned()))?;
        let is_loopback = match &host {
            url::Host::Domain(domain) => domain == "localhost",
            url::Host::Ipv4(address) => address.is_loopback(),
            url::Host::Ipv6(address) => address.is_loopback(),
        };
        if let url::Host::Domain(domain) = &host {
            if !is_domain(domain) {
                return Err(HostError::Invalid(text.to_owned()));
            }
            if !is_loopback && !domain.contains('.') {
                return Err(HostError::SingleLabel(text.to_owned()));
            }
        }
        Ok(Self {
            name: host.to_string(),
            is_loopback,
        })
    }

    /// The host, as a URL spells it.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whether the host is this machine: `localhost`, `127.0.0.0/8` or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// Whether a `Host` header field names this host, on any port.
    pub fn is_named_by(&self, field: &str) -> bool {
        // No name of a host ends in a colon and digits, so what follows it can only be a port: RFC 9110,
        // section 7.2.
        field
            .split_at_checked(self.name.len())
            .is_some_and(|(host, port)| {
                let is_host = host == self.name || host.eq_ignore_ascii_case(&self.name);
                is_host && (port.is_empty() || is_port(port))
            })
    }
}

/// Whether a text is a colon, and digits if any.
fn is_port(text: &str) -> bool {
    let digits = text.strip_prefix(':');
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The letters, digits and hyphens of RFC 1123, section 2.1; `url` allows much more.
fn is_domain(domain: &str) -> bool {
    domain.len() <= 253
        && domain.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}
