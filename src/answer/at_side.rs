//! The stages with the configuration of one entry, each once, in order.

use super::decided::Answer;
use super::surroundings::Surroundings;
use crate::attempts::{Attempts, Clients, History};
use crate::request::Request;
use crate::route::{self, NoMatch, RouteMatch};
use crate::sides::{Entry, Sides};
use crate::target;
use crate::values::{Effect, Switch};

/// A request at the configuration of one entry, with its route.
pub(super) struct AtSide<'c, 'r> {
    entry: Entry<'c>,
    found: Result<(RouteMatch<'c, 'r>, Effect), NoMatch<'c>>,
}

impl<'c, 'r> AtSide<'c, 'r> {
    /// Finds the route.
    pub(super) fn find(entry: Entry<'c>, request: &'r Request<'_>, switch: Switch) -> Self {
        let found = route::find(entry.config(), request);
        let found = found.map(|found| {
            let effect = switch.effect_on(found.captures());
            (found, effect)
        });
        Self { entry, found }
    }

    /// The entry.
    pub(super) fn entry(&self) -> Entry<'c> {
        self.entry
    }

    /// The answer of this entry, if the request comes from a target that another one has for it.
    pub(super) fn came_from_target_of(&self, other: &Self) -> Option<Answer<'c, 'r>> {
        let no_match = other.found.as_ref().err()?;
        let comes_from_target = matches!(no_match, NoMatch::CameFromTarget(_));
        comes_from_target.then(|| Answer::unmatched(self.entry, *no_match))
    }

    /// Recalls the client's earlier attempts, if this is one.
    pub(super) fn recall<'s>(
        &self,
        sides: &Sides<'c>,
        clients: &mut Option<Clients<'s>>,
    ) -> Option<History<'c, 's>> {
        match &self.found {
            Ok((found, Effect::Send)) => History::recall(clients, sides, self.entry.side(), found),
            // A request that the switch keeps from the targets is not an attempt at them.
            Ok(_) | Err(_) => None,
        }
    }

    /// Chooses the target, builds the candidate, proves it, and decides.
    pub(super) fn decide(
        self,
        history: Option<&mut History<'c, '_>>,
        surroundings: &Surroundings<'_>,
    ) -> Answer<'c, 'r> {
        let entry = self.entry;
        let (found, effect) = match self.found {
            Ok(found) => found,
            Err(no_match) => return Answer::unmatched(entry, no_match),
        };
        let earlier = history
            .as_ref()
            .map_or(Attempts::NONE, |it| it.earlier(entry));
        let chosen = target::choose(found, surroundings.health, earlier);
        let may_go_to_origin = || history.is_some_and(|it| it.may_go_to_origin(entry));
        Answer::at(entry, chosen, surroundings.build, effect, may_go_to_origin)
    }
}
