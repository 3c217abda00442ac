//! Crates in the switch's share.

use signpost::config::{Route, Target, WeightedTarget};
use signpost::values::{Position, Share};

use super::{
    Kind, Probe, Sources, is_redirected, leads_to_crate, path_of, sends_any, takes_a_package,
};
use crate::smoke::gather::known;

/// How many probes should be in the share.
const ENOUGH_IN_SHARE: usize = 5;

impl Sources<'_> {
    /// Adds crates that are in the share. A small share includes no example of most configurations,
    /// and then no redirect would be followed.
    pub(super) fn add_in_share(&self, probes: &mut Vec<Probe>) {
        if self.switch.position() == Position::Enforce(Share::ALL) || !sends_any(self.switch) {
            return;
        }
        self.add_known(probes, is_redirected);
    }

    /// Adds known crates until enough probes are as wanted.
    pub(super) fn add_known(&self, probes: &mut Vec<Probe>, is_wanted: impl Fn(&Probe) -> bool) {
        let routes = self.loaded.config().routes().iter();
        let routes = routes.filter(|route| leads_to_crate(route) && takes_a_package(route));
        let routes: Vec<_> = routes.collect();
        let known = known::files();
        let candidates = self.checksums.all().map(|candidate| (candidate, false));
        let known = known.iter().map(|(package, sum)| ((package, sum), true));
        let is_of_next = self.loaded.config().revision() != self.sides.config().revision();
        let mut of_config = self.sides.config().routes().iter();
        let takes_their_place = is_of_next && of_config.any(has_known_files);
        let mut found = probes.iter().filter(|probe| is_wanted(probe)).count();
        for ((package, checksum), is_known) in candidates.chain(known) {
            for route in &routes {
                // Another CDN may lack the files of crates.io, unless it takes the place of that one.
                if is_known && !has_known_files(route) && !takes_their_place {
                    continue;
                }
                let path = path_of(route, package);
                let is_new = probes.iter().all(|probe| probe.request != path);
                let mut probe = self.probe(Kind::InShare, route.name().as_str(), &path);
                if found < ENOUGH_IN_SHARE && is_new && is_wanted(&probe) {
                    probe.checksum = Some(checksum.clone());
                    probe.may_be_missing = false;
                    probes.push(probe);
                    found += 1;
                }
            }
        }
    }
}

/// Whether a route leads to the files of crates.io alone.
fn has_known_files(route: &Route) -> bool {
    let mut targets = route.targets().iter().map(WeightedTarget::target);
    leads_to_crate(route)
        && targets.all(|target: &Target| target.base().host().as_str() == known::CDN_HOST)
}
