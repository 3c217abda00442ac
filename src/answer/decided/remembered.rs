//! Whether an answer is an attempt of its client, and where that went.

use super::Answer;
use crate::answer::instead_of_next::InsteadOfNext;
use crate::attempts::{History, Went};
use crate::config::Route;
use crate::decision::{Decision, Reason};

impl Answer<'_, '_> {
    /// Remembers the attempt, if this counts as one, and says in the answer which it is.
    ///
    /// What the switch or a missing route keeps from the targets is no attempt at them, unless `next` answered
    /// an earlier one: then the client goes on with `config`.
    pub(in crate::answer) fn remembered(self, history: Option<History<'_, '_>>) -> Self {
        let (Some(by), Some(history)) = (self.by, history) else {
            return self;
        };
        let counts = match self.decision {
            Decision::Redirect(_) | Decision::Origin(Reason::Retried(_)) => true,
            Decision::Origin(Reason::LocationRefused(_)) => history.counts_if_refused(by),
            Decision::Origin(_) => self.instead_of_next == Some(InsteadOfNext::Retried),
        };
        if !counts {
            return self;
        }
        let attempt = Some(history.number());
        history.record(by, self.went_to());
        Self { attempt, ..self }
    }

    /// Where this attempt went. A target whose location was refused counts as tried.
    fn went_to(&self) -> Went {
        match self.decision {
            Decision::Redirect(_) | Decision::Origin(Reason::LocationRefused(_)) => {
                let place = |route: &Route| route.targets().place_of(self.target()?);
                Went::Target(self.route().and_then(place))
            }
            Decision::Origin(Reason::Retried(_)) => Went::OriginInstead,
            Decision::Origin(_) => Went::Origin,
        }
    }
}
