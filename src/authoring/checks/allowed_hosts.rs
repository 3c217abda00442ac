//! Whether the hosts that a redirect may name are the ones that were meant.

use super::super::draft::{Draft, Report};
use crate::config::{Config, Key, ProblemCode};
use crate::values::Host;

/// Notes the allowed hosts that no base needs, and those that look like a typing mistake.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let Draft { raw, config, .. } = draft;
    let written = raw.allowed_hosts.as_deref().unwrap_or_default();
    // A target without a readable base might need any of them.
    let every_base_is_known =
        !raw.targets.0.is_empty() && config.targets().count() == raw.targets.0.len();
    for (index, host) in written.iter().enumerate() {
        let Ok(host) = Host::parse(host) else {
            continue;
        };
        let key = || Key::default().name("allowed_hosts").index(index);
        let mut bases = config.targets().map(|target| target.base().host());
        if every_base_is_known && !bases.any(|base| *base == host) {
            let message = format!(
                "no base has the host `{host}`, so no redirect needs it; leave it out, or correct the base that should have it"
            );
            let code = ProblemCode::AllowedHostUnused;
            report.sink.push(code, key(), message);
        }
        // Two hosts that routes lead to were each written in an example as well.
        let is_meant = |other: &Host| is_used(config, &host) && is_used(config, other);
        let mut others = config.allowed_hosts().iter();
        let is_mistyped =
            |other: &&Host| is_glued_to(host.as_str(), other.as_str()) && !is_meant(other);
        if let Some(other) = others.find(is_mistyped) {
            let message = format!(
                "`{host}` is `{other}` with something glued on, as when a prefix and a path are joined without a slash; leave it out if it is not a host of its own"
            );
            let code = ProblemCode::AllowedHostMistyped;
            report.sink.push(code, key(), message);
        }
    }
}

/// Whether a route leads to the host.
fn is_used(config: &Config, host: &Host) -> bool {
    let mut used = config.routes().iter().flat_map(|it| it.targets().iter());
    used.any(|target| target.target().base().host() == host)
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
