//! Files at targets that no probe of them led to.

use signpost::config::Route;
use signpost::values::Switch;

use super::{AskTargets, Kind, Probe, Sources};
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::redirect::Redirect;
use crate::smoke::judge::verdict::Verdict;
use crate::smoke::report::targets::RouteTarget;

impl Sources<'_> {
    /// Each target to which not every file of a route leads: of a route with several, and of all routes
    /// unless every redirect is sent. None if no redirect is sent and `--targets` does not say otherwise,
    /// since they may not be ready.
    pub(crate) fn targets(&self) -> Vec<RouteTarget> {
        if !self.asks_targets() {
            return Vec::new();
        }
        let is_partial = self.ask_targets != AskTargets::WhenSent || self.switch != Switch::ENFORCE;
        self.targets_of(|route| is_partial || route.targets().only().is_none())
    }

    /// The targets of these routes.
    pub(super) fn targets_of(&self, is_meant: impl Fn(&Route) -> bool) -> Vec<RouteTarget> {
        let routes = self.loaded.config().routes().iter();
        let targets = routes.filter(|route| is_meant(route)).flat_map(|route| {
            route.targets().iter().map(|weighted| RouteTarget {
                route: route.name().as_str().to_owned(),
                target: weighted.target().name().to_owned(),
            })
        });
        targets.collect()
    }

    /// Each file at every target of its route that the probe did not lead to: a file's target depends on
    /// its name, and later attempts or an unhealthy target move it to others.
    pub(crate) fn at_targets(&self, targets: &[RouteTarget], verdicts: &[Verdict]) -> Vec<Probe> {
        let probes = targets.iter().flat_map(|target| {
            let files = verdicts.iter().filter(|verdict| {
                let is_there = verdict.target.as_ref() == Some(&target.target);
                verdict.probe.route == target.route && !is_there
            });
            files.filter_map(|verdict| self.at_target(&verdict.probe, &target.target))
        });
        once_each(probes)
    }

    /// A file at each target that served none yet, preferably one with a known checksum.
    pub(crate) fn once_at_targets(
        &self,
        targets: &[RouteTarget],
        verdicts: &[Verdict],
    ) -> Vec<Probe> {
        let left = targets.iter().filter(|target| {
            let mut verdicts = verdicts.iter();
            !verdicts.any(|verdict| target.is_tried_by(verdict))
        });
        once_each(left.filter_map(|target| {
            let of_route = verdicts.iter().map(|verdict| &verdict.probe);
            let of_route = of_route.filter(|probe| probe.route == target.route);
            let files = of_route.filter_map(|probe| self.at_target(probe, &target.target));
            files.min_by_key(how_little_is_known)
        }))
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
            // If the probe itself is sent, it reports two checksums.
            other_checksum: (self.ask_targets == AskTargets::Only)
                .then(|| probe.other_checksum.clone())
                .flatten(),
            ..probe.clone()
        })
    }
}

/// Of several probes for one location, the one of which most is known: requests that are spelt in
/// different ways, or on different routes, may lead to one file.
fn once_each(probes: impl Iterator<Item = Probe>) -> Vec<Probe> {
    let mut once: Vec<Probe> = Vec::new();
    for probe in probes {
        match once.iter_mut().find(|other| other.request == probe.request) {
            Some(other) if how_little_is_known(&probe) < how_little_is_known(other) => {
                *other = probe;
            }
            Some(_) => {}
            None => once.push(probe),
        }
    }
    once
}

fn how_little_is_known(probe: &Probe) -> (bool, bool) {
    (probe.checksum.is_none(), probe.may_be_missing)
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

    /// The name of the row, the switch, which target served each probe's file, and the locations that are
    /// then requested: with `--quick`, and without.
    type Row<'r> = (&'r str, Switch, TriedAt, &'r [&'r str], &'r [&'r str]);

    /// The locations that are requested directly, after the probes: one for each target, and all.
    fn at(switch: Switch, loaded: &Loaded, tried_at: TriedAt) -> [Vec<String>; 2] {
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
        let targets = sources.targets();
        [
            sources.once_at_targets(&targets, &verdicts),
            sources.at_targets(&targets, &verdicts),
        ]
        .map(|probes| probes.into_iter().map(|probe| probe.request).collect())
    }

    #[test]
    fn each_target_is_asked_for_what_no_probe_led_to_or_for_the_file_that_is_known_best() {
        let loaded = Loaded::of(CONFIG);
        let [xa, ya, xb, yb] = [
            "https://a.example/x/1.0.0.crate",
            "https://a.example/y/1.0.0.crate",
            "https://b.example/x/1.0.0.crate",
            "https://b.example/y/1.0.0.crate",
        ];
        let readme = "https://a.example/readmes/x";
        let half = Switch::enforce(Share::percent(50).unwrap());
        let all: &[_] = &[xa, ya, xb, yb];
        let rows: [Row<'_>; 5] = [
            ("none", Switch::ENFORCE, |_| None, &[ya, yb], all),
            (
                "half",
                half,
                |_| None,
                &[ya, yb, readme],
                &[xa, ya, xb, yb, readme],
            ),
            (
                "the other route",
                Switch::ENFORCE,
                of_readme,
                &[ya, yb],
                all,
            ),
            ("one", Switch::ENFORCE, of_download, &[yb], &[xb, yb]),
            ("no redirect is sent", Switch::OFF, |_| None, &[], &[]),
        ];
        for (row, switch, tried_at, once, all) in rows {
            assert_eq!(at(switch, &loaded, tried_at), [once, all], "{row}");
        }
    }

    fn of_readme(probe: &Probe) -> Option<&'static str> {
        (probe.route == "readme").then_some("a")
    }

    fn of_download(probe: &Probe) -> Option<&'static str> {
        (probe.route == "download").then_some("a")
    }
}
