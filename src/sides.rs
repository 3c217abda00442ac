//! The configurations in force, and on whose side a request is.
//!
//! While a release is on its way there are two: the entry `config`, which is proven by use, and the entry
//! `next`, for the share of the files that the switch gives it.

use strum::IntoStaticStr;

use crate::config::{Config, RetryOptions};
use crate::request::Request;
use crate::values::{Share, Switch};

/// The configurations in force.
///
/// A [`Config`] alone converts into sides of which the other is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides<'c> {
    config: &'c Config,
    next: Option<&'c Config>,
}

/// A configuration in force, and the entry that it is in.
///
/// [`Sides`] hands out both together, so neither can be taken for that of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'c> {
    side: Side,
    config: &'c Config,
}

/// The side of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Side {
    /// `config`: the configuration in the entry `config` answers.
    Config,
    /// `next`: the one in the entry `next` answers, or leaves it to `config`.
    Next,
}

impl<'c> Sides<'c> {
    /// The configuration in `config`, and the one in `next`, if there is one.
    ///
    /// Two of the same revision would answer alike, so then there is only one side. Two versions may give the same
    /// content different revisions: then there are two sides that answer alike.
    pub fn new(config: &'c Config, next: Option<&'c Config>) -> Self {
        let next = next.filter(|next| next.revision() != config.revision());
        Self { config, next }
    }

    /// The configuration in `config`.
    pub fn config(&self) -> &'c Config {
        self.config
    }

    /// The configuration in `next`, if this request is on its side.
    ///
    /// The decoded path alone decides, so a file stays on its side as the share grows. A path that cannot
    /// be decoded is on no route of either.
    pub fn next_for(&self, request: &Request<'_>, switch: Switch) -> Option<&'c Config> {
        let next = self.next?;
        let path = request.segments().ok()?;
        switch.next().includes_path(path).then_some(next)
    }

    /// The entry on whose side this request is.
    pub(crate) fn entry_for(&self, request: &Request<'_>, switch: Switch) -> Entry<'c> {
        let next = self.next_for(request, switch).map(Entry::of_next);
        next.unwrap_or_else(|| self.config.into())
    }

    /// The other entry, if the switch gives `next` a share.
    pub(crate) fn other_than(&self, entry: Entry<'_>, switch: Switch) -> Option<Entry<'c>> {
        let next = self.next.filter(|_| switch.next() != Share::NONE)?;
        Some(match entry.side {
            Side::Config => Entry::of_next(next),
            Side::Next => self.config.into(),
        })
    }

    /// Whether this holds of a configuration in force.
    pub fn any(&self, holds: impl Fn(&Config) -> bool) -> bool {
        holds(self.config) || self.next.is_some_and(holds)
    }

    /// How attempts are counted on a side. Those at a file of `next` are counted if either configuration has
    /// `[retry]`, because the next attempt at it goes to `config`.
    pub(crate) fn retry(&self, side: Side) -> Option<&'c RetryOptions> {
        let of_next = self.next.filter(|_| side == Side::Next);
        of_next
            .and_then(Config::retry)
            .or_else(|| self.config.retry())
    }
}

impl<'c> From<&'c Config> for Sides<'c> {
    fn from(config: &'c Config) -> Self {
        Self { config, next: None }
    }
}

impl<'c> Entry<'c> {
    fn of_next(config: &'c Config) -> Self {
        let side = Side::Next;
        Self { side, config }
    }

    /// Which entry it is.
    pub fn side(self) -> Side {
        self.side
    }

    /// Its configuration.
    pub fn config(self) -> &'c Config {
        self.config
    }
}

/// A configuration alone is that in `config`.
impl<'c> From<&'c Config> for Entry<'c> {
    fn from(config: &'c Config) -> Self {
        let side = Side::Config;
        Self { side, config }
    }
}

impl Side {
    /// The name of the entry.
    pub fn code(self) -> &'static str {
        self.into()
    }
}
