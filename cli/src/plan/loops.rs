//! Finds loops of old redirects that caches kept and new ones.
//!
//! A client that kept the old redirect from A to B asks for B. If the new configuration redirects that to A,
//! the client goes round: for A it does not ask again.
//!
//! While two configurations are in force, one may lead back to where the other redirects, for any client. The proof
//! looks only at the routes of its own configuration.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use signpost::authoring::{self, split_request};
use signpost::config::{Config, Route};
use signpost::values::HeaderText;
use signpost_logs::log::Asked;

use super::chains::may_lead_on;
use super::kept::Kept;
use super::side::{Redirect, Side};

/// A redirect of a loop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hop {
    pub(crate) url: String,
    pub(crate) location: String,
    pub(crate) route: String,
    pub(crate) target: String,
    /// Whether a first attempt is sent to the target; if not, a later one is, or one while others are
    /// unhealthy.
    #[serde(rename = "first_choice")]
    pub(crate) is_first: bool,
    /// The entry whose configuration redirects, if there are two; nothing if it is the old redirect.
    pub(crate) entry: Option<String>,
    /// How caches keep it, if it is the old redirect; nothing if it is the new one.
    pub(crate) kept: Option<Kept>,
}

/// Looks for loops through both configurations.
#[derive(Debug)]
pub(super) struct Loops<'c> {
    old: Side<'c>,
    new: Side<'c>,
    /// Whether some old redirect is kept and may lead to a route of either configuration, or one of `next` to a
    /// route of `config`.
    are_possible: bool,
}

/// The redirects that a client followed, and those that it can follow next.
struct Walk<'w, 'c> {
    loops: &'w Loops<'c>,
    asked: &'w Asked<'w>,
    /// The redirects that were followed to here.
    hops: Vec<Hop>,
    /// Where the client was, on this way or another.
    seen: HashSet<String>,
}

/// The most redirects that a client follows; many give up earlier.
const MOST_HOPS: usize = 20;

/// The most places that are tried for one request.
const MOST_PLACES: usize = 200;

impl<'c> Loops<'c> {
    pub(super) fn new(old: Side<'c>, new: Side<'c>) -> Self {
        let routes = old.config().into_iter().flat_map(Config::routes);
        let mut kept = routes.filter(|route| is_kept(route));
        let sides = [old.config(), new.config(), new.next()];
        let mut lead_back = new.next().into_iter().flat_map(Config::routes);
        let may_lead_to_old = |route| old.config().is_some_and(|it| may_lead_on(route, it));
        let leads_on = |route| sides.into_iter().flatten().any(|it| may_lead_on(route, it));
        Self {
            old,
            new,
            are_possible: kept.any(leads_on) || lead_back.any(may_lead_to_old),
        }
    }

    /// A loop that a client comes to with this request, if there is one.
    pub(super) fn find(&self, asked: &Asked<'_>) -> Option<Vec<Hop>> {
        if !self.are_possible {
            return None;
        }
        // A path alone is asked of the first host of each configuration.
        let [host, other] = [self.old, self.new].map(|side| asked.host().or(side.host()));
        let hosts = [Some(host), Some(other).filter(|other| *other != host)];
        let target = asked.target();
        hosts.into_iter().flatten().find_map(|host| {
            let mut walk = Walk {
                loops: self,
                asked,
                hops: Vec::new(),
                seen: HashSet::new(),
            };
            let scheme = host.map_or("", |_| "https://");
            let url = format!("{scheme}{}{target}", host.unwrap_or_default());
            walk.visit(&url, host, &target)
        })
    }
}

impl Walk<'_, '_> {
    /// Follows every redirect from a URL, until one leads back to where the client was on this way.
    fn visit(&mut self, url: &str, host: Option<&str>, target: &str) -> Option<Vec<Hop>> {
        let is_enough = self.hops.len() >= MOST_HOPS || self.seen.len() >= MOST_PLACES;
        if is_enough || !self.seen.insert(url.to_owned()) {
            return None;
        }
        let old = self.loops.old.redirects(self.asked, host, target);
        let new = self.loops.new.redirects(self.asked, host, target);
        // Caches have no part in a redirect that is as it was.
        let is_new = |location: &str| new.iter().any(|redirect| redirect.location == location);
        let kept = old.into_iter().filter_map(|redirect| {
            let kept = redirect.kept.clone()?;
            (!is_new(&redirect.location)).then_some((redirect, Some(kept)))
        });
        let kept: Vec<_> = kept.collect();
        let new = new.into_iter().map(|redirect| (redirect, None));
        for (redirect, kept) in new.chain(kept) {
            self.hops.push(hop(url, redirect, kept));
            if let Some(found) = self.round().or_else(|| self.follow()) {
                return Some(found);
            }
            self.hops.pop();
        }
        None
    }

    /// The loop that the last redirect closes, if caches have a part in it, or both entries.
    fn round(&self) -> Option<Vec<Hop>> {
        let last = self.hops.last()?;
        let start = self.hops.iter().position(|hop| hop.url == last.location)?;
        let round = self.hops.get(start..)?;
        // No proven location is on a route of its own configuration, so this way leads through both entries.
        let is_of_two = self.loops.new.next().is_some();
        (is_of_two || is_of_caches(round)).then(|| round.to_vec())
    }

    fn follow(&mut self) -> Option<Vec<Hop>> {
        let url = self.hops.last()?.location.clone();
        let (host, target) = split_request(&url);
        self.visit(&url, host, target)
    }
}

/// Whether only clients that kept an old redirect go round.
pub(super) fn is_of_caches(round: &[Hop]) -> bool {
    round.iter().any(|hop| hop.kept.is_some())
}

fn hop(url: &str, redirect: Redirect<'_>, kept: Option<Kept>) -> Hop {
    Hop {
        url: url.to_owned(),
        location: redirect.location,
        route: redirect.route.to_owned(),
        target: redirect.target.to_owned(),
        is_first: redirect.is_first,
        entry: redirect.entry.map(|entry| entry.code().to_owned()),
        kept,
    }
}

/// Whether caches keep the redirects of a route.
fn is_kept(route: &Route) -> bool {
    let options = route.options();
    let cache_control = options.cache_control.as_ref().map(HeaderText::as_str);
    authoring::Kept::of(options.status.as_u16(), cache_control) != authoring::Kept::Never
}
