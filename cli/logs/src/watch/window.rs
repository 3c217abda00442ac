use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::band::Limit;
use super::figures::Figures;
use super::line::{Answer, Line, Side};
use super::scope::Scope;
use super::verdict::OfSides;
use crate::log::Time;
use crate::text::beginning;

/// The most reasons that are counted separately. There are fewer, but a log can contain anything.
const MOST_REASONS: usize = 32;

/// The name under which further reasons are counted.
const OTHER_REASONS: &str = "other";

/// What happened in some time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The figures that scopes have as well.
    #[serde(flatten)]
    pub figures: Figures,
    /// The requests that the origin answered, by reason.
    pub reasons: BTreeMap<String, u64>,
    /// The requests whose client is known, so that they can be compared.
    pub(crate) downloads: u64,
}

/// A window: what happened in it, and its limits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Window {
    pub(crate) start: Time,
    #[serde(rename = "seconds", serialize_with = "as_seconds")]
    pub(crate) length: Duration,
    /// What happened in all.
    #[serde(flatten)]
    pub counts: Counts,
    /// Its repeat ratio.
    #[serde(flatten)]
    pub repeats: Ratio,
    /// Both sides of a release.
    pub sides: OfSides,
    /// Each edge location, target, route and side with requests.
    pub scopes: Vec<InScope>,
}

/// What happened in a scope.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InScope {
    /// Which requests these are.
    #[serde(flatten)]
    pub scope: Scope,
    /// What happened.
    #[serde(flatten)]
    pub figures: Figures,
    #[serde(flatten)]
    pub(crate) repeats: Ratio,
}

/// The repeat ratio, and its limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Ratio {
    /// Each client's share of repeats, averaged over the clients; nothing if they are too few.
    pub(crate) repeat_ratio: Option<f64>,
    /// What the ratio is compared with.
    #[serde(flatten)]
    pub limit: Limit,
}

impl Counts {
    /// Counts a request.
    pub(crate) fn add(&mut self, line: &Line<'_>) {
        if let Answer::Origin(reason) = &line.answer {
            self.add_reason(reason, 1);
        }
        self.downloads += u64::from(line.download.is_some());
    }

    /// Adds the counts of another stretch of time.
    pub(crate) fn merge(&mut self, other: &Self) {
        let Self {
            figures,
            reasons,
            downloads,
        } = other;
        self.figures.add(figures);
        for (reason, count) in reasons {
            self.add_reason(reason, *count);
        }
        self.downloads += downloads;
    }

    fn add_reason(&mut self, reason: &str, count: u64) {
        if let Some(known) = self.reasons.get_mut(reason) {
            *known += count;
            return;
        }
        let reason = if self.reasons.len() < MOST_REASONS {
            beginning(reason, 40)
        } else {
            OTHER_REASONS.to_owned()
        };
        *self.reasons.entry(reason).or_default() += count;
    }
}

impl Window {
    /// A window without requests.
    #[cfg(test)]
    pub(crate) fn empty(start: Time, length: Duration) -> Self {
        Self {
            start,
            length,
            counts: Counts::default(),
            repeats: Ratio {
                repeat_ratio: None,
                limit: Limit {
                    usual: None,
                    limit: 0.5,
                },
            },
            sides: OfSides::default(),
            scopes: Vec::new(),
        }
    }

    /// What happened on the side of `next`.
    pub(crate) fn next(&self) -> Option<&Figures> {
        let of_next = |it: &&InScope| it.scope == Scope::Side(Side::Next);
        self.scopes.iter().find(of_next).map(|it| &it.figures)
    }

    pub(crate) fn end(&self) -> Time {
        self.start.plus(self.length)
    }
}

impl Ratio {
    /// Takes the window that follows as well: the higher ratio, and the newer limit.
    pub(crate) fn merge(&mut self, next: Self) {
        let ratios = [self.repeat_ratio, next.repeat_ratio];
        self.repeat_ratio = ratios.into_iter().flatten().max_by(f64::total_cmp);
        self.limit = next.limit;
    }
}

fn as_seconds<S: Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(length.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::{Counts, MOST_REASONS};

    #[test]
    fn reasons_without_end_take_no_memory_without_end() {
        let mut counts = Counts::default();
        for number in 0..1_000 {
            counts.add_reason(&format!("{number}{}", "x".repeat(10_000)), 1);
        }
        assert_eq!(counts.reasons.len(), MOST_REASONS + 1);
        assert_eq!(counts.reasons.values().sum::<u64>(), 1_000);
        assert!(counts.reasons.keys().all(|reason| reason.len() < 200));

        let mut sum = counts.clone();
        sum.merge(&counts);
        assert_eq!(sum.reasons.values().sum::<u64>(), 2_000);
        assert_eq!(sum.reasons.len(), counts.reasons.len());
    }
}
