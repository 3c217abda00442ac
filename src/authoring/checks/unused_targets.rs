//! Whether some route names each target.

use super::super::draft::{Draft, Report};
use crate::config::raw::RawRoute;
use crate::config::{Key, ProblemCode};

/// Notes each target that no route names. If a route lacks a name, or names an unknown target, any of
/// them may have been meant.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let raw = draft.raw;
    let named: Option<Vec<_>> = raw.routes.iter().flat_map(target_names).collect();
    let is_known = |name: &&str| raw.targets.names().any(|it| it == *name);
    let Some(named) = named.filter(|named| named.iter().all(is_known)) else {
        return;
    };
    for name in raw.targets.names() {
        if !named.contains(&name) {
            let message = format!(
                "no route names `{name}`, so nothing is sent there; add it to the `targets` of a route, or leave it out"
            );
            let key = Key::default().name("targets").name(name);
            report.sink.push(ProblemCode::TargetUnused, key, message);
        }
    }
}

/// The names of a route's targets; `None` for one that is missing.
fn target_names(route: &RawRoute) -> Vec<Option<&str>> {
    let several = route.targets.iter().flatten();
    let mut names: Vec<_> = several.map(|one| one.name.as_deref()).collect();
    if names.is_empty() || route.target.is_some() {
        names.push(route.target.as_deref());
    }
    names
}
