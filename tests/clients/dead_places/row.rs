//! What a row says.

use crate::dead_places::cdn::{Death, Visits};
use crate::dead_places::outcome::Outcome;

/// What is dead, and what the user of cargo sees: a row of the table in docs/failures.md.
///
/// A location that is refused while the origin is dead has no row: no configuration that compiles
/// leads to one. `tests/edge/origin_down.rs` has it, with a configuration that never compiled.
pub(crate) struct Group {
    /// What is dead, as the table says it.
    pub(crate) what: String,
    /// The ways in which it is dead, at least one. Each has the same outcome.
    pub(crate) rows: Vec<Row>,
}

/// One way in which it is dead. It runs with Signpost and without.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) cdns: Cdns,
    pub(crate) origin: Origin,
    pub(crate) switch: &'static str,
    pub(crate) check_redirects: &'static str,
    pub(crate) origin_share: &'static str,
    pub(crate) with: Expected,
    pub(crate) without: Expected,
}

/// Which CDNs there are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cdns {
    /// One, which serves every file.
    OneAlive,
    /// One, which is dead.
    OneDead(Death),
    /// Two, of which the one that the file is sent to first is dead.
    FirstOfTwoDead(Death),
    /// The same, and its health check has noticed.
    FirstOfTwoUnhealthy(Death),
}

/// What the origin does with a request for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It redirects to the CDN that the file is sent to first, as that of crates.io does.
    Redirects,
    /// It redirects as in 2023: the CDN and the path are joined without a slash.
    RedirectsAsIn2023,
    /// Behind Signpost it serves the file. Without Signpost it redirects.
    Serves,
    /// It refuses every connection.
    Refuses,
}

/// What is seen in the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) outcome: Outcome,
    /// What the user reads of a run of cargo that fails.
    pub(crate) error: &'static str,
    /// How often the file was asked for at the dead CDN.
    pub(crate) dead: usize,
    /// How many requests came to the CDN that is alive.
    pub(crate) alive: usize,
    /// How many requests came to the origin.
    pub(crate) origin: usize,
    /// The attempts in the log of Signpost.
    pub(crate) attempts: &'static [u64],
}

impl Row {
    /// What is expected with Signpost, or without.
    pub(crate) fn expected(&self, is_with: bool) -> Expected {
        if is_with { self.with } else { self.without }
    }

    /// What has come to the dead CDN, if there is one, after so many attempts to get a file from it.
    pub(crate) fn visits(&self, attempts: usize) -> Visits {
        match self.cdns {
            Cdns::OneAlive => Visits::default(),
            Cdns::OneDead(death)
            | Cdns::FirstOfTwoDead(death)
            | Cdns::FirstOfTwoUnhealthy(death) => death.visits(attempts),
        }
    }
}
