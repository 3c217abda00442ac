//! What is on the side of the entry `next`, and what the configuration in it has no way for.

use std::cmp::Reverse;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use signpost_logs::text::counted;

use super::on_next::OnNext;
use super::parts::{Place, Sample, Shape, Spot};
use super::shares::Requests;
use super::summary::Outcome;

/// The requests on the side of `next`, which has a share of the files.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Next {
    /// How many percent of the files are on its side.
    percent: u8,
    #[serde(flatten)]
    all: Requests,
    /// Those that `config` answers, because `next` has no way for them.
    refused: Requests,
    /// The refused ones by reason and answer, the largest group first.
    groups: Vec<Refused>,
}

/// Requests that `next` has no way for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Refused {
    requests: u64,
    #[serde(flatten)]
    why: Why,
    /// What `config` answers.
    answer: Shape,
    /// The first few.
    samples: Vec<Sample>,
}

/// Why `next` refuses a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Why {
    reason: String,
    refusal: Option<String>,
}

impl Next {
    /// With this many percent of the files, and a name for each place.
    pub(super) fn new(percent: u8, outcomes: &[Outcome], place: impl Fn(Spot) -> Place) -> Self {
        let of = |holds: fn(&Outcome) -> bool| -> u64 {
            let outcomes = outcomes.iter().filter(|outcome| holds(outcome));
            outcomes.map(|outcome| outcome.requests).sum()
        };
        let all = of(|_| true);
        let refused = |outcome| Refused::of(outcome, &place);
        let mut groups: Vec<_> = outcomes.iter().filter_map(refused).collect();
        groups.sort_by_key(|group| Reverse(group.requests));
        let refused = groups.iter().map(|group| group.requests).sum();
        Self {
            percent,
            all: Requests::new(of(|outcome| outcome.on_next.is_some()), all),
            refused: Requests::new(refused, all),
            groups,
        }
    }
}

impl Refused {
    fn of(outcome: &Outcome, place: impl Fn(Spot) -> Place) -> Option<Self> {
        let Some(OnNext::Refuses { reason, refusal }) = outcome.on_next.clone() else {
            return None;
        };
        let samples = outcome.samples.iter().cloned();
        Some(Self {
            requests: outcome.requests,
            why: Why { reason, refusal },
            answer: outcome.new.clone(),
            samples: samples.map(|sample| sample.at(&place)).collect(),
        })
    }
}

impl Display for Next {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (percent, all, refused) = (self.percent, self.all, self.refused);
        writeln!(f, "\nWith {percent}% of the files on the side of `next`:")?;
        writeln!(f, "{all}  on the side of `next`")?;
        writeln!(
            f,
            "{refused}  answered by `config`, because `next` has no way (next-refused)"
        )?;
        self.groups
            .iter()
            .try_for_each(|group| write!(f, "\n{group}"))
    }
}

impl Display for Refused {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let noun = counted(self.requests, "request");
        writeln!(f, "next-refused: {noun}")?;
        writeln!(f, "  = {}\n  `next` has no way: {}", self.answer, self.why)?;
        self.samples
            .iter()
            .try_for_each(|sample| write!(f, "{sample}"))
    }
}

impl Display for Why {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        self.refusal
            .iter()
            .try_for_each(|refusal| write!(f, ", {refusal}"))
    }
}
