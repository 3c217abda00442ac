//! Whether the targets of a route are different ways to a file.

use super::super::draft::{Draft, Report};
use crate::config::{ProblemCode, WeightedTarget};

/// Notes each target of a route that has the base of an earlier one.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    for (key, route) in draft.routes() {
        let targets: Vec<_> = route.targets().iter().map(WeightedTarget::target).collect();
        for (index, target) in targets.iter().enumerate() {
            let mut earlier = targets.iter().take(index);
            let Some(other) = earlier.find(|other| other.base() == target.base()) else {
                continue;
            };
            let message = format!(
                "`{}` has the same base as `{}`, `{}`, so it is no other way to a file; correct the base that is wrong, or leave one of the two out",
                target.name(),
                other.name(),
                other.base()
            );
            let key = key.name("targets").index(index);
            report.sink.push(ProblemCode::TargetsInvalid, key, message);
        }
    }
}
