//! Every address of the targets' hosts.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use url::{Position, Url};

use crate::smoke::ask::ways::{Ways, has_route};

/// The hosts of targets that have several addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// By host and port, those that this machine can reach.
    asked: BTreeMap<String, Vec<SocketAddr>>,
    /// By host and port, those of IPv6 to which there is no route.
    without_route: BTreeMap<String, Vec<SocketAddr>>,
}

impl Addresses {
    /// Looks up the hosts of these URLs.
    pub(crate) async fn look_up(ways: &Ways, urls: &[Url]) -> Self {
        let mut found = Self::default();
        for url in urls {
            let host = host_of(url);
            if found.asked.contains_key(&host) {
                continue;
            }
            let mut addresses = ways.addresses(url).await;
            addresses.sort_unstable();
            addresses.dedup();
            // The probes ask the only one.
            if addresses.len() > 1 {
                let (asked, without_route) = addresses.into_iter().partition(|at| has_route(*at));
                found.asked.insert(host.clone(), asked);
                found.without_route.insert(host, without_route);
            } else {
                found.asked.insert(host, Vec::new());
            }
        }
        found
    }

    /// Each host and port, and its addresses.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[SocketAddr])> {
        let hosts = self.asked.iter();
        hosts.map(|(host, addresses)| (host.as_str(), addresses.as_slice()))
    }

    /// Notes on the addresses that are not asked.
    pub(crate) fn notes(&self) -> impl Iterator<Item = String> {
        let hosts = self.without_route.iter();
        let hosts = hosts.filter(|(_, addresses)| !addresses.is_empty());
        hosts.map(|(host, addresses)| {
            let addresses: Vec<_> = addresses.iter().map(|at| at.ip().to_string()).collect();
            let addresses = addresses.join(", ");
            format!("not asked: {host} at {addresses}, because this machine has no route to IPv6")
        })
    }
}

/// The host of a URL, and its port if it is written.
pub(crate) fn host_of(url: &Url) -> String {
    url[Position::BeforeHost..Position::AfterPort].to_owned()
}

#[cfg(test)]
mod tests {
    use super::Addresses;

    #[test]
    fn what_is_not_asked_is_said_by_host() {
        let at = |text: &str| text.parse().unwrap();
        let addresses = Addresses {
            without_route: [
                (
                    "a.example",
                    vec![at("[2001:db8::1]:443"), at("[2001:db8::2]:443")],
                ),
                ("b.example", Vec::new()),
            ]
            .map(|(host, addresses)| (host.to_owned(), addresses))
            .into(),
            ..Addresses::default()
        };
        let notes: Vec<_> = addresses.notes().collect();
        let words = "not asked: a.example at 2001:db8::1, 2001:db8::2, because this machine has no route to IPv6";
        assert_eq!(notes, [words]);
    }
}
