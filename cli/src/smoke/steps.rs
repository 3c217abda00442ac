//! What a run asks, step by step: what a step asks depends on the verdicts of those before it.

use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use crate::smoke::announce::Announcement;
use crate::smoke::ask::ways::host_of;
use crate::smoke::gather::addresses::Addresses;
use crate::smoke::gather::probes::once_more::ColdQuery;
use crate::smoke::gather::probes::{AskTargets, Probe, Sources};
use crate::smoke::judge::copies;
use crate::smoke::judge::verdict::Verdict;
use crate::smoke::report::targets::RouteTarget;
use crate::smoke::run::{Runner, chain};

/// The steps of a run after its probes.
pub(crate) struct Steps<'a> {
    pub(crate) sources: &'a Sources<'a>,
    pub(crate) targets: &'a [RouteTarget],
    /// Files at the targets of the configuration in `next`.
    pub(crate) at_next: Vec<Probe>,
    pub(crate) addresses: &'a Addresses,
    /// The hosts of the edge and of all targets.
    pub(crate) hosts: &'a BTreeSet<String>,
    pub(crate) cold: Option<ColdQuery<'a>>,
    pub(crate) cors: bool,
}

impl Steps<'_> {
    /// Runs the probes and all that follows from them.
    pub(crate) async fn run(&self, runner: &Runner<'_>, probes: Vec<Probe>) -> Vec<Verdict> {
        let mut verdicts = if self.asks_only_targets() {
            let unasked: Vec<_> = probes.into_iter().map(Verdict::new).collect();
            runner.run(self.at_targets(&unasked)).await
        } else {
            let mut verdicts = runner.run(probes).await;
            verdicts.extend(runner.run(self.at_targets(&verdicts)).await);
            verdicts
        };
        verdicts.extend(runner.run(self.at_next.clone()).await);
        let once_more = self.once_more(&verdicts);
        let chains = if self.sources.quick {
            Vec::new()
        } else {
            runner.chains(&verdicts, self.cors).await
        };
        verdicts.extend(runner.run(once_more).await);
        copies::compare(&mut verdicts);
        verdicts.extend(chains);
        verdicts
    }

    /// What the run sends.
    pub(crate) fn announce(
        &self,
        probes: &[Probe],
        rate: u32,
        settle: Option<Duration>,
    ) -> Announcement {
        let right = |probes: Vec<Probe>| probes.into_iter().map(Verdict::right);
        let mut verdicts: Vec<_> = if self.asks_only_targets() {
            let unasked: Vec<_> = probes.iter().cloned().map(Verdict::new).collect();
            right(self.at_targets(&unasked)).collect()
        } else {
            let mut verdicts: Vec<_> = right(probes.to_vec()).collect();
            verdicts.extend(right(self.at_targets(&verdicts)));
            verdicts
        };
        verdicts.extend(right(self.at_next.clone()));
        let chains = if self.sources.quick {
            0
        } else {
            chain::requests(&verdicts, self.cors)
        };
        verdicts.extend(right(self.once_more(&verdicts)));
        let hosts = if self.asks_only_targets() {
            let asked = verdicts.iter().map(|verdict| &verdict.probe.request);
            let urls = asked.filter_map(|url| Url::parse(url).ok());
            urls.map(|url| host_of(&url)).collect::<BTreeSet<_>>().len()
        } else {
            self.hosts.len()
        };
        let requests = verdicts.iter().map(|verdict| verdict.probe.requests());
        Announcement {
            requests: requests.sum::<usize>() + chains,
            hosts,
            rate,
            settle,
        }
    }

    fn asks_only_targets(&self) -> bool {
        self.sources.ask_targets == AskTargets::Only
    }

    fn at_targets(&self, verdicts: &[Verdict]) -> Vec<Probe> {
        if self.sources.quick {
            self.sources.once_at_targets(self.targets, verdicts)
        } else {
            self.sources.at_targets(self.targets, verdicts)
        }
    }

    fn once_more(&self, verdicts: &[Verdict]) -> Vec<Probe> {
        let mut probes = Probe::at_addresses(self.addresses, verdicts);
        let cold = self.cold.map(|query| Probe::cold(query, verdicts));
        probes.extend(cold.into_iter().flatten());
        probes
    }
}
