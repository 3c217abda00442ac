//! Files at targets that no probe led to.

use super::{Kind, Probe, Sources, sends_any};
use crate::smoke::expected::Expected;
use crate::smoke::redirect::Redirect;
use crate::smoke::targets::RouteTarget;
use crate::smoke::verdict::Verdict;

impl Sources<'_> {
    /// Each target of each route that has several. None where no redirect is sent: then nobody is sent
    /// to a target, and it may be for that very reason.
    pub(crate) fn targets(&self) -> Vec<RouteTarget> {
        if !sends_any(self.switch) {
            return Vec::new();
        }
        let routes = self.loaded.config().routes().iter();
        let of_several = routes.filter(|route| route.targets().only().is_none());
        let targets = of_several.flat_map(|route| {
            route.targets().iter().map(|weighted| RouteTarget {
                route: route.name().as_str().to_owned(),
                target: weighted.target().name().to_owned(),
            })
        });
        targets.collect()
    }

    /// A file at each of these targets that nothing was downloaded from yet: the one whose bytes are
    /// known best. Each file has its target by chance of its name, and a second try, or a target that
    /// is unhealthy, moves it to the others.
    pub(crate) fn at_targets(&self, targets: &[RouteTarget], verdicts: &[Verdict]) -> Vec<Probe> {
        let left = targets.iter().filter(|target| {
            let mut verdicts = verdicts.iter();
            !verdicts.any(|verdict| target.is_tried_by(verdict))
        });
        left.filter_map(|target| {
            let of_route = verdicts.iter().map(|verdict| &verdict.probe);
            let of_route = of_route.filter(|probe| probe.route == target.route);
            let files = of_route.filter_map(|probe| self.at_target(probe, &target.target));
            files.min_by_key(|probe| (probe.checksum.is_none(), probe.may_be_missing))
        })
        .collect()
    }

    /// The file of a probe at a target of its route, whatever the switch makes of the probe.
    fn at_target(&self, probe: &Probe, target: &str) -> Option<Probe> {
        if probe.kind == Kind::Negative {
            return None;
        }
        let redirect = self.enforced(&probe.request)?;
        let at = redirect.targets().find(|at| at.name == target)?;
        Some(Probe {
            kind: Kind::Target,
            request: at.location.clone(),
            expected: Expected::Redirect(Box::new(Redirect::only(at.clone()))),
            // The probe itself tells that two are said.
            other_checksum: None,
            ..probe.clone()
        })
    }
}
