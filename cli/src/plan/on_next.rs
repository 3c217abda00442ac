//! Who answers a request on the side of `next`.

use serde::{Deserialize, Serialize};
use signpost::Answer;
use signpost::location::Refusal;
use signpost::sides::Side;

/// What `next` makes of a request on its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum OnNext<T = String> {
    /// It answers.
    Answers,
    /// It has no way for the request, and `config` answers.
    Refuses {
        /// Why it has none.
        reason: T,
        /// What the proof refused, if that is why.
        refusal: Option<T>,
    },
}

impl OnNext<&'static str> {
    /// Nothing if the request is not on the side of `next`.
    pub(super) fn of(answer: &Answer<'_, '_>) -> Option<Self> {
        match (answer.side(), answer.next_reason()) {
            (Side::Config, _) => None,
            (Side::Next, None) => Some(Self::Answers),
            (Side::Next, Some(reason)) => Some(Self::Refuses {
                reason: reason.code(),
                refusal: reason.refusal().map(Refusal::code),
            }),
        }
    }

    /// The same as a summary holds it.
    pub(super) fn into_owned(self) -> OnNext {
        match self {
            Self::Answers => OnNext::Answers,
            Self::Refuses { reason, refusal } => OnNext::Refuses {
                reason: reason.to_owned(),
                refusal: refusal.map(str::to_owned),
            },
        }
    }
}
