//! Every stage once, in order, with the configuration of one side.

use super::decided::Answer;
use super::surroundings::Surroundings;
use crate::attempts::{Attempts, History};
use crate::config::Config;
use crate::decision::{Decision, Reason};
use crate::request::Request;
use crate::route::{self, NoMatch, RouteMatch};
use crate::sides::{Side, Sides};
use crate::target::{self, Chosen, Health};
use crate::values::Effect;

/// A request at the configuration of one side: its route, and its client's earlier attempts.
pub(super) struct AtSide<'c, 'k, 'r, 's> {
    side: Side,
    config: &'c Config,
    found: Result<(RouteMatch<'c, 'r>, Effect), NoMatch<'c>>,
    history: Option<History<'c, 'k, 's>>,
    health: Health<'s>,
    build: &'s dyn Fn(&Chosen<'_, '_>) -> String,
}

impl<'c, 'k, 'r, 's> AtSide<'c, 'k, 'r, 's> {
    /// The first stages: finds the route, and recalls earlier attempts.
    pub(super) fn find(
        side: Side,
        config: &'c Config,
        sides: &Sides<'c>,
        request: &'r Request<'_>,
        surroundings: &'k mut Surroundings<'s>,
    ) -> Self {
        let switch = surroundings.switch;
        let found = route::find(config, request).map(|found| {
            let effect = switch.effect_on(found.captures());
            (found, effect)
        });
        // A request that the switch keeps from the targets is not an attempt at them.
        let history = match (&found, &mut surroundings.clients) {
            (Ok((found, Effect::Send)), Some(clients)) => {
                History::recall(clients, sides, side, found)
            }
            _ => None,
        };
        Self {
            side,
            config,
            found,
            history,
            health: surroundings.health,
            build: surroundings.build,
        }
    }

    /// Whether `next` answered an earlier attempt of the client, and this is its side.
    pub(super) fn is_left_to_config(&self) -> bool {
        self.history
            .as_ref()
            .is_some_and(History::is_left_to_config)
    }

    /// The other stages: chooses the target, builds the candidate, proves it, and decides.
    pub(super) fn decide(self) -> Answer<'c, 'r> {
        let (side, mut history) = (self.side, self.history);
        let (found, effect) = match self.found {
            Ok(found) => found,
            Err(no_match) => return Answer::unmatched(self.config, side, no_match),
        };
        let earlier = history.as_ref().map_or(Attempts::NONE, History::earlier);
        let chosen = target::choose(found, self.health, earlier);
        let may_go_to_origin = || history.as_mut().is_some_and(History::may_go_to_origin);
        let mut answer = Answer::at(chosen, self.build, effect, may_go_to_origin);
        answer.side = side;
        let is_refused = matches!(
            answer.decision,
            Decision::Origin(Reason::LocationRefused(_))
        );
        if let Some(history) = history.filter(|it| !is_refused || it.counts_if_refused()) {
            answer.attempt = Some(history.number());
            history.record(answer.place_among_targets());
        }
        answer
    }
}
