//! Every address of the targets' hosts.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use futures_util::future::join_all;
use url::Url;

use crate::smoke::ask::ways::{Ways, has_route, host_of};

/// The addresses of the targets' hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// By host and port, those that are asked: none of a host that has only one, since the probes ask it.
    asked: BTreeMap<String, Vec<SocketAddr>>,
    /// What is not asked, and why.
    pub(crate) notes: Vec<String>,
}

impl Addresses {
    /// Looks up the hosts of these URLs.
    pub(crate) async fn look_up(ways: &Ways, urls: &[Url]) -> Self {
        let hosts: BTreeMap<_, _> = urls.iter().map(|url| (host_of(url), url)).collect();
        let look_up = |(host, url)| async move { (host, ways.addresses(url).await) };
        let mut found = Self::default();
        for (host, addresses) in join_all(hosts.into_iter().map(look_up)).await {
            match addresses {
                Ok(addresses) => found.add(host, addresses, has_route),
                Err(why) => found.notes.push(format!(
                    "not asked one by one: the addresses of {host}, which could not be looked up: {why}"
                )),
            }
        }
        found
    }

    /// Each host and port, and its addresses.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[SocketAddr])> {
        let hosts = self.asked.iter();
        hosts.map(|(host, addresses)| (host.as_str(), addresses.as_slice()))
    }

    fn add(
        &mut self,
        host: String,
        mut addresses: Vec<SocketAddr>,
        has_route: impl Fn(SocketAddr) -> bool,
    ) {
        addresses.sort_unstable();
        addresses.dedup();
        let (asked, others): (Vec<_>, Vec<_>) = addresses
            .into_iter()
            .partition(|address| has_route(*address));
        if !others.is_empty() {
            let others: Vec<_> = others.iter().map(|at| at.ip().to_string()).collect();
            let others = others.join(", ");
            self.notes.push(format!(
                "not asked: {host} at {others}, because this machine has no route to IPv6"
            ));
        }
        if asked.len() > 1 {
            self.asked.insert(host, asked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Addresses;

    #[test]
    fn what_can_be_reached_is_asked_and_the_rest_is_said() {
        let note = |addresses: &str| {
            format!(
                "not asked: a.example at {addresses}, because this machine has no route to IPv6"
            )
        };
        let (v4, v6): ([&str; 2], [&str; 2]) = (
            ["192.0.2.1:443", "192.0.2.2:443"],
            ["[2001:db8::1]:443", "[2001:db8::2]:443"],
        );
        let both = [v4, v6].concat();
        let rows = [
            ("one", &v4[..1], true, &[][..], None),
            ("twice the same", &[v4[0], v4[0]], true, &[], None),
            ("two", &v4, true, &v4, None),
            ("both kinds", &both, true, &both, None),
            (
                "both kinds, no route",
                &both,
                false,
                &v4,
                Some("2001:db8::1, 2001:db8::2"),
            ),
            (
                "one of each, no route",
                &[v6[0], v4[0]],
                false,
                &[],
                Some("2001:db8::1"),
            ),
            (
                "only IPv6, no route",
                &v6,
                false,
                &[],
                Some("2001:db8::1, 2001:db8::2"),
            ),
        ];
        for (row, addresses, has_route, expected, noted) in rows {
            let addresses = addresses.iter().map(|at| at.parse().unwrap()).collect();
            let mut found = Addresses::default();
            found.add("a.example".to_owned(), addresses, |at| {
                has_route || at.is_ipv4()
            });
            let asked = found.iter().flat_map(|(_, addresses)| addresses);
            let asked: Vec<_> = asked.map(ToString::to_string).collect();
            assert_eq!(asked, expected, "{row}");
            let notes: Vec<_> = noted.map(note).into_iter().collect();
            assert_eq!(found.notes, notes, "{row}");
        }
    }
}
