//! What a window says of two configurations in force.

use std::fmt;

use serde::{Serialize, Serializer};

use super::gauge::Reading;
use super::scopes::{ALL, Scopes};
use super::sides::Compared;
use super::watched::Watched;

/// Whether `next` is as good as `config`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// `next` has no share.
    #[default]
    NoShare,
    /// There are too few requests to say it.
    TooFew,
    /// It is as good.
    Good,
    /// It is worse.
    Broken,
}

/// Both sides in a window, judged with up to five windows before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct OfSides {
    /// What both say of `next`.
    pub verdict: Verdict,
    /// The share of `next`, in percent; 0 if it has none.
    pub share: u8,
    /// Requests for files of each side, in this window alone.
    pub next_requests: u64,
    pub(crate) config_requests: u64,
    /// Nothing if there are too few.
    pub(crate) repeats: Option<Compared>,
    pub(crate) not_redirected: Option<Compared>,
}

/// A ratio in a window, as it was judged.
#[derive(Clone, Debug)]
pub(crate) struct Judgement {
    /// Scope by scope.
    pub(crate) readings: Vec<Reading>,
    pub(crate) compared: Option<Compared>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoShare => "no share",
            Self::TooFew => "too few",
            Self::Good => "good",
            Self::Broken => "broken",
        })
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl OfSides {
    /// What the judgements of both ratios say.
    pub(crate) fn new(scopes: &Scopes, repeats: &Judgement, not_redirected: &Judgement) -> Self {
        let share = scopes.sides.share();
        let next = scopes.next.and_then(|number| scopes.get(number));
        let is_raised =
            |it: &Watched| it.repeats.alarm.is_raised() || it.not_redirected.alarm.is_raised();
        let in_alarm = [next, scopes.get(ALL).filter(|_| share == 100)];
        let is_in_alarm = in_alarm.into_iter().flatten().any(is_raised);
        // What an alarm explains is left out of the ratios of all requests, which then say nothing good of `next`.
        let is_unclear = share == 100 && scopes.iter().any(is_raised);
        let of_each = [repeats, not_redirected].map(|judgement| judgement.verdict(share));
        let verdict = match share {
            0 => Verdict::NoShare,
            _ if is_in_alarm || of_each.contains(&Verdict::Broken) => Verdict::Broken,
            _ if is_unclear || of_each.contains(&Verdict::TooFew) => Verdict::TooFew,
            _ => Verdict::Good,
        };
        Self {
            verdict,
            share,
            next_requests: 0,
            config_requests: 0,
            repeats: repeats.compared,
            not_redirected: not_redirected.compared,
        }
    }
}

impl Judgement {
    /// What a ratio says of `next`. If everything is on its side, that is what it says of all requests.
    fn verdict(&self, share: u8) -> Verdict {
        let (is_broken, is_high) = match (&self.compared, self.readings.first()) {
            (Some(compared), _) => (compared.is_broken, compared.next >= compared.limit()),
            (None, Some(all)) if share == 100 && all.ratio.is_some() => {
                (all.is_above(), all.is_high())
            }
            (None, _) => return Verdict::TooFew,
        };
        match (is_broken, is_high) {
            (true, _) => Verdict::Broken,
            // A difference that may be chance is not good yet.
            (false, true) => Verdict::TooFew,
            (false, false) => Verdict::Good,
        }
    }
}
