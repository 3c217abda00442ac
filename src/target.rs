//! Stage 3: the target that a match is sent to, and the candidate URL.

mod ranking;

use crate::attempts::Attempts;
use crate::config::{Target, Targets};
use crate::route::RouteMatch;
use crate::values::Capture;
use ranking::{Ranked, ranked};

/// Whether the backend of this name is healthy: what a target's `health_backend` is asked.
pub type Health<'h> = &'h dyn Fn(&str) -> bool;

/// The health of every backend if nothing is known of any.
pub fn all_healthy(_: &str) -> bool {
    true
}

/// A match, and the one of its route's targets that was chosen for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen<'c, 'r> {
    found: RouteMatch<'c, 'r>,
    target: &'c Target,
    step: Step,
    is_origin_next: bool,
}

/// How a target came to be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is the first in the captures' own order.
    First,
    /// Those before it are not healthy.
    PastUnhealthy,
    /// The client was sent to others before.
    Next,
}

/// A URL that may be the one to send. Only its proof tells.
#[derive(Debug)]
pub struct Candidate<'k> {
    chosen: &'k Chosen<'k, 'k>,
    url: String,
}

/// Chooses the target of a match.
///
/// Only healthy targets take part, or all if none is healthy. A first attempt goes to the first of
/// them in the captures' order, and each later one to the first that the client was not sent to
/// before. If none is left, and at the last of a client's attempts, the origin is next; a client that may
/// not go there goes round from where it was last.
///
/// Health is asked only if the route has several targets, and only about those that name a backend
/// for it.
pub fn choose<'c, 'r>(
    found: RouteMatch<'c, 'r>,
    health: Health<'_>,
    earlier: Attempts,
) -> Chosen<'c, 'r> {
    let targets = found.route().targets();
    // An attempt that `next` answered was at none of these targets.
    let is_origin_next = |is_tried: bool| is_tried || earlier.is_last_next();
    // Most routes have one target, and then nothing is hashed.
    if let Some(target) = targets.only() {
        return Chosen {
            found,
            target,
            step: Step::First,
            is_origin_next: is_origin_next(earlier.include(0)),
        };
    }
    let ranked = ranked(targets, found.captures());
    let mut candidates = ranked.clone();
    candidates.retain(|one| one.target.health_backend().is_none_or(health));
    if candidates.is_empty() {
        candidates.clone_from(&ranked);
    }
    let untried = candidates.iter().find(|one| !earlier.include(one.place));
    let next = untried.or_else(|| next_round(&ranked, &candidates, earlier));
    let is_first = |one: &Ranked<'_>| ranked.first().map(|first| first.place) == Some(one.place);
    let step = if next.is_some_and(is_first) {
        Step::First
    } else if ranked
        .first()
        .is_some_and(|first| earlier.include(first.place))
    {
        Step::Next
    } else {
        Step::PastUnhealthy
    };
    Chosen {
        target: next.map_or(targets.first().target(), |next| next.target),
        step,
        is_origin_next: is_origin_next(untried.is_none()),
        found,
    }
}

/// The targets of a route in the order in which these captures choose them, whatever their health.
pub fn in_order<'t>(targets: &'t Targets, captures: &[Capture<'_>]) -> Vec<&'t Target> {
    let ranked = ranked(targets, captures);
    ranked.into_iter().map(|one| one.target).collect()
}

/// Builds the URL of a candidate from its typed parts: the target's base, and the location's template
/// with the captures filled in.
pub fn build(chosen: &Chosen<'_, '_>) -> String {
    let base = chosen.target.base().as_str();
    let captures = chosen.found.captures();
    // Fits nearly every location; a longer one only grows the string once or twice.
    let length: usize = captures.iter().map(|it| it.as_str().len()).sum();
    let mut url = String::with_capacity(base.len() + 64 + 3 * length);
    url.push_str(base);
    let unencoded = chosen.target.unencoded();
    chosen
        .found
        .route()
        .location()
        .write(&mut url, captures, unencoded);
    url
}

impl<'c, 'r> Chosen<'c, 'r> {
    /// A match at one of its route's targets, whatever the order; `None` if the target is not one of
    /// them.
    pub fn at(found: RouteMatch<'c, 'r>, target: &Target) -> Option<Self> {
        let mut targets = found.route().targets().iter();
        let target = targets.find(|one| one.target() == target)?.target();
        Some(Self {
            found,
            target,
            step: Step::First,
            is_origin_next: false,
        })
    }

    /// The match.
    pub fn found(&self) -> &RouteMatch<'c, 'r> {
        &self.found
    }

    /// The target.
    pub fn target(&self) -> &'c Target {
        self.target
    }

    /// How it came to be chosen.
    pub fn step(&self) -> Step {
        self.step
    }

    /// Whether the origin is next, so that the client goes to the target only if it may not go there.
    pub fn is_origin_next(&self) -> bool {
        self.is_origin_next
    }
}

impl<'k> Candidate<'k> {
    /// A URL that was built for a match, by whatever builder.
    pub fn new(chosen: &'k Chosen<'_, '_>, url: String) -> Self {
        Self { chosen, url }
    }

    /// The match and target that it was built for.
    pub fn chosen(&self) -> &'k Chosen<'k, 'k> {
        self.chosen
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    pub(crate) fn into_url(self) -> String {
        self.url
    }
}

/// The target that a client goes round to from the one where it was last.
fn next_round<'a, 't>(
    ranked: &[Ranked<'t>],
    candidates: &'a [Ranked<'t>],
    earlier: Attempts,
) -> Option<&'a Ranked<'t>> {
    let place_in_order = |place: usize| ranked.iter().position(|other| other.place == place);
    let last = earlier.last().and_then(place_in_order);
    let after = candidates
        .iter()
        .position(|one| place_in_order(one.place) > last);
    let number = after.unwrap_or_default() + earlier.further();
    candidates.get(number.checked_rem(candidates.len())?)
}
