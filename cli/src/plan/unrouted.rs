//! The paths that no route takes, as the plan shows them.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use signpost_logs::text::{counted, visible};

use super::paths::Paths;
use super::shares::Requests;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Unrouted {
    #[serde(flatten)]
    all: Requests,
    /// The largest groups.
    groups: Vec<Group>,
    /// How many groups are not listed.
    more_groups: usize,
}

/// Paths of one form.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Group {
    /// The path. Captures go by their name, `{…}` is any segment, and a `…` at the end any rest.
    path: String,
    #[serde(flatten)]
    requests: Requests,
}

/// The most groups in JSON.
const MOST: usize = 100;

/// The most groups in the text.
const MOST_SHOWN: usize = 10;

impl Unrouted {
    /// The shares are those of all requests.
    pub(super) fn new(paths: Paths, all: u64) -> Self {
        let mut groups = paths.groups();
        let unrouted = groups.iter().map(|(_, requests)| requests).sum();
        let more_groups = groups.len().saturating_sub(MOST);
        groups.truncate(MOST);
        let group = |(path, requests)| Group {
            path,
            requests: Requests::new(requests, all),
        };
        Self {
            all: Requests::new(unrouted, all),
            groups: groups.into_iter().map(group).collect(),
            more_groups,
        }
    }
}

impl Display for Unrouted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.groups.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nPaths that no route takes:")?;
        for group in self.groups.iter().take(MOST_SHOWN) {
            writeln!(f, "{}  {}", group.requests, visible(&group.path))?;
        }
        let shown = self.groups.len().min(MOST_SHOWN);
        match self.groups.len() - shown + self.more_groups {
            0 => Ok(()),
            more => writeln!(f, "{:23}{} more", "", counted(more, "group")),
        }
    }
}
