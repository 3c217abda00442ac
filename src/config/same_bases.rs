//! Whether the targets of a route are different ways.

use super::Config;
use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use crate::target::WeightedTarget;

impl Check {
    /// Notes each target of a route that has the base of an earlier one. `places` says where in the
    /// file the routes stand.
    pub(super) fn same_bases(&mut self, places: &[usize], config: &Config) {
        let routes = At::Top.name("routes");
        for (route, place) in config.routes.iter().zip(places) {
            let at = routes.index(*place);
            let at = at.name("targets");
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
                let key = &at.index(index);
                self.push(Problem::new(ProblemCode::TargetsInvalid, key, message));
            }
        }
    }
}
