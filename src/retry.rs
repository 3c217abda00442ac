//! The second try goes another way: where a client is sent that asks for one file again.
//!
//! A proven location can still be dead. Cargo tries four times, so a client that is sent to the next
//! target the second time, and to the origin after the last, gets its file without anybody doing
//! anything. Who asked before is the platform's to remember; what follows from it is decided here.

use std::net::IpAddr;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::decision::{Decision, Reason};
use crate::request::{Format, Method, Request};
use crate::switch::{Share, Switch};
use crate::target::{Health, all_healthy};
use crate::{Answer, answer_in_turn, target};

/// What `[retry]` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryOptions {
    /// For how long it is remembered that a client was sent for a file: 1 second to 5 minutes.
    pub window: Duration,
    /// How much of what a sandbox would redirect may go to the origin because it was asked for again.
    pub origin_share: Share,
}

/// What is known of a request besides itself when its target is chosen.
#[derive(Clone, Copy)]
pub struct Turn<'h> {
    /// Whether a backend is healthy.
    pub health: Health<'h>,
    /// How often the client was sent for this file before, within the window.
    pub earlier: u32,
    /// Whether the origin may be asked, after the last target.
    pub origin_is_open: bool,
}

/// Where a turn leads: the target at this place in the captures' order, or the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The target at this place, counted from 0.
    Target(usize),
    /// The origin.
    Origin,
}

/// A client and a file, hashed. Neither can be read from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; 32]);

/// A client, and what its key is made with.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// The client's address.
    pub address: IpAddr,
    /// Its `User-Agent`.
    pub user_agent: &'a [u8],
    /// The service, so that two services have different keys for one client.
    pub service: &'a str,
}

/// What remembers how often clients were sent for files. It may forget, and it may be wrong.
pub trait Memory {
    /// How often this client was sent for this file within the window; 0 where nobody knows.
    fn recall(&mut self, key: &Key) -> u32;

    /// Remembers that it was now sent this often, for as long as the window.
    fn remember(&mut self, key: &Key, times: u32, window: Duration);
}

/// How much of what a sandbox would have redirected it has sent to the origin instead.
///
/// Many clients behind one address that all want one file look like one client that tries again and
/// again. Without a bound a build farm, or an attacker, would move the whole load onto the origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    redirectable: u64,
    sent_to_origin: u64,
}

/// How many requests a sandbox may send to the origin whatever the share: in a quiet one there is
/// hardly anything for it to be a share of.
pub const ALLOWANCE: u64 = 2;

impl Turn<'static> {
    /// A first try, while every target is healthy.
    pub const FIRST: Self = Self {
        health: &all_healthy,
        earlier: 0,
        origin_is_open: false,
    };
}

/// Where the turn leads on a route with so many targets: each of them once, then the origin; and
/// round again where the origin is not open.
pub fn step(turn: &Turn<'_>, targets: usize) -> Step {
    let earlier = usize::try_from(turn.earlier).unwrap_or(usize::MAX);
    if earlier >= targets && turn.origin_is_open {
        return Step::Origin;
    }
    Step::Target(earlier.checked_rem(targets).unwrap_or_default())
}

/// Answers a request as [`answer_in_turn`] does, with the turn that the memory and the budget give.
///
/// Where the configuration has no `[retry]`, neither is asked. Where the memory says nothing, the
/// answer is that of a first try.
pub fn answer<'c, 'a>(
    config: &'c Config,
    request: &Request<'_>,
    switch: Switch,
    health: Health<'_>,
    client: impl FnOnce() -> Option<Client<'a>>,
    (memory, budget): (&mut dyn Memory, &mut Budget),
) -> Answer<'c> {
    let answer_in = |turn: &Turn<'_>| answer_in_turn(target::build, config, request, switch, turn);
    let first = Turn {
        health,
        ..Turn::FIRST
    };
    let answer = answer_in(&first);
    let options = options_for(config, request, &answer);
    let Some((options, client)) = options.and_then(|options| Some((options, client()?))) else {
        return answer;
    };
    let key = Key::of(&client, config, request);
    let earlier = memory.recall(&key);
    let answer = if earlier == 0 {
        answer
    } else {
        answer_in(&Turn {
            earlier,
            origin_is_open: budget.is_open(options.origin_share),
            ..first
        })
    };
    memory.remember(&key, earlier.saturating_add(1), options.window);
    budget.count(answer.decision());
    answer.at_attempt(earlier.saturating_add(1))
}

/// What `[retry]` says, where the answer counts as a try: it sends a client that wants the file to a
/// location. What only asks where the file is, with HEAD or for JSON, is no try.
pub fn options_for<'c>(
    config: &'c Config,
    request: &Request<'_>,
    answer: &Answer<'_>,
) -> Option<&'c RetryOptions> {
    let options = config.retry()?;
    let is_sent = matches!(answer.decision(), Decision::Redirect(_));
    let route = answer.route()?;
    let is_json = route.options().json && request.format() == Format::Json;
    (is_sent && request.method() == Method::Get && !is_json).then_some(options)
}

impl Key {
    /// The key of a client and the file that it asks for, under this configuration.
    fn of(client: &Client<'_>, config: &Config, request: &Request<'_>) -> Self {
        let address = match client.address {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        let parts = [
            client.service.as_bytes(),
            config.revision().as_bytes(),
            &address.octets(),
            client.user_agent,
            request.host().as_bytes(),
            request.path().as_bytes(),
        ];
        let mut hash = Sha256::new();
        for part in parts {
            // The length goes first, so that no two lists of parts are hashed as one text.
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// The key as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Budget {
    /// Whether one more request may be sent to the origin.
    pub fn is_open(&self, share: Share) -> bool {
        let (sent, all) = (self.sent_to_origin + 1, self.redirectable + 1);
        let share = u64::from(share.as_percent());
        share > 0 && (sent <= ALLOWANCE || sent * 100 <= all * share)
    }

    /// Counts an answer that is a redirect, or would have been one.
    fn count(&mut self, decision: &Decision) {
        self.redirectable += 1;
        if let Decision::Origin(Reason::Retried(_)) = decision {
            self.sent_to_origin += 1;
        }
    }
}
