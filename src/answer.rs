//! The only way from a request to its answer: every stage once, in order.

mod at_side;
mod decided;
mod surroundings;

use crate::config::Config;
use crate::decision::Because;
use crate::request::Request;
use crate::route;
use crate::sides::{Side, Sides};
use crate::values::Switch;
use at_side::AtSide;
pub use decided::Answer;
use decided::at_every_target;
pub use surroundings::Surroundings;

/// Answers a request: chooses its side, finds its route, recalls earlier attempts, chooses the target,
/// builds the candidate, proves it, and decides.
///
/// On the side of `next`, the configuration in `config` answers a repeated attempt, and what `next` has no way
/// for; then it runs the same stages.
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
    let config = sides.config();
    let Some(next) = sides.next_for(request, surroundings.switch) else {
        return AtSide::find(Side::Config, config, &sides, request, &mut surroundings).decide();
    };
    let at_next = AtSide::find(Side::Next, next, &sides, request, &mut surroundings);
    let without_a_way = if at_next.is_left_to_config() {
        None
    } else {
        let by_next = at_next.decide();
        if !by_next.has_no_way() {
            return by_next;
        }
        Some(by_next)
    };
    let at_config = AtSide::find(Side::Config, config, &sides, request, &mut surroundings);
    let by_config = at_config.decide();
    match without_a_way {
        None => by_config.instead_of_next(Because::NextRetried),
        Some(_) if by_config.decision.location().is_some() => {
            by_config.instead_of_next(Because::NextRefused)
        }
        Some(by_next) => by_next,
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
            at_every_target(&found, effect).collect()
        }
        Err(no_match) => vec![Answer::unmatched(config, Side::Config, no_match)],
    }
}
