//! The second try goes another way: where a client is sent that asks for one file again.
//!
//! A proven location can still be dead. Cargo tries four times, so a client that is sent to the next
//! target the second time, and to the origin after the last, gets its file without anybody doing
//! anything. Who asked before is the platform's to remember; what follows from it is decided here.

mod budget;
mod key;
mod memory;

use std::time::Duration;

use crate::config::Config;
use crate::decision::{Decision, Reason};
use crate::request::{Format, Method, Request};
use crate::route::RouteMatch;
use crate::switch::{Share, Switch};
use crate::target::{Health, Tries, Turn};
use crate::{Answer, answer_in_turn};

pub use budget::Budget;
pub use key::{Client, Key, Secret};
pub use memory::{Memory, Patient, Unknown};

/// What `[retry]` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryOptions {
    /// For how long it is remembered that a client was sent for a file.
    pub window: Window,
    /// How much of what a sandbox would redirect may go to the origin because it was asked for again.
    pub origin_share: Share,
}

/// A time for which a try is remembered: 1 second to 5 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window(Duration);

/// What a sandbox knows besides the request.
pub struct Surroundings<'s> {
    /// Whether a backend is healthy.
    pub health: Health<'s>,
    /// What the point of presence remembers.
    pub memory: &'s mut dyn Memory,
    /// How much of the origin's share is left.
    pub budget: &'s mut Budget,
    /// A number that differs from request to request, by which a farm's requests are spread.
    pub chance: u8,
}

impl Window {
    /// The shortest.
    pub const SHORTEST: Self = Self(Duration::from_secs(1));

    /// The longest.
    pub const LONGEST: Self = Self(Duration::from_mins(5));

    /// A window of this time, if it may be as long as that.
    pub fn new(time: Duration) -> Option<Self> {
        let window = Self(time);
        (Self::SHORTEST..=Self::LONGEST)
            .contains(&window)
            .then_some(window)
    }

    /// The time.
    pub fn as_duration(self) -> Duration {
        self.0
    }
}

/// Answers a request as [`answer_in_turn`] does, in the turn that memory and budget give.
///
/// Where the configuration has no `[retry]`, neither is asked. Where the memory knows nothing, the
/// answer is that of a first try.
pub fn answer<'c, 'a>(
    build: impl Fn(&RouteMatch<'_, '_>) -> String,
    config: &'c Config,
    request: &Request<'_>,
    switch: Switch,
    client: impl FnOnce() -> Option<Client<'a>>,
    around: &mut Surroundings<'_>,
) -> Answer<'c> {
    let health = around.health;
    let answer_after = |earlier, origin_is_open| {
        let turn = Turn {
            health,
            earlier,
            origin_is_open,
        };
        answer_in_turn(&build, config, request, switch, &turn)
    };
    let first = answer_after(Tries::NONE, false);
    let options = options_for(config, request, &first);
    let Some((options, client)) = options.and_then(|options| Some((options, client()?))) else {
        return first;
    };
    let Ok((key, earlier)) = recall(around.memory, &client, config, request) else {
        return first;
    };
    let answer = if earlier == Tries::NONE {
        first
    } else if earlier.are_all() {
        // So many are a farm behind one address. It goes round the targets, because one may be dead,
        // and never to the origin.
        answer_after(earlier.and_further(around.chance), false)
    } else {
        let answer = answer_after(earlier, true);
        let is_for_origin = matches!(answer.decision(), Decision::Origin(Reason::Retried(_)));
        // The budget is asked only now, because what it allows is spent by asking.
        if is_for_origin
            && !around
                .budget
                .allows_one(options.origin_share, around.memory)
        {
            answer_after(earlier, false)
        } else {
            answer
        }
    };
    // A farm's window is not begun again, so that the file comes back to its own target.
    if !earlier.are_all() {
        let now = earlier.and(answer.place_among_targets());
        // A try that is not remembered costs nothing: the next one counts as this one.
        let _ = around.memory.remember(&key, now, options.window);
    }
    around.budget.count(answer.decision());
    answer.at_attempt(earlier.number().saturating_add(1))
}

fn recall(
    memory: &mut dyn Memory,
    client: &Client<'_>,
    config: &Config,
    request: &Request<'_>,
) -> Result<(Key, Tries), Unknown> {
    let key = Key::of(&memory.secret()?, client, config, request);
    let earlier = memory.recall(&key)?;
    Ok((key, earlier))
}

/// What `[retry]` says, where the answer counts as a try: it sends a client that wants the file to a
/// location. What only asks where the file is, with HEAD or for JSON, is no try.
fn options_for<'c>(
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
