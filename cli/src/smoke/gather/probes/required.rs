//! Refuses runs that would prove nothing.

use signpost::config::Config;
use signpost::values::{Share, Switch};

use super::{Probe, Sources, is_redirected, sends_any};
use crate::file::Loaded;
use crate::output::Failure;
use crate::smoke::gather::expected::Expected;

impl Sources<'_> {
    /// Without a file to request or a redirect to follow, the run would find nothing.
    pub(super) fn check_probes(&self, probes: &[Probe]) -> Result<(), Failure> {
        if probes.is_empty() {
            return Err(Failure::new(
                "there is no file to ask for: the configuration has no examples, as a compiled one has none; name the TOML file, files with --files, or crates with --crate or --from-lockfile",
            ));
        }
        if sends_any(self.switch) && !probes.iter().any(is_redirected) {
            return Err(Failure::new(format!(
                "no probe would be redirected with the switch at `{}`, so no redirect would be followed; name more files with --files, or crates with --crate or --from-lockfile",
                self.switch
            )));
        }
        let revision = self.loaded.config().revision();
        let differs = |next: &Loaded| next.config().revision() != revision;
        let is_in_force = self.next.is_some_and(differs) && self.switch.next() != Share::NONE;
        if is_in_force && !probes.iter().any(|probe| self.tries_next(probe)) {
            let what = if sends_any(self.switch) {
                "no probe would be redirected by `next`"
            } else {
                "no probe would be answered by `next`"
            };
            return Err(Failure::new(format!(
                "{what} with the switch at `{}`, so it would not be tried; name more files with --files, or crates with --crate or --from-lockfile",
                self.switch
            )));
        }
        Ok(())
    }

    /// An option that applies to no probe is a mistake.
    pub(super) fn check_options(&self, probes: &[Probe]) -> Result<(), Failure> {
        let unused = self.missing.iter().find(|part| {
            let mut may_be = probes.iter().filter(|probe| probe.may_be_missing);
            !may_be.any(|probe| probe.request.contains(part.as_str()))
        });
        if let Some(part) = unused {
            return Err(Failure::new(format!(
                "no probe's path contains `{part}`, which --missing names; files whose SHA-256 is known do not count, because they must be there; correct it or leave it out"
            )));
        }
        let is_route = |name: &String| {
            let has_route = |config: &Config| {
                let mut routes = config.routes().iter();
                routes.any(|route| route.name().as_str() == name)
            };
            let loaded = [Some(self.loaded), self.next];
            loaded
                .into_iter()
                .flatten()
                .any(|it| has_route(it.config()))
        };
        if let Some(name) = self.not_at_origin.iter().find(|name| !is_route(name)) {
            return Err(Failure::new(format!(
                "there is no route `{name}`, which --not-at-origin names; `signpost routes` lists them"
            )));
        }
        Ok(())
    }

    /// With a `Host` that the routes do not apply to, only the origin would answer.
    pub(super) fn check_redirected(
        &self,
        path: &str,
        written: Option<&str>,
    ) -> Result<(), Failure> {
        let redirect = self.enforced(path);
        let leads = redirect.is_some_and(|redirect| match written {
            // The example may be written for any target.
            Some(written) => redirect.targets().any(|at| at.location == written),
            None => true,
        });
        if leads {
            return Ok(());
        }
        let host = self.edge.host();
        self.loaded.check_host(host)?;
        let request = self.edge.request(path);
        let enforced = Expected::of(self.loaded.config(), Switch::ENFORCE, &request);
        let decision = enforced.decision().unwrap_or_default();
        Err(Failure::new(format!(
            "{path} is not redirected for the host {host} ({decision}), so there is nothing to try"
        )))
    }
}
