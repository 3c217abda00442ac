use std::iter;
use std::sync::Arc;

use thiserror::Error;

use crate::values::{Base, LoopToken, Unencoded};

/// A CDN that can serve files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    name: String,
    base: Base,
    health_backend: Option<String>,
    loop_token: Option<LoopToken>,
    unencoded: Unencoded,
}

/// The most targets that a route has, which bounds what a choice costs.
pub const MAX_TARGETS: usize = 8;

/// How large a target's share of a route's files is, next to the others': 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(u16);

/// A number that is not a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0} is not a weight: a whole number from 1 to 1000")]
pub struct WeightError(i64);

/// A target as a route names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightedTarget {
    target: Arc<Target>,
    weight: Weight,
}

/// The targets of a route, in the order in which they are written: at least one, and each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    first: WeightedTarget,
    others: Vec<WeightedTarget>,
}

impl Target {
    /// A target, by the name that routes refer to.
    pub fn new(name: String, base: Base) -> Self {
        Self {
            name,
            base,
            health_backend: None,
            loop_token: None,
            unencoded: Unencoded::default(),
        }
    }

    /// The same target, whose health is that of a Fastly backend.
    #[must_use]
    pub fn with_health_of(mut self, backend: String) -> Self {
        self.health_backend = Some(backend);
        self
    }

    /// The same target, which has this name in the requests that it sends.
    #[must_use]
    pub fn with_loop_token(mut self, token: LoopToken) -> Self {
        self.loop_token = Some(token);
        self
    }

    /// The same target, whose locations have these characters as they are.
    #[must_use]
    pub fn with_unencoded(mut self, unencoded: Unencoded) -> Self {
        self.unencoded = unencoded;
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The reserved characters that its locations have as they are; all others are encoded.
    pub fn unencoded(&self) -> &Unencoded {
        &self.unencoded
    }

    /// The name that it has in the requests that it sends. A request with that name is not redirected to
    /// it: it would come back.
    pub fn loop_token(&self) -> Option<&LoopToken> {
        self.loop_token.as_ref()
    }

    /// The base.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// The Fastly backend whose health is the target's. The edge sends nothing to it; without one the
    /// target counts as healthy.
    pub fn health_backend(&self) -> Option<&str> {
        self.health_backend.as_deref()
    }
}

impl Weight {
    /// The weight of a target for which none is written.
    pub const ONE: Self = Self(1);

    /// The number.
    pub fn as_u16(self) -> u16 {
        self.0
    }
}

impl TryFrom<i64> for Weight {
    type Error = WeightError;

    fn try_from(weight: i64) -> Result<Self, WeightError> {
        let number = u16::try_from(weight).ok();
        let number = number.filter(|number| (1..=1000).contains(number));
        number.map(Self).ok_or(WeightError(weight))
    }
}

impl WeightedTarget {
    /// A target with its weight.
    pub fn new(target: Arc<Target>, weight: Weight) -> Self {
        Self { target, weight }
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Its weight.
    pub fn weight(&self) -> Weight {
        self.weight
    }
}

impl Targets {
    /// Targets that are each named once.
    pub(super) fn new(first: WeightedTarget, others: Vec<WeightedTarget>) -> Self {
        Self { first, others }
    }

    /// The targets, in the order in which they are written.
    pub fn iter(&self) -> impl Iterator<Item = &WeightedTarget> {
        iter::once(&self.first).chain(&self.others)
    }

    /// The first target.
    pub fn first(&self) -> &WeightedTarget {
        &self.first
    }

    /// The only target, if there is just one.
    pub fn only(&self) -> Option<&Target> {
        self.others.is_empty().then(|| self.first.target())
    }

    /// The place of a target among these, in the order in which they are written.
    pub(crate) fn place_of(&self, target: &Target) -> Option<usize> {
        self.iter().position(|one| one.target() == target)
    }
}
