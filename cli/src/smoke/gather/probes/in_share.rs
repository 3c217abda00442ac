//! Crates in the switch's share.

use signpost::config::{Target, WeightedTarget};
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
        let routes = self.loaded.config().routes().iter();
        let routes = routes.filter(|route| leads_to_crate(route) && takes_a_package(route));
        let routes: Vec<_> = routes.collect();
        let known = known::files();
        let candidates = self.checksums.all().map(|candidate| (candidate, false));
        let known = known.iter().map(|(package, sum)| ((package, sum), true));
        let mut found = probes.iter().filter(|probe| is_redirected(probe)).count();
        for ((package, checksum), is_known) in candidates.chain(known) {
            for route in &routes {
                // Another CDN may lack the files of crates.io.
                let mut targets = route.targets().iter().map(WeightedTarget::target);
                let has_them = |target: &Target| target.base().host().as_str() == known::CDN_HOST;
                if is_known && !targets.all(has_them) {
                    continue;
                }
                let path = path_of(route, package);
                let is_new = probes.iter().all(|probe| probe.request != path);
                let mut probe = self.probe(Kind::InShare, route.name().as_str(), &path);
                if found < ENOUGH_IN_SHARE && is_new && is_redirected(&probe) {
                    probe.checksum = Some(checksum.clone());
                    probe.may_be_missing = false;
                    probes.push(probe);
                    found += 1;
                }
            }
        }
    }
}
