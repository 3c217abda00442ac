//! Detours: which address to connect to, whatever DNS says. Tests a deployment before DNS points to
//! it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use url::{Host, Url};

use crate::output::Failure;

/// `--connect-to HOST:PORT:OTHER_HOST:OTHER_PORT`, as curl takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectTo {
    host: String,
    port: u16,
    instead: String,
}

/// Another way to the URLs of one host and port. Read from `HOST:PORT:ADDRESS[,ADDRESS]…`, as curl
/// takes `--resolve`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Detour {
    /// The host that is not looked up.
    pub(crate) host: String,
    port: u16,
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Detour {
    pub(crate) fn leads_to(&self, url: &Url) -> bool {
        url.host_str() == Some(self.host.as_str()) && url.port_or_known_default() == Some(self.port)
    }
}

/// `HOST:PORT`, and its addresses.
impl fmt::Display for Detour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses: Vec<_> = self.addresses.iter().map(ToString::to_string).collect();
        let (host, port, addresses) = (&self.host, self.port, addresses.join(", "));
        write!(f, "{host}:{port} at {addresses}")
    }
}

impl ConnectTo {
    /// Looks up the other host.
    pub(crate) async fn look_up(&self) -> Result<Detour, String> {
        let instead = &self.instead;
        let addresses: Vec<_> = tokio::net::lookup_host(instead)
            .await
            .map_err(|error| format!("cannot look {instead} up: {error}"))?
            .collect();
        Ok(Detour {
            host: self.host.clone(),
            port: self.port,
            addresses,
        })
    }
}

impl FromStr for Detour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = "write HOST:PORT:ADDRESS, such as crates.io:443:151.101.1.1";
        let (host, port, addresses) = split(text).ok_or(words)?;
        let addresses = addresses
            .split(',')
            .map(|address| {
                let bare = address.trim_start_matches('[').trim_end_matches(']');
                let address: IpAddr = bare.parse().ok()?;
                Some(SocketAddr::new(address, port))
            })
            .collect::<Option<_>>()
            .ok_or(words)?;
        Ok(Self {
            host,
            port,
            addresses,
        })
    }
}

impl FromStr for ConnectTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = "write HOST:PORT:OTHER_HOST:OTHER_PORT, such as crates.io:443:example.edgecompute.app:443";
        let (host, port, instead) = split(text).ok_or(words)?;
        // A client connects to the port in the URL, if it has one.
        if !matches!(port, 80 | 443) {
            return Err(format!(
                "PORT is {port}; only 80 and 443 can be led elsewhere"
            ));
        }
        let has_port = instead
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if !has_port {
            return Err(words.to_owned());
        }
        Ok(Self {
            host,
            port,
            instead: instead.to_owned(),
        })
    }
}

/// A detour that no request takes is a mistake.
pub(crate) fn ensure_used(unused: &[String]) -> Result<(), Failure> {
    if unused.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "no request went to {}, which --resolve or --connect-to names; correct it or leave it out",
        unused.join(", nor by ")
    )))
}

/// The host as URLs spell it, the port, and the rest.
fn split(text: &str) -> Option<(String, u16, &str)> {
    let (host, rest) = text.split_once(':')?;
    let (port, rest) = rest.split_once(':')?;
    match Host::parse(host).ok()? {
        Host::Domain(host) => Some((host, port.parse().ok()?, rest)),
        // An address is never looked up.
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{ConnectTo, Detour};

    #[test]
    fn a_resolve_leads_to_the_urls_of_its_host_and_port() {
        let detour: Detour = "Crates.io:443:127.0.0.1,[::1]".parse().unwrap();
        let addresses: Vec<_> = detour.addresses.iter().map(ToString::to_string).collect();
        assert_eq!(addresses, ["127.0.0.1:443", "[::1]:443"]);
        for (url, expected) in [
            ("https://crates.io/x", true),
            ("https://CRATES.IO:443/", true),
            ("http://crates.io:443/", true),
            ("http://crates.io/", false),
            ("https://static.crates.io/", false),
        ] {
            assert_eq!(
                detour.leads_to(&Url::parse(url).unwrap()),
                expected,
                "{url}"
            );
        }
    }

    #[test]
    fn text_that_curl_refuses_is_refused() {
        for text in [
            "",
            "crates.io",
            "crates.io:443",
            "crates.io:x:127.0.0.1",
            "a.b:1:c",
            "1.2.3.4:1:::1",
        ] {
            assert!(text.parse::<Detour>().is_err(), "{text}");
        }
        assert!("a.b:443:127.0.0.1:8443".parse::<ConnectTo>().is_ok());
        assert!("a.b:443:[::1]:8443".parse::<ConnectTo>().is_ok());
        for text in ["a.b:443", "a.b:443:c.d", "a.b:8080:c.d:1", "a.b:443::1"] {
            assert!(text.parse::<ConnectTo>().is_err(), "{text}");
        }
    }
}
