//! The two configurations with their files.

use signpost::values::Share;

use super::compare::Configurations;
use super::summary::Planned;
use crate::differences::{self, Difference};
use crate::file::Loaded;
use crate::unhealthy::Unhealthy;

/// The two files and their configurations.
#[derive(Debug)]
pub(super) struct Files<'f> {
    /// Nothing before there is a configuration.
    old: Option<&'f Loaded>,
    new: &'f Loaded,
    /// The names of the unhealthy targets.
    unhealthy: &'f [String],
    /// The share of the new configuration in `next`; nothing if it replaces the old one.
    next: Option<Share>,
    configurations: Configurations<'f>,
}

impl<'f> Files<'f> {
    /// The files, with the targets of these names unhealthy.
    pub(super) fn new(
        old: Option<&'f Loaded>,
        new: &'f Loaded,
        names: &'f [String],
        unhealthy: &'f Unhealthy,
    ) -> Self {
        let config = old.map(Loaded::config);
        Self {
            old,
            new,
            unhealthy: names,
            next: None,
            configurations: Configurations::new(config, new.config(), unhealthy),
        }
    }

    /// The files, the new one in `next` beside the old one in `config`.
    pub(super) fn with_next(old: &'f Loaded, new: &'f Loaded, share: Share) -> Self {
        Self {
            old: Some(old),
            new,
            unhealthy: &[],
            next: Some(share),
            configurations: Configurations::with_next(old.config(), new.config(), share),
        }
    }

    pub(super) fn configurations(&self) -> &Configurations<'f> {
        &self.configurations
    }

    /// The files that there are.
    pub(super) fn loaded(&self) -> impl Iterator<Item = &'f Loaded> {
        self.old.into_iter().chain([self.new])
    }

    /// What is planned.
    pub(super) fn planned(&self) -> Planned {
        let revision = |loaded: &Loaded| loaded.config().revision().to_owned();
        // The same targets in another order, or named twice, are the same plan.
        let mut unhealthy = self.unhealthy.to_vec();
        unhealthy.sort_unstable();
        unhealthy.dedup();
        Planned {
            old: self.old.map(revision),
            new: revision(self.new),
            unhealthy,
            next: self.next.map(Share::as_percent),
            differences: self.differences(),
        }
    }

    /// The keys that differ; an empty list for a first deployment. The edge ignores examples, so a new one changes
    /// nothing; a dropped one stops holding the configuration to its location.
    fn differences(&self) -> Vec<Difference> {
        let Some(old) = self.old else {
            return Vec::new();
        };
        let mut differences = differences::between(old, self.new);
        differences
            .retain(|difference| !difference.is_of_example() || difference.is_dropped_example());
        differences
    }
}
