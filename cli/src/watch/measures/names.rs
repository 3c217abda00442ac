use std::collections::BTreeSet;

use signpost_logs::text::beginning;

/// The name of all that come after the most.
const OTHERS: &str = "other";

/// How many characters of a name are kept.
const MOST_LENGTH: usize = 64;

/// The names that figures are kept for. A log may hold any number of them, and Prometheus keeps a
/// series for each.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) edge_locations: Known,
    pub(super) routes: Known,
    pub(super) targets: Known,
    pub(super) reasons: Known,
}

/// The first names of a kind.
#[derive(Debug)]
pub(super) struct Known {
    most: usize,
    names: BTreeSet<String>,
}

impl Default for Names {
    fn default() -> Self {
        let most = |most| Known {
            most,
            names: BTreeSet::new(),
        };
        Self {
            edge_locations: most(512),
            routes: most(128),
            targets: most(64),
            reasons: most(64),
        }
    }
}

impl Known {
    /// The name, or that of all others if there are too many.
    pub(super) fn bounded(&mut self, name: &str) -> String {
        let name = beginning(name, MOST_LENGTH);
        if self.names.contains(&name) {
            return name;
        }
        if self.names.len() >= self.most {
            return OTHERS.to_owned();
        }
        self.names.insert(name.clone());
        name
    }
}
