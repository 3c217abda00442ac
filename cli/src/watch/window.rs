use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::band::{Limit, count};
use super::line::{Answer, Line};
use super::repeats::Seen;
use crate::log::Time;
use crate::text::beginning;

/// The most reasons that are counted separately. There are fewer, but a log can contain anything.
const MOST_REASONS: usize = 32;

/// The name under which further reasons are counted.
const OTHER_REASONS: &str = "other";

/// What happened in some time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) requests: u64,
    pub(crate) redirects: u64,
    /// The preflights that the edge answered.
    pub(crate) preflights: u64,
    /// The requests that the origin answered, by reason.
    pub(crate) origin: BTreeMap<String, u64>,
    /// The requests whose line has no decision and no redirect's status.
    pub(crate) other: u64,
    /// The requests whose location was refused by the proof.
    pub(crate) refusals: u64,
    /// The requests whose client is known, so that they can be compared.
    pub(crate) downloads: u64,
    /// All requests that were compared.
    #[serde(flatten)]
    pub(crate) all: Compared,
    /// Those that were redirected, or sent to the origin after every target was asked; up to four
    /// of a client for a file.
    pub(crate) redirects_alone: Compared,
}

/// Requests that were compared with earlier ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Compared {
    /// All downloads, or a sample.
    pub(crate) compared: u64,
    /// How many of them repeat a request of the same client.
    pub(crate) repeats: u64,
}

/// A window: what happened in it, and its limits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Window {
    pub(crate) start: Time,
    #[serde(rename = "seconds", serialize_with = "as_seconds")]
    pub(crate) length: Duration,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    pub(crate) repeat_ratio: Option<f64>,
    #[serde(flatten)]
    pub(crate) limit: Limit,
    /// The same for redirects alone.
    pub(crate) redirect_repeat_ratio: Option<f64>,
    pub(crate) redirect_limit: Limit,
}

impl Compared {
    /// The share of repeats.
    pub(crate) fn ratio(self) -> Option<f64> {
        (self.compared > 0).then(|| count(self.repeats) / count(self.compared))
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            compared: self.compared + other.compared,
            repeats: self.repeats + other.repeats,
        }
    }
}

impl From<Seen> for Compared {
    fn from(seen: Seen) -> Self {
        Self {
            compared: u64::from(seen != Seen::NotInSample),
            repeats: u64::from(matches!(seen, Seen::Again | Seen::OverAndOver)),
        }
    }
}

impl Counts {
    /// Counts a request.
    pub(crate) fn add(&mut self, line: &Line<'_>, seen: Option<Seen>) {
        self.requests += 1;
        match &line.answer {
            Answer::Redirect => self.redirects += 1,
            Answer::Preflight => self.preflights += 1,
            Answer::Origin(reason) => self.add_origin(reason, 1),
            Answer::Other => self.other += 1,
        }
        self.refusals += u64::from(line.refusal.is_some());
        self.downloads += u64::from(seen.is_some());
        let compared = seen.map(Compared::from).unwrap_or_default();
        self.all = self.all.and(compared);
        // One client, such as a build farm, can send half of a few requests for redirects. What it
        // asks for more often than cargo does means nothing.
        if line.is_of_redirects() && seen != Some(Seen::OverAndOver) {
            self.redirects_alone = self.redirects_alone.and(compared);
        }
    }

    /// Adds the counts of another stretch of time.
    pub(crate) fn merge(&mut self, other: &Self) {
        let Self {
            requests,
            redirects,
            preflights,
            origin,
            other: others,
            refusals,
            downloads,
            all,
            redirects_alone,
        } = other;
        self.requests += requests;
        self.redirects += redirects;
        self.preflights += preflights;
        for (reason, count) in origin {
            self.add_origin(reason, *count);
        }
        self.other += others;
        self.refusals += refusals;
        self.downloads += downloads;
        self.all = self.all.and(*all);
        self.redirects_alone = self.redirects_alone.and(*redirects_alone);
    }

    pub(crate) fn origin_requests(&self) -> u64 {
        self.origin.values().sum()
    }

    fn add_origin(&mut self, reason: &str, count: u64) {
        if let Some(known) = self.origin.get_mut(reason) {
            *known += count;
            return;
        }
        let reason = if self.origin.len() < MOST_REASONS {
            beginning(reason, 40)
        } else {
            OTHER_REASONS.to_owned()
        };
        *self.origin.entry(reason).or_default() += count;
    }
}

impl Window {
    /// A window without requests.
    #[cfg(test)]
    pub(crate) fn empty(start: Time, length: Duration) -> Self {
        let limit = Limit {
            usual: None,
            limit: 0.5,
        };
        Self {
            start,
            length,
            counts: Counts::default(),
            repeat_ratio: None,
            limit,
            redirect_repeat_ratio: None,
            redirect_limit: limit,
        }
    }

    pub(crate) fn end(&self) -> Time {
        self.start.plus(self.length)
    }

    /// Whether the ratio of redirects alone differs from that of all requests.
    pub(crate) fn are_redirects_apart(&self) -> bool {
        self.counts.redirects * 10 < self.counts.requests * 9
    }

    /// Adds the window that follows.
    pub(crate) fn merge(&mut self, next: &Self) {
        let Self {
            start: _,
            length,
            counts,
            repeat_ratio: _,
            limit,
            redirect_repeat_ratio: _,
            redirect_limit,
        } = next;
        self.length += *length;
        self.counts.merge(counts);
        self.repeat_ratio = self.counts.all.ratio();
        self.limit = *limit;
        self.redirect_repeat_ratio = self.counts.redirects_alone.ratio();
        self.redirect_limit = *redirect_limit;
    }
}

fn as_seconds<S: Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(length.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::{Compared, Counts, MOST_REASONS, Seen};
    use crate::watch::line::tests::{SIGNPOST, by_origin, read};

    #[test]
    fn with_retry_a_second_attempt_at_the_origin_is_still_a_repeat_of_a_redirect() {
        let mut counts = Counts::default();
        for (text, seen) in [
            (SIGNPOST.to_owned(), Seen::First),
            (by_origin("retried", "null"), Seen::Again),
            (by_origin("switch-off", "null"), Seen::Again),
        ] {
            counts.add(&read(&text), Some(seen));
        }
        assert_eq!(counts.redirects_alone.ratio(), Some(0.5));
    }

    #[test]
    fn reasons_without_end_take_no_memory_without_end() {
        let mut counts = Counts::default();
        for number in 0..1_000 {
            counts.add_origin(&format!("{number}{}", "x".repeat(10_000)), 1);
        }
        assert_eq!(counts.origin.len(), MOST_REASONS + 1);
        assert_eq!(counts.origin_requests(), 1_000);
        assert!(counts.origin.keys().all(|reason| reason.len() < 200));

        let mut sum = counts.clone();
        sum.merge(&counts);
        assert_eq!(sum.origin_requests(), 2_000);
        assert_eq!(sum.origin.len(), counts.origin.len());
    }

    #[test]
    fn nothing_compared_has_no_ratio() {
        assert_eq!(Compared::default().ratio(), None);
    }
}
