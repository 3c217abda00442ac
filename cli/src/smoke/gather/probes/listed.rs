//! The files of the list that `--files` names.

use signpost::route;

use super::{Kind, Probe, Sources};
use crate::output::Failure;

impl Sources<'_> {
    /// A probe for each file, each of which must be redirected by a route.
    pub(super) fn listed(&self) -> Result<Vec<Probe>, Failure> {
        let mut probes = Vec::new();
        let mut problems = Vec::new();
        for (path, listed) in self.sums.iter() {
            match self.check_redirected(path, None) {
                Ok(()) => probes.push(self.probe(Kind::File, self.route_of(path), path)),
                Err(why) => {
                    let words = format!("{why}; correct the path, or leave the line out");
                    problems.push((listed.line, words));
                }
            }
        }
        problems.sort();
        self.sums.refuse(&problems)?;
        Ok(probes)
    }

    fn route_of(&self, path: &str) -> &str {
        let request = self.edge.request(path);
        let found = route::find(self.loaded.config(), &request);
        found.map_or("", |found| found.route().name().as_str())
    }
}
