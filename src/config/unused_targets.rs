//! Whether every target is there for some route.

use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use super::raw::{RawConfig, RawRoute};

impl Check {
    /// Notes each target that no route names. Where a name is missing from a route, or is that of no
    /// target, any of them may have been meant.
    pub(super) fn unused_targets(&mut self, raw: &RawConfig) {
        let named: Option<Vec<_>> = raw.routes.iter().flat_map(target_names).collect();
        let is_known = |name: &&str| raw.targets.contains_key(*name);
        let Some(named) = named.filter(|named| named.iter().all(is_known)) else {
            return;
        };
        for name in raw.targets.keys() {
            if !named.contains(&name.as_str()) {
                let message = format!(
                    "no route names `{name}`, so nothing is sent there; add it to the `targets` of a route, or leave it out"
                );
                let key = At::Top.name("targets");
                let key = &key.name(name);
                self.push(Problem::new(ProblemCode::TargetUnused, key, message));
            }
        }
    }
}

/// The names of a route's targets, and nothing for one that is missing.
fn target_names(route: &RawRoute) -> Vec<Option<&str>> {
    let several = route.targets.iter().flatten();
    let mut names: Vec<_> = several.map(|one| one.name.as_deref()).collect();
    if names.is_empty() || route.target.is_some() {
        names.push(route.target.as_deref());
    }
    names
}
