//! How much of the traffic each route takes.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use indicatif::HumanCount;
use serde::Serialize;
use signpost_logs::text::{float, percent, visible};

use super::parts::Shape;
use super::summary::Outcome;

/// The requests of one route that are answered in one way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Share {
    #[serde(flatten)]
    of: Of,
    old: Requests,
    new: Requests,
}

/// A number of requests, and their share of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Requests {
    requests: u64,
    share: f64,
}

/// A route and what it does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Of {
    /// Nothing for requests that no route took.
    route: Option<String>,
    answer: Answer,
    /// Why the origin answers.
    reason: Option<String>,
    refusal: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
pub(super) enum Answer {
    #[strum(to_string = "redirect")]
    Redirect,
    #[strum(to_string = "redirect as JSON")]
    Json,
    #[strum(to_string = "answer to a preflight")]
    Preflight,
    #[strum(to_string = "the origin")]
    Origin,
}

/// The most rows of the table. The JSON has all.
const MOST_ROWS: usize = 20;

/// The shares, the largest of the new configuration first.
pub(super) fn of(outcomes: &[Outcome]) -> Vec<Share> {
    let mut found: BTreeMap<Of, (u64, u64)> = BTreeMap::new();
    for outcome in outcomes {
        found.entry(Of::new(&outcome.old)).or_default().0 += outcome.requests;
        found.entry(Of::new(&outcome.new)).or_default().1 += outcome.requests;
    }
    let all = outcomes.iter().map(|outcome| outcome.requests).sum();
    let mut shares: Vec<_> = found
        .into_iter()
        .map(|(of, (old, new))| Share {
            of,
            old: Requests::new(old, all),
            new: Requests::new(new, all),
        })
        .collect();
    let numbers = |share: &Share| (share.new.requests, share.old.requests);
    shares.sort_by_key(|share| std::cmp::Reverse(numbers(share)));
    shares
}

impl Requests {
    pub(super) fn new(requests: u64, of: u64) -> Self {
        let share = if of == 0 {
            0.0
        } else {
            float(requests) / float(of)
        };
        Self { requests, share }
    }
}

impl Display for Requests {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let requests = HumanCount(self.requests).to_string();
        write!(f, "{requests:>12} {:>8}", percent(self.share))
    }
}

impl Of {
    fn new(shape: &Shape) -> Self {
        let (route, answer, reason, refusal) = match shape.clone() {
            Shape::Redirect { route, status, .. } => (Some(route), Answer::of(status), None, None),
            Shape::Origin {
                route,
                reason,
                refusal,
            } => (route, Answer::Origin, Some(reason), refusal),
        };
        Self {
            route,
            answer,
            reason,
            refusal,
        }
    }
}

impl Display for Of {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.route {
            Some(route) => write!(f, "route {}: {}", visible(route), self.answer)?,
            None => write!(f, "no route: {}", self.answer)?,
        }
        let mut why = [&self.reason, &self.refusal].into_iter().flatten();
        why.try_for_each(|why| write!(f, ", {why}"))
    }
}

impl Answer {
    fn of(status: u16) -> Self {
        match status {
            200 => Self::Json,
            204 => Self::Preflight,
            _ => Self::Redirect,
        }
    }
}

impl Share {
    /// The old and the new number of requests, if the edge answers them itself.
    pub(super) fn at_the_edge(&self) -> Option<(u64, u64)> {
        let is_edge = self.of.answer != Answer::Origin;
        is_edge.then_some((self.old.requests, self.new.requests))
    }
}

/// The table, with the old requests only where there were any and some differ.
pub(super) fn write(f: &mut Formatter<'_>, shares: &[Share], is_first: bool) -> fmt::Result {
    let with_old = !is_first && shares.iter().any(|share| share.old != share.new);
    let of_new = |share: &&Share| with_old || share.new.requests > 0;
    let shares: Vec<_> = shares.iter().filter(of_new).collect();
    let head = if with_old { ", old and new" } else { "" };
    writeln!(f, "\nRequests by route{head}:")?;
    for share in shares.iter().take(MOST_ROWS) {
        if with_old {
            write!(f, "{}", share.old)?;
        }
        writeln!(f, "{}  {}", share.new, share.of)?;
    }
    match shares.len().saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(
            f,
            "{:>12}  more rows in --format json",
            HumanCount(more as u64).to_string()
        ),
    }
}
