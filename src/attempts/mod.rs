//! What is remembered of a client, so that a repeated attempt goes another way.
//!
//! A proven location can still be dead. Cargo makes four attempts, so a client that is sent to the
//! next target at the second one, and to the origin after the last target, gets its file although
//! something is broken. The platform remembers who asked; what follows from it is decided here.

mod budget;
mod key;
mod memory;
mod number;

use crate::config::RetryOptions;
use crate::request::{Format, Method};
use crate::route::RouteMatch;
use crate::sides::{Entry, Side, Sides};

pub use budget::Budget;
pub use key::{Client, Key, Secret};
pub use memory::{Memory, Patient, Unknown};
pub use number::Attempts;

/// What a sandbox knows of the client that asks, and of those that asked before.
pub struct Clients<'s> {
    /// Who asks, if it has an address. Called only for requests that count as attempts.
    pub client: &'s dyn Fn() -> Option<Client<'s>>,
    /// What the point of presence remembers.
    pub memory: &'s mut dyn Memory,
    /// How much of the origin's share is left.
    pub budget: &'s mut Budget,
    /// A number that differs from request to request. It spreads a farm over the targets.
    pub chance: u8,
}

/// A client's earlier attempts at the file that it asks for now, whichever configuration answers.
pub(crate) struct History<'c, 's> {
    clients: Clients<'s>,
    /// How attempts are counted on the side of the file.
    options: &'c RetryOptions,
    key: Key,
    earlier: Attempts,
}

/// Where an attempt went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Went {
    /// To the target in this place among those of its route.
    Target(Option<usize>),
    /// To the origin, where it would have gone to a target.
    OriginInstead,
    /// To the origin, where a first attempt would have gone as well.
    Origin,
}

impl<'c, 's> History<'c, 's> {
    /// Recalls the earlier attempts; `None` if the request does not count as an attempt, or the memory
    /// cannot be asked. It is asked once, so this takes what is known of clients.
    ///
    /// HEAD and a request for JSON only ask where the file is, so they are not attempts. Nor is a request
    /// that is not for the whole file.
    pub(crate) fn recall(
        clients: &mut Option<Clients<'s>>,
        sides: &Sides<'c>,
        side: Side,
        found: &RouteMatch<'_, '_>,
    ) -> Option<Self> {
        let options = sides.retry(side)?;
        let request = found.request();
        let is_json = found.route().options().json && request.format() == Format::Json;
        if request.method() != Method::Get || is_json || !request.is_for_whole_file() {
            return None;
        }
        let clients = clients.take()?;
        let client = (clients.client)()?;
        let secret = clients.memory.secret().ok()?;
        let key = Key::new(&secret, &client, sides.config(), request);
        let earlier = clients.memory.recall(&key).ok()?;
        Some(Self {
            clients,
            options,
            key,
            earlier,
        })
    }

    /// Whether `next` answered an earlier attempt, which leaves all others to `config`.
    pub(crate) fn includes_next(&self) -> bool {
        self.earlier.include_next()
    }

    /// The earlier attempts at the targets of this configuration. None was at those of `next`, which leaves
    /// every attempt after its own to `config`, and none counts where there is no `[retry]`.
    ///
    /// A farm behind one address goes round the targets, because one of them may be dead.
    pub(crate) fn earlier(&self, by: Entry<'_>) -> Attempts {
        if by.side() == Side::Next || by.config().retry().is_none() {
            Attempts::NONE
        } else if self.earlier.are_all() {
            self.earlier.and_further(self.clients.chance)
        } else {
            self.earlier
        }
    }

    /// Which attempt this is, from 1. One more than [`Attempts::MOST`] stands for all later ones.
    pub(crate) fn number(&self) -> u8 {
        self.earlier.number().saturating_add(1)
    }

    /// Whether an attempt counts whose location this configuration refused. A first one went nowhere, and
    /// what `next` refuses was no attempt at its targets.
    pub(crate) fn counts_if_refused(&self, by: Entry<'_>) -> bool {
        self.number() > 1 && by.side() == Side::Config
    }

    /// Whether this attempt may go to the origin of this configuration. A farm never does. Asking may spend
    /// what is allowed.
    pub(crate) fn may_go_to_origin(&mut self, by: Entry<'_>) -> bool {
        let Clients { budget, memory, .. } = &mut self.clients;
        let options = by.config().retry().filter(|_| !self.earlier.are_all());
        options.is_some_and(|options| budget.allows_one(options.origin_share, &mut **memory))
    }

    /// Remembers that this configuration answered this attempt, for as long as its `[retry]` says, or that
    /// of the other where it has none.
    pub(crate) fn record(self, by: Entry<'_>, went: Went) {
        let place = match went {
            Went::Target(place) => place,
            Went::OriginInstead | Went::Origin => None,
        };
        if went != Went::Origin {
            self.clients.budget.count(went == Went::OriginInstead);
        }
        let now = match by.side() {
            Side::Config => self.earlier.and(place),
            Side::Next => self.earlier.and_by_next(),
        };
        // A farm does not renew its window, so that the file comes back to its own target. It is noted once
        // that `next` answered it.
        if now.include_next() != self.earlier.include_next() || !self.earlier.are_all() {
            let options = by.config().retry().unwrap_or(self.options);
            // An attempt that is not remembered costs nothing: the next one counts as this one.
            let memory = self.clients.memory;
            let _ = memory.remember(&self.key, now, options.window);
        }
    }
}
