//! Whether the hosts that a redirect may name are the ones that somebody meant.

use super::Config;
use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use super::raw::RawConfig;
use crate::host::Host;

impl Check {
    /// Notes the allowed hosts that no base needs, and those that look like a typing mistake.
    pub(super) fn allowed_hosts(&mut self, raw: &RawConfig, config: &Config) {
        let written = raw.allowed_hosts.as_deref().unwrap_or_default();
        // A target without a base that can be read might need any of them.
        let every_base_is_known =
            !raw.targets.is_empty() && config.targets.len() == raw.targets.len();
        for (index, host) in written.iter().enumerate() {
            let Ok(host) = Host::parse(host) else {
                continue;
            };
            let at = At::Top.name("allowed_hosts");
            let at = &at.index(index);
            let mut bases = config.targets().map(|target| target.base().host());
            if every_base_is_known && !bases.any(|base| *base == host) {
                let message = format!(
                    "no base has the host `{host}`, so no redirect needs it; leave it out, or correct the base that should have it"
                );
                self.push(Problem::new(ProblemCode::AllowedHostUnused, at, message));
            }
            // Two hosts that routes lead to were each written in an example as well.
            let is_meant = |other: &Host| config.is_used(&host) && config.is_used(other);
            let mut others = config.allowed_hosts.iter();
            if let Some(other) =
                others.find(|other| is_glued_to(host.as_str(), other.as_str()) && !is_meant(other))
            {
                let message = format!(
                    "`{host}` is `{other}` with something glued on, as when a prefix and a path are joined without a slash; leave it out if it is not a host of its own"
                );
                self.push(Problem::new(ProblemCode::AllowedHostMistyped, at, message));
            }
        }
    }
}

impl Config {
    /// Whether a route leads to the host.
    fn is_used(&self, host: &Host) -> bool {
        let mut used = self.routes.iter().flat_map(|route| route.targets().iter());
        used.any(|target| target.target().base().host() == host)
    }
}

/// Whether a host is another one with letters or digits before or after it that neither a dot nor
/// a hyphen in front sets apart: `static.crates.iocrates`, but not `fastly-static.crates.io`.
fn is_glued_to(host: &str, other: &str) -> bool {
    let after = host.strip_prefix(other).unwrap_or_default();
    let before = host.strip_suffix(other).unwrap_or_default();
    let is_glued_after = !after.is_empty() && !after.starts_with('.');
    let is_glued_before = !before.is_empty() && !before.ends_with(['.', '-']);
    is_glued_after || is_glued_before
}
