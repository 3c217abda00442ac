//! Probes of a second configuration, in the entry `next`.

use signpost::values::Share;

use super::{AskTargets, Probe, Sources, is_redirected, sends_any};
use crate::smoke::judge::verdict::Verdict;

impl Sources<'_> {
    /// The same, derived from the configuration in `next`. Both configurations answer as before.
    pub(crate) fn of_next(&self) -> Option<Self> {
        Some(Self {
            loaded: self.next?,
            next: None,
            ..*self
        })
    }

    /// Files of `next` at each of its targets, if the targets are asked: no redirect may lead there yet.
    pub(crate) fn at_targets_of_next(&self) -> Vec<Probe> {
        let Some(next) = self
            .of_next()
            .filter(|next| next.ask_targets != AskTargets::WhenSent)
        else {
            return Vec::new();
        };
        let probes = next.positive().unwrap_or_default().into_iter();
        let unasked: Vec<_> = probes.map(Verdict::new).collect();
        next.at_targets(&next.targets_of(|_| true), &unasked)
    }

    /// Whether a probe tries `next`: its redirect, where the switch sends any, else what it leaves to the
    /// origin. That says who decided, too.
    pub(super) fn tries_next(&self, probe: &Probe) -> bool {
        probe.expected.is_by_next() && (is_redirected(probe) || !sends_any(self.switch))
    }

    /// Adds crates that try `next`, if few of the probes do.
    pub(super) fn add_on_next(&self, probes: &mut Vec<Probe>) {
        if self.switch.next() == Share::NONE {
            return;
        }
        self.add_known(probes, |probe| self.tries_next(probe));
    }
}

#[cfg(test)]
mod tests {
    use signpost::location::Location;
    use signpost::sides::Sides;
    use signpost_rows::PRODUCTION;

    use super::{AskTargets, Sources};
    use crate::file::Loaded;
    use crate::small::production;
    use crate::smoke::gather::package::Checksums;
    use crate::smoke::gather::probes::Kind;
    use crate::smoke::gather::probes::tests::sources;

    /// A configuration of which every file is elsewhere, in force beside that of crates.io.
    fn next() -> Loaded {
        Loaded::of(&PRODUCTION.replace("static.crates.io", "next.crates.io"))
    }

    fn both<'a>(loaded: &'a Loaded, next: &'a Loaded, checksums: &'a Checksums) -> Sources<'a> {
        Sources {
            sides: Sides::new(loaded.config(), Some(next.config())),
            next: Some(next),
            ..sources(loaded, checksums)
        }
    }

    #[test]
    fn files_on_both_sides_are_asked_for_and_each_is_expected_from_its_side() {
        let (loaded, next, checksums) = (production(), next(), Checksums::default());
        let rows = [
            ("enforce", [true, false]),
            ("enforce, next 1%", [true, true]),
            ("enforce 10%, next 50%", [true, true]),
            ("enforce, next 100%", [false, true]),
        ];
        for (switch, expected) in rows {
            let sources = Sources {
                switch: switch.parse().unwrap(),
                ..both(&loaded, &next, &checksums)
            };
            let probes = sources.probes().unwrap();
            let found = ["https://static.crates.io/", "https://next.crates.io/"].map(|base| {
                let mut locations = probes.iter().filter_map(|probe| probe.expected.location());
                locations.any(|location| location.starts_with(base))
            });
            assert_eq!(found, expected, "{switch}");
            for probe in &probes {
                let request = sources.edge.request(&probe.request);
                let answer = signpost::answer(sources.sides, &request, sources.switch);
                let location = answer.decision().location();
                let location = location
                    .map(Location::as_str)
                    .filter(|_| answer.reply().is_some());
                assert_eq!(
                    probe.expected.location(),
                    location,
                    "{switch} {}",
                    probe.request
                );
            }
        }
    }

    #[test]
    fn targets_of_next_are_asked_before_it_has_a_share_if_they_are_asked() {
        let (loaded, next, checksums) = (production(), next(), Checksums::default());
        for (switch, ask_targets) in [
            ("enforce", AskTargets::Always),
            ("shadow", AskTargets::Always),
            ("enforce", AskTargets::WhenSent),
        ] {
            let sources = Sources {
                switch: switch.parse().unwrap(),
                ask_targets,
                ..both(&loaded, &next, &checksums)
            };
            let asked = sources.at_targets_of_next();
            let is_asked = ask_targets == AskTargets::Always;
            assert_eq!(!asked.is_empty(), is_asked, "{switch}");
            let is_there = |location: &str| location.starts_with("https://next.crates.io/");
            assert!(
                asked.iter().all(|probe| is_there(&probe.request)),
                "{switch}"
            );
        }
    }

    #[test]
    fn a_share_of_which_nothing_is_tried_would_prove_nothing() {
        let (loaded, checksums) = (production(), Checksums::default());
        let text = PRODUCTION.replace("static.crates.io", "next.crates.io");
        // Its files are not at the CDN of which some are known.
        let elsewhere = Loaded::of(&text.replace("next.", "other."));
        let next = next();
        let (redirected, answered) = (
            Some("would be redirected by `next`"),
            Some("would be answered by `next`"),
        );
        let rows = [
            (&elsewhere, "enforce, next 1%", redirected),
            (&elsewhere, "shadow, next 1%", answered),
            (&elsewhere, "enforce, next 100%", None),
            (&loaded, "enforce, next 100%", None),
            (&loaded, "shadow, next 1%", None),
            (&loaded, "off, next 1%", None),
            // A file must be in both shares. There is one that is known.
            (&loaded, "enforce 5%, next 1%", None),
            (&loaded, "enforce 2%, next 1%", redirected),
        ];
        for (loaded, switch, refused) in rows {
            let sources = Sources {
                switch: switch.parse().unwrap(),
                ..both(loaded, &next, &checksums)
            };
            let found = sources.probes().err().map(|error| error.to_string());
            let says = |words| found.as_deref().is_some_and(|it| it.contains(words));
            assert_eq!(found.is_some(), refused.is_some(), "{switch}: {found:?}");
            assert!(refused.is_none_or(says), "{switch}: {found:?}");
        }
    }

    #[test]
    fn what_next_has_no_way_for_is_expected_from_config() {
        let (loaded, checksums) = (production(), Checksums::default());
        let without_readme = |text: &str| text.replace("/readme", "/other");
        let next = Loaded::of(&without_readme(PRODUCTION));
        let readme = "/api/v1/crates/smallvec/1.10.0/readme";
        for (switch, decision) in [
            (
                "enforce, next 100%",
                "redirect;route=\"readme\";because=\"next-refused\"",
            ),
            (
                "shadow, next 100%",
                "origin;reason=\"switch-shadow\";because=\"next-refused\"",
            ),
        ] {
            let sources = Sources {
                switch: switch.parse().unwrap(),
                ..both(&loaded, &next, &checksums)
            };
            let probe = sources.probe(Kind::Example, "readme", readme);
            assert_eq!(probe.expected.decision().as_deref(), Some(decision));
            assert!(!sources.tries_next(&probe), "{switch}");
        }
    }
}
