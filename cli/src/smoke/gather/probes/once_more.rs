//! A file of each target once more: at each address of its host, and where no cache has it.

use std::collections::BTreeSet;

use url::Url;

use super::{Kind, Probe};
use crate::smoke::ask::ways::host_of;
use crate::smoke::gather::addresses::Addresses;
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::redirect::{AtTarget, Redirect};
use crate::smoke::judge::verdict::Verdict;

/// A query parameter that a CDN's caches keep files apart by, with a value that none of them has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColdQuery<'q> {
    pub(crate) name: &'q str,
    pub(crate) value: &'q str,
}

/// A file at one of its targets, and whether it was served there.
struct Placed<'v> {
    verdict: &'v Verdict,
    at: &'v AtTarget,
    url: Url,
    is_served: bool,
}

impl Probe {
    /// Each address of each host, asked for the file that is known best.
    pub(crate) fn at_addresses(addresses: &Addresses, verdicts: &[Verdict]) -> Vec<Self> {
        let files = Placed::all(verdicts);
        let mut probes = Vec::new();
        for (host, addresses) in addresses.iter() {
            let of_host = files.iter().filter(|file| host_of(&file.url) == host);
            let Some(file) = of_host.min_by_key(|file| file.rank()) else {
                continue;
            };
            probes.extend(addresses.iter().map(|address| Self {
                address: Some(*address),
                ..file.again(Kind::Address, file.at.clone())
            }));
        }
        probes
    }

    /// A file of each target with the query.
    pub(crate) fn cold(query: ColdQuery<'_>, verdicts: &[Verdict]) -> Vec<Self> {
        let mut files = Placed::all(verdicts);
        files.retain(|file| file.is_served);
        files.sort_by_key(Placed::rank);
        let mut seen = BTreeSet::new();
        files.retain(|file| seen.insert(&file.at.name));
        let probes = files.into_iter().map(|mut file| {
            let mut pairs = file.url.query_pairs_mut();
            pairs.append_pair(query.name, query.value);
            drop(pairs);
            let location = file.url.to_string();
            let at = AtTarget {
                location,
                ..file.at.clone()
            };
            file.again(Kind::Cold, at)
        });
        probes.collect()
    }
}

impl<'v> Placed<'v> {
    fn all(verdicts: &'v [Verdict]) -> Vec<Self> {
        let files = verdicts.iter().flat_map(|verdict| {
            let redirect = verdict.probe.expected.redirect().into_iter();
            redirect.flat_map(Redirect::targets).filter_map(|at| {
                let is_there = verdict.target.as_ref() == Some(&at.name);
                Some(Self {
                    verdict,
                    at,
                    url: Url::parse(&at.location).ok()?,
                    is_served: is_there && verdict.is_good(),
                })
            })
        });
        files.collect()
    }

    /// Lower for a file that tells more.
    fn rank(&self) -> (bool, bool, bool) {
        let probe = &self.verdict.probe;
        (
            !self.is_served,
            probe.checksum.is_none(),
            probe.may_be_missing,
        )
    }

    /// The probe for the same file at a target.
    fn again(&self, kind: Kind, at: AtTarget) -> Probe {
        let probe = self.verdict.probe.clone();
        Probe {
            kind,
            request: at.location.clone(),
            expected: Expected::Redirect(Box::new(Redirect::only(at))),
            // The probe itself reports two checksums.
            other_checksum: None,
            ..probe
        }
    }
}
