//! Files at targets that no probe of them led to.

use std::collections::BTreeSet;

use super::{Kind, Probe, SameAs, Sources, sends_any};
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::redirect::Redirect;
use crate::smoke::judge::verdict::Verdict;
use crate::smoke::report::targets::RouteTarget;

impl Sources<'_> {
    /// Each target of each route with several. None if no redirect is sent: targets may not be
    /// ready.
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

    /// A file at each target that served none yet, and each file without a known checksum at every other
    /// target of its route. A file's target depends on its name, and later attempts or an unhealthy
    /// target move it to others.
    pub(crate) fn at_targets(&self, targets: &[RouteTarget], verdicts: &[Verdict]) -> Vec<Probe> {
        let mut probes = self.first_at_targets(targets, verdicts);
        probes.extend(targets.iter().flat_map(|target| {
            let served = verdicts
                .iter()
                .filter(|verdict| verdict.probe.route == target.route);
            served.filter_map(|verdict| self.same_at_target(verdict, &target.target))
        }));
        let mut seen = BTreeSet::new();
        probes.retain(|probe| seen.insert(probe.request.clone()));
        probes
    }

    /// A file at each target that served none yet, preferably one with a known checksum.
    fn first_at_targets(&self, targets: &[RouteTarget], verdicts: &[Verdict]) -> Vec<Probe> {
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

    /// The file of unknown checksum that another target served.
    fn same_at_target(&self, verdict: &Verdict, target: &str) -> Option<Probe> {
        let served_by = verdict.target.as_ref().filter(|other| *other != target)?;
        let file = verdict.file.as_ref().filter(|_| verdict.is_served())?;
        if verdict.probe.checksum.is_some() || !verdict.passed() {
            return None;
        }
        Some(Probe {
            same_as: Some(SameAs {
                target: served_by.clone(),
                sha256: file.sha256.clone(),
            }),
            may_be_missing: false,
            ..self.at_target(&verdict.probe, target)?
        })
    }

    /// The file of a probe at a target of its route, whatever the switch.
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
            // The probe itself reports two checksums.
            other_checksum: None,
            ..probe.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use signpost::values::{Share, Switch};

    use super::Sources;
    use crate::file::Loaded;
    use crate::smoke::gather::probes::tests::{known, sources};
    use crate::smoke::gather::probes::{Kind, Probe};
    use crate::smoke::judge::verdict::Verdict;

    /// Two targets, and the same request as an example at each.
    const CONFIG: &str = r#"
allowed_hosts = ["a.example", "b.example"]
origin.backends = ["origin"]
targets.a.base = "https://a.example"
targets.b.base = "https://b.example"

[[routes]]
name = "download"
path = "/d/{name:crate}/{version:semver}"
targets = ["a", "b"]
location = "/{name}/{version}.crate"
examples = [
    { request = "/d/x/1.0.0", target = "a", location = "https://a.example/x/1.0.0.crate" },
    { request = "/d/x/1.0.0", target = "b", location = "https://b.example/x/1.0.0.crate" },
    { request = "/d/y/1.0.0", target = "b", location = "https://b.example/y/1.0.0.crate" },
]

[[routes]]
name = "readme"
path = "/r/{name:crate}"
target = "a"
location = "/readmes/{name}"
examples = [{ request = "/r/x", location = "https://a.example/readmes/x" }]
"#;

    /// The target that a probe got its file from.
    type TriedAt = fn(&Probe) -> Option<&'static str>;

    /// The locations that are requested directly, after the probes.
    fn at(switch: Switch, loaded: &Loaded, tried_at: TriedAt) -> Vec<String> {
        let (_, _, checksums) = known("y@1.0.0");
        let sources = Sources {
            switch,
            ..sources(loaded, &checksums)
        };
        let probes = sources.probes().unwrap();
        let examples = probes.iter().filter(|probe| probe.kind == Kind::Example);
        assert_eq!(examples.count(), 3, "each path is asked for once");
        let verdicts: Vec<Verdict> = probes
            .into_iter()
            .map(|probe| {
                let target = tried_at(&probe).map(str::to_owned);
                let verdict = Verdict::new(probe);
                Verdict { target, ..verdict }
            })
            .collect();
        let direct = sources.at_targets(&sources.targets(), &verdicts);
        assert!(direct.iter().all(|probe| probe.checksum.is_some()));
        direct.into_iter().map(|probe| probe.request).collect()
    }

    #[test]
    fn a_target_that_nothing_was_downloaded_from_is_asked_for_the_file_that_is_known_best() {
        let loaded = Loaded::of(CONFIG);
        let at_a = "https://a.example/y/1.0.0.crate";
        let at_b = "https://b.example/y/1.0.0.crate";
        let half = Switch::enforce(Share::percent(50).unwrap());
        let rows: [(&str, Switch, TriedAt, &[&str]); 5] = [
            ("none", Switch::ENFORCE, |_| None, &[at_a, at_b]),
            ("half", half, |_| None, &[at_a, at_b]),
            ("the other route", Switch::ENFORCE, of_readme, &[at_a, at_b]),
            ("one", Switch::ENFORCE, of_download, &[at_b]),
            ("no redirect is sent", Switch::OFF, |_| None, &[]),
        ];
        for (row, switch, tried_at, expected) in rows {
            assert_eq!(at(switch, &loaded, tried_at), expected, "{row}");
        }
    }

    fn of_readme(probe: &Probe) -> Option<&'static str> {
        (probe.route == "readme").then_some("a")
    }

    fn of_download(probe: &Probe) -> Option<&'static str> {
        (probe.route == "download").then_some("a")
    }
}
