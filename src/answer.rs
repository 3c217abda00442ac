//! The only way from a request to its answer: every stage of a configuration once, in order.

mod at_side;
mod decided;
mod instead_of_next;
mod surroundings;

use crate::attempts::History;
use crate::config::Config;
use crate::request::Request;
use crate::route;
use crate::sides::{Side, Sides};
use crate::values::Switch;
use at_side::AtSide;
pub use decided::Answer;
use decided::at_every_target;
use instead_of_next::InsteadOfNext;
pub use surroundings::Surroundings;

/// Answers a request: chooses its side, finds its route, recalls earlier attempts, chooses the target,
/// builds the candidate, proves it, decides, and remembers the attempt.
///
/// On the side of `next`, the configuration in `config` answers a repeated attempt, and what `next` has no way
/// for; then it runs its own stages. On both sides, a request that a target of either configuration sends goes
/// to the origin.
///
/// ```
/// use signpost::request::Request;
/// use signpost::values::Switch;
///
/// let config = signpost::authoring::from_toml(include_str!("../config/crates-io.toml")).unwrap();
/// let request = Request::new("GET", "crates.io", "/api/v1/crates/smallvec/1.10.0/download");
/// let answer = signpost::answer(&config, &request, Switch::ENFORCE);
/// assert_eq!(
///     answer.decision().location().unwrap().as_str(),
///     "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
/// );
/// ```
pub fn answer<'c, 'r, 's>(
    sides: impl Into<Sides<'c>>,
    request: &'r Request<'_>,
    surroundings: impl Into<Surroundings<'s>>,
) -> Answer<'c, 'r> {
    let (sides, mut surroundings) = (sides.into(), surroundings.into());
    let switch = surroundings.switch;
    let find = |entry| AtSide::find(entry, request, switch);
    let at_side = find(sides.entry_for(request, switch));
    let other = sides.other_than(at_side.entry(), switch);
    // Few requests come through a CDN.
    let at_other = other.filter(|_| request.has_trail()).map(find);
    let from_target = at_other
        .as_ref()
        .and_then(|it| at_side.came_from_target_of(it));
    if let Some(answer) = from_target {
        return answer;
    }
    let mut history = at_side.recall(&sides, &mut surroundings.clients);
    let answer = match other {
        Some(config) if config.side() == Side::Config => {
            let at_config = || at_other.unwrap_or_else(|| find(config));
            next_or_config(at_side, at_config, &mut history, &sides, &mut surroundings)
        }
        _ => at_side.decide(history.as_mut(), &surroundings),
    };
    answer.remembered(history)
}

/// Answers on the side of `next`.
fn next_or_config<'c, 'r, 's>(
    at_next: AtSide<'c, 'r>,
    at_config: impl FnOnce() -> AtSide<'c, 'r>,
    history: &mut Option<History<'c, 's>>,
    sides: &Sides<'c>,
    surroundings: &mut Surroundings<'s>,
) -> Answer<'c, 'r> {
    if history.as_ref().is_some_and(History::includes_next) {
        let by_config = at_config().decide(history.as_mut(), surroundings);
        return by_config.instead_of_next(InsteadOfNext::Retried);
    }
    let by_next = at_next.decide(history.as_mut(), surroundings);
    let Some(no_way) = by_next.no_way().cloned() else {
        return by_next;
    };
    let at_config = at_config();
    if history.is_none() {
        *history = at_config.recall(sides, &mut surroundings.clients);
    }
    let by_config = at_config.decide(history.as_mut(), surroundings);
    if by_config.decision().location().is_some() {
        by_config.instead_of_next(InsteadOfNext::Refused(no_way))
    } else {
        by_next
    }
}

/// Answers a request once for each target of its route, in the order in which its captures choose them;
/// once if no route could be tried.
///
/// Whoever tries a configuration wants to know that every target has its proof before the first of them
/// is unhealthy.
pub fn answers_at_every_target<'c, 'r>(
    config: &'c Config,
    request: &'r Request<'_>,
    switch: Switch,
) -> Vec<Answer<'c, 'r>> {
    match route::find(config, request) {
        Ok(found) => {
            let effect = switch.effect_on(found.captures());
            at_every_target(config.into(), &found, effect).collect()
        }
        Err(no_match) => vec![Answer::unmatched(config.into(), no_match)],
    }
}
