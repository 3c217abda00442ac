//! Counts the paths that no route takes, in groups.
//!
//! What is kept depends on the set of paths alone, not on their order. So groups that are counted apart
//! and added are those of a single count.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The groups, by what the routes know of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Paths(BTreeMap<String, Branch>);

/// The paths with one beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Branch {
    /// The requests whose path ends here.
    #[serde(skip_serializing_if = "is_zero")]
    here: u64,
    /// The requests whose path goes on, and is followed no further.
    #[serde(skip_serializing_if = "is_zero")]
    below: u64,
    /// The paths that go on with one of the names that are kept.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    named: BTreeMap<Name, Branch>,
    /// The paths that go on with any other name.
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<Box<Branch>>,
}

/// A segment. Those of the pages of a site come first: lower-case words, the shortest ones before others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Box<str>", into = "Box<str>")]
struct Name {
    is_other: bool,
    length: usize,
    text: Box<str>,
}

/// The most names that are kept after what the routes know, and after the first of those.
const MOST: [usize; 2] = [256, 16];

/// The most bytes of a name that is kept.
const MAX_BYTES: usize = 64;

/// Stands for a segment whose name is not kept.
const ANY: &str = "{…}";

impl Paths {
    /// Counts requests for a path with this beginning and these segments after it.
    pub(super) fn add<'p>(
        &mut self,
        known: String,
        mut rest: impl Iterator<Item = &'p str>,
        requests: u64,
    ) {
        let branch = self.0.entry(known).or_default();
        branch.add(&mut rest, &MOST, requests);
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (known, branch) in other.0 {
            self.0.entry(known).or_default().merge(branch, &MOST);
        }
    }

    /// All requests, if their number fits.
    pub(super) fn requests(&self) -> Option<u64> {
        sum(self.0.values())
    }

    /// Each group and its requests, the largest first.
    pub(super) fn groups(self) -> Vec<(String, u64)> {
        let mut groups = Vec::new();
        for (known, branch) in self.0 {
            branch.list(known, true, &mut groups);
        }
        groups
            .sort_by(|(one, ones), (other, others)| others.cmp(ones).then_with(|| one.cmp(other)));
        groups
    }
}

impl Branch {
    /// `most` has the number of names to keep here, and further down.
    fn add(&mut self, rest: &mut dyn Iterator<Item = &str>, most: &[usize], requests: u64) {
        let Some(segment) = rest.next() else {
            self.here += requests;
            return;
        };
        let Some((&here, further)) = most.split_first() else {
            self.below += requests;
            return;
        };
        let name = Name::from(Box::from(segment));
        let last = self.named.last_key_value();
        let is_kept = self.named.len() < here || last.is_some_and(|(last, _)| name <= *last);
        let branch = if is_kept && name.length <= MAX_BYTES {
            self.named.entry(name).or_default()
        } else {
            self.others.get_or_insert_default()
        };
        branch.add(rest, further, requests);
        self.limit(here, further);
    }

    fn merge(&mut self, other: Self, most: &[usize]) {
        self.here += other.here;
        self.below += other.below;
        let (here, further) = match most.split_first() {
            Some((here, further)) => (*here, further),
            None => (0, most),
        };
        for (name, branch) in other.named {
            self.named.entry(name).or_default().merge(branch, further);
        }
        if let Some(branch) = other.others {
            let others = self.others.get_or_insert_default();
            others.merge(*branch, further);
        }
        self.limit(here, further);
    }

    /// Gives up the last names if there are too many.
    fn limit(&mut self, most: usize, further: &[usize]) {
        while self.named.len() > most {
            let Some((_, branch)) = self.named.pop_last() else {
                return;
            };
            let others = self.others.get_or_insert_default();
            others.merge(branch, further);
        }
    }

    fn requests(&self) -> Option<u64> {
        let here = self.here.checked_add(self.below)?;
        let further = self.named.values().chain(self.others.as_deref());
        here.checked_add(sum(further)?)
    }

    fn list(self, path: String, is_first: bool, groups: &mut Vec<(String, u64)>) {
        if self.below > 0 {
            groups.push((format!("{path}/…"), self.below));
        }
        let mut others = self.others.map(|branch| *branch);
        for (name, branch) in self.named {
            match &mut others {
                // The few names that are kept below tell nothing if there are many.
                Some(others) if !is_first => others.merge(branch, &[]),
                _ => branch.list(format!("{path}/{}", name.text), false, groups),
            }
        }
        if let Some(branch) = others {
            branch.list(format!("{path}/{ANY}"), false, groups);
        }
        if self.here > 0 {
            groups.push((path, self.here));
        }
    }
}

impl From<Box<str>> for Name {
    fn from(text: Box<str>) -> Self {
        let is_word = |byte: u8| byte.is_ascii_lowercase() || b"-_".contains(&byte);
        Self {
            is_other: !text.bytes().all(is_word),
            length: text.len(),
            text,
        }
    }
}

impl From<Name> for Box<str> {
    fn from(name: Name) -> Self {
        name.text
    }
}

fn sum<'b>(mut branches: impl Iterator<Item = &'b Branch>) -> Option<u64> {
    branches.try_fold(0_u64, |sum, branch| sum.checked_add(branch.requests()?))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests;
