//! Differences of many files, in a line for each target and aspect.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use crate::smoke::parity::compare::Compared;

/// A difference that files at a target have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Group {
    /// Nothing for a certificate.
    pub(crate) target: Option<String>,
    /// The aspect, or the stage at which a smoke test finds it.
    pub(crate) code: &'static str,
    /// How many files have it.
    pub(crate) files: usize,
    /// Of how many at this target.
    pub(crate) of: usize,
    /// The first of them; for a certificate, its host.
    pub(crate) first: String,
    /// What differs there.
    pub(crate) message: String,
}

/// The differences of all files, in the order of their targets and of the columns.
pub(crate) fn groups(files: &[Compared]) -> Vec<Group> {
    let mut counts: IndexMap<&str, usize> = IndexMap::new();
    for copy in files.iter().flat_map(|file| &file.copies) {
        *counts.entry(&copy.at.name).or_default() += 1;
    }
    let mut groups = BTreeMap::new();
    for file in files {
        for copy in &file.copies {
            let name = copy.at.name.as_str();
            for difference in &copy.differences {
                let place = counts.get_index_of(name);
                let key = (place, difference.aspect, difference.code);
                let group = groups.entry(key).or_insert_with(|| Group {
                    target: Some(name.to_owned()),
                    code: difference.code,
                    files: 0,
                    of: counts.get(name).copied().unwrap_or_default(),
                    first: file.probe.request.clone(),
                    message: difference.words.clone(),
                });
                group.files += 1;
            }
        }
    }
    groups.into_values().collect()
}
