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
use crate::sides::{Side, Sides};

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

/// A client's earlier attempts at the file that it asks for now.
pub(crate) struct History<'c, 'k, 's> {
    clients: &'k mut Clients<'s>,
    options: &'c RetryOptions,
    side: Side,
    key: Key,
    earlier: Attempts,
}

impl<'c, 'k, 's> History<'c, 'k, 's> {
    /// Recalls the earlier attempts; `None` if the request does not count as an attempt, or the memory
    /// cannot be asked.
    ///
    /// HEAD and a request for JSON only ask where the file is, so they are not attempts. Nor is a request
    /// that is not for the whole file.
    pub(crate) fn recall(
        clients: &'k mut Clients<'s>,
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
        let client = (clients.client)()?;
        let secret = clients.memory.secret().ok()?;
        let key = Key::new(&secret, &client, sides.config(), request);
        let earlier = clients.memory.recall(&key).ok()?;
        Some(Self {
            clients,
            options,
            side,
            key,
            earlier,
        })
    }

    /// Whether this attempt is left to `config`, because `next` answered an earlier one.
    pub(crate) fn is_left_to_config(&self) -> bool {
        self.side == Side::Next && self.earlier.include_next()
    }

    /// The earlier attempts at the targets of this side. At those of `next` there are none, because it
    /// answers one attempt alone.
    ///
    /// A farm behind one address goes round the targets, because one of them may be dead.
    pub(crate) fn earlier(&self) -> Attempts {
        if self.side == Side::Next {
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

    /// Whether an attempt counts whose location was refused. A first one went nowhere, and what `next` refuses
    /// is an attempt of `config`.
    pub(crate) fn counts_if_refused(&self) -> bool {
        self.number() > 1 && self.side == Side::Config
    }

    /// Whether this attempt may go to the origin. A farm never does. Asking may spend what is allowed.
    pub(crate) fn may_go_to_origin(&mut self) -> bool {
        let Clients { budget, memory, .. } = &mut *self.clients;
        !self.earlier.are_all() && budget.allows_one(self.options.origin_share, &mut **memory)
    }

    /// Remembers that this attempt went to the target in this place; `None` if it went to the origin.
    pub(crate) fn record(self, place: Option<usize>) {
        self.clients.budget.count(place.is_none());
        let now = match self.side {
            Side::Config => self.earlier.and(place),
            Side::Next => self.earlier.and_by_next(),
        };
        // A farm does not renew its window, so that the file comes back to its own target. It is noted once
        // that `next` answered it.
        if now.include_next() != self.earlier.include_next() || !self.earlier.are_all() {
            // An attempt that is not remembered costs nothing: the next one counts as this one.
            let _ = self
                .clients
                .memory
                .remember(&self.key, now, self.options.window);
        }
    }
}
