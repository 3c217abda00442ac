use serde::Serialize;

use super::band::count;
use super::clients::Asked;
use super::line::{Answer, Left, Line};
use super::repeats::Seen;

/// What happened in a scope in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// In all.
    pub requests: u64,
    /// Answered with a redirect.
    pub redirects: u64,
    /// Browsers' preflights that the edge answered.
    pub preflights: u64,
    /// Passed to the origin.
    pub origin: u64,
    /// Without a decision in their line.
    pub other: u64,
    /// Whose location the proof refused.
    pub refusals: u64,
    /// Requests on routes that should be redirected, and are not.
    pub not_redirected: u64,
    /// Requests that can be compared, at most four of a client for a file.
    pub compared: u64,
    /// How many of them repeat a request of the same client.
    pub repeats: u64,
    /// Repeats that do not count, because the client had repeated the same request three times.
    pub more_repeats: u64,
    /// On the side of `next`, and left to `config` because `next` has no way for them.
    pub next_refused: u64,
    /// On the side of `next`, and left to `config` because `next` answered an earlier attempt.
    pub next_retried: u64,
}

impl Figures {
    /// The figures of one line.
    pub(crate) fn of(line: &Line<'_>, seen: Option<Seen>) -> Self {
        let number = |is: bool| u64::from(is);
        let is_again = matches!(seen, Some(Seen::Again { .. }));
        Self {
            requests: 1,
            redirects: number(line.answer == Answer::Redirect),
            preflights: number(line.answer == Answer::Preflight),
            origin: number(matches!(line.answer, Answer::Origin(_))),
            other: number(line.answer == Answer::Other),
            refusals: number(line.refusal.is_some()),
            not_redirected: number(line.is_not_redirected()),
            compared: number(is_again || seen == Some(Seen::First)),
            repeats: number(is_again),
            more_repeats: number(seen == Some(Seen::OverAndOver)),
            next_refused: number(line.left == Some(Left::Refused)),
            next_retried: number(line.left == Some(Left::Retried)),
        }
    }

    /// The figures of one line for its side, for which other requests count.
    pub(crate) fn of_side(self, asked: &Asked) -> Self {
        Self {
            not_redirected: asked.not_redirected.into(),
            compared: asked.compared.into(),
            repeats: asked.repeats.into(),
            ..self
        }
    }

    /// The share of repeats if each request counts, whoever sends it.
    pub(crate) fn plain_repeat_ratio(&self) -> f64 {
        let repeats = self.repeats + self.more_repeats;
        let compared = self.compared + self.more_repeats;
        count(repeats) / count(compared.max(1))
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let Self {
            requests,
            redirects,
            preflights,
            origin,
            other: others,
            refusals,
            not_redirected,
            compared,
            repeats,
            more_repeats,
            next_refused,
            next_retried,
        } = other;
        self.requests += requests;
        self.redirects += redirects;
        self.preflights += preflights;
        self.origin += origin;
        self.other += others;
        self.refusals += refusals;
        self.not_redirected += not_redirected;
        self.compared += compared;
        self.repeats += repeats;
        self.more_repeats += more_repeats;
        self.next_refused += next_refused;
        self.next_retried += next_retried;
    }
}
