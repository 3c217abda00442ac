//! Probes of a second configuration, in the entry `next`.

use signpost::sides::Side;
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

    /// Whether `next` answers a path, and does not leave it to `config`.
    pub(super) fn is_on_next(&self, path: &str) -> bool {
        let request = self.edge.request(path);
        let answer = signpost::answer(self.sides, &request, self.switch);
        answer.answered_by() == Some(Side::Next)
    }

    /// Adds crates on the side of `next`, if few of the probes are.
    pub(super) fn add_on_next(&self, probes: &mut Vec<Probe>) {
        if self.switch.next() == Share::NONE {
            return;
        }
        self.add_known(probes, |probe| {
            self.is_on_next(&probe.request) && (is_redirected(probe) || !sends_any(self.switch))
        });
    }
}

#[cfg(test)]
mod tests {
    use signpost::location::Location;
    use signpost::sides::Sides;
    use signpost::values::Switch;
    use signpost_rows::PRODUCTION;

    use super::{AskTargets, Sources};
    use crate::file::Loaded;
    use crate::small::production;
    use crate::smoke::gather::package::Checksums;
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
    fn a_share_in_which_no_probe_is_would_prove_nothing() {
        let (loaded, checksums) = (production(), Checksums::default());
        let text = PRODUCTION.replace("static.crates.io", "next.crates.io");
        // Its files are not at the CDN of which some are known.
        let loaded_elsewhere = Loaded::of(&text.replace("next.", "other."));
        let next = next();
        for (loaded, switch, is_refused) in [
            (&loaded_elsewhere, "enforce, next 1%", true),
            (&loaded_elsewhere, "enforce, next 100%", false),
            (&loaded, "enforce, next 100%", false),
        ] {
            let switch: Switch = switch.parse().unwrap();
            let sources = Sources {
                switch,
                ..both(loaded, &next, &checksums)
            };
            let refused = sources.probes().err().map(|error| error.to_string());
            let says = refused
                .as_ref()
                .is_some_and(|it| it.contains("on the side of `next`"));
            assert_eq!(says, is_refused, "{switch}: {refused:?}");
        }
    }
}
