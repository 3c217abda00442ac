use std::fmt;

use serde::Serialize;

use super::band::count;
use super::line::Download;
use super::scope::Scope;
use super::scopes::{ALL, Number};
use crate::log::Time;
use crate::text::{beginning, percent};

/// The most clients that are counted in a window. More would hardly find another one that repeats this
/// much.
const MOST_COUNTED: usize = 32;

/// A client is noisy if its repeats are this share of all requests.
const NOISY: f64 = 0.2;

/// The same, of the requests of an edge location. It must last for so many windows: a build farm may be as loud, but is
/// soon through.
const NOISY_IN_PLACE: f64 = 0.5;
const NOISY_WINDOWS: u32 = 12;

/// Windows without noise before a client is reported again.
const QUIET_WINDOWS: u32 = 30;

/// One client that would raise an alarm if it could.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    pub(crate) time: Time,
    /// The requests of which its repeats are a large share.
    pub(crate) scope: Scope,
    /// The client's address, as the log has it.
    pub(crate) address: String,
    pub(crate) user_agent: String,
    /// The share of the requests that are its repeats.
    pub(crate) share: f64,
    /// The path that it asks for most.
    pub(crate) path: String,
}

/// Finds the clients that repeat most, and remembers which clients were reported.
///
/// A client takes the place of the one with the fewest repeats, with its count (Metwally 2005): whoever
/// has more than one in [`MOST_COUNTED`] of the repeats is found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noise {
    counted: Vec<Counted>,
    /// Hashes of clients, the scopes that they were loud in, and for how many windows more.
    told: Vec<(u64, Number, u32)>,
    in_places: Vec<InPlace>,
}

/// A client that is noisy in an edge location.
#[derive(Clone, Copy, Debug)]
struct InPlace {
    client: u64,
    place: Number,
    /// In how many windows in a row.
    windows: u32,
    is_in_this: bool,
}

#[derive(Clone, Debug)]
struct Counted {
    client: u64,
    /// The edge location that answers it.
    place: Option<Number>,
    repeats: u64,
    /// How many of them may be of a client whose place it took.
    inherited: u64,
    address: String,
    user_agent: Vec<u8>,
    /// The candidate for the path of the majority, and its lead.
    path: String,
    lead: u64,
}

impl Noise {
    /// Counts a repeat that this edge location answered.
    pub(crate) fn count(&mut self, client: u64, place: Option<Number>, download: &Download<'_>) {
        let mut counted = self.counted.iter_mut();
        if let Some(counted) = counted.find(|it| it.client == client && it.place == place) {
            counted.repeats += 1;
            counted.vote(&download.path);
            return;
        }
        let counted = |inherited| Counted {
            client,
            place,
            repeats: inherited + 1,
            inherited,
            address: download.address.clone().into_owned(),
            user_agent: download.user_agent.clone().into_owned(),
            path: download.path.clone().into_owned(),
            lead: 1,
        };
        if self.counted.len() < MOST_COUNTED {
            self.counted.push(counted(0));
            return;
        }
        let fewest = self.counted.iter_mut().min_by_key(|it| it.repeats);
        if let Some(fewest) = fewest {
            *fewest = counted(fewest.repeats);
        }
    }

    /// The loudest client of a scope that was not reported yet, if its repeats are many of so many requests.
    pub(crate) fn notice(
        &mut self,
        (number, scope): (Number, &Scope),
        requests: u64,
        time: Time,
    ) -> Option<Notice> {
        let is_all = number == ALL;
        let share = |counted: &Counted| {
            let inherited = if is_all { 0 } else { counted.inherited };
            count(counted.repeats - inherited) / count(requests.max(1))
        };
        let noisy = if is_all { NOISY } else { NOISY_IN_PLACE };
        let is_noisy = |it: &&Counted| (is_all || it.place == Some(number)) && share(it) >= noisy;
        let (mut loudest, told, in_places) = (None, &mut self.told, &mut self.in_places);
        for counted in self.counted.iter().filter(is_noisy) {
            // Who was loud among all requests is so in its place too.
            let is_it = |of: Number| of == ALL || of == number;
            let mut told = told.iter_mut();
            let earlier = told.find(|(it, of, _)| *it == counted.client && is_it(*of));
            if let Some((_, _, left)) = earlier {
                *left = QUIET_WINDOWS;
            } else if !is_all && !lasts(in_places, counted.client, number) {
                // It is not told of yet.
            } else if loudest.is_none_or(|it: &Counted| it.repeats < counted.repeats) {
                loudest = Some(counted);
            }
        }
        let counted = loudest?;
        self.told.push((counted.client, number, QUIET_WINDOWS));
        Some(Notice {
            time,
            scope: scope.clone(),
            address: beginning(&counted.address, 64),
            user_agent: beginning(&String::from_utf8_lossy(&counted.user_agent), 64),
            share: share(counted).min(1.0),
            path: beginning(&counted.path, 200),
        })
    }

    /// Begins another window.
    pub(crate) fn turn(&mut self) {
        self.counted.clear();
        self.told.retain_mut(|(_, _, left)| {
            *left = left.saturating_sub(1);
            *left > 0
        });
        let in_places = &mut self.in_places;
        in_places.retain_mut(|it| std::mem::take(&mut it.is_in_this));
    }
}

/// Notes that a client is noisy in a place in this window, and says whether it has been for long.
fn lasts(in_places: &mut Vec<InPlace>, client: u64, place: Number) -> bool {
    let mut known = in_places.iter_mut();
    let known = known.find(|it| it.client == client && it.place == place);
    let windows = known.as_ref().map_or(0, |it| it.windows) + 1;
    let now = InPlace {
        client,
        place,
        windows,
        is_in_this: true,
    };
    match known {
        Some(known) => *known = now,
        None => in_places.push(now),
    }
    windows >= NOISY_WINDOWS
}

impl Counted {
    /// Finds the path of the majority, if there is one (Boyer and Moore 1981).
    fn vote(&mut self, path: &str) {
        if self.path == path {
            self.lead += 1;
        } else if self.lead == 0 {
            path.clone_into(&mut self.path);
            self.lead = 1;
        } else {
            self.lead -= 1;
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            time: _,
            scope,
            address,
            user_agent,
            share,
            path,
        } = self;
        write!(f, "{} of the requests ", percent(*share))?;
        if *scope != Scope::All {
            write!(f, "of {scope} ")?;
        }
        write!(
            f,
            "are repeats of one client, {address} ({user_agent}), mostly for {path}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{NOISY_WINDOWS, Noise};
    use crate::log::Time;
    use crate::watch::line::Download;
    use crate::watch::scope::Scope;
    use crate::watch::scopes::ALL;

    fn download(path: &str) -> Download<'_> {
        Download {
            address: "198.51.100.9".into(),
            user_agent: b"loop/1"[..].into(),
            path: path.into(),
        }
    }

    #[test]
    fn the_client_that_repeats_most_is_found_and_told_of_once() {
        let mut noise = Noise::default();
        let now = Time::from_millis(0);
        let all = (ALL, &Scope::All);
        for window in 0..100 {
            for number in 0..10_000_u64 {
                // One in four repeats is of the same client, and most of its for the same file.
                if number % 4 == 0 {
                    let path = if number % 12 == 0 { "/other" } else { "/one" };
                    noise.count(1, Some(1), &download(path));
                } else {
                    noise.count(number + 2, Some(1), &download("/"));
                }
            }
            let notice = noise.notice(all, 10_000, now);
            assert_eq!(notice.is_some(), window == 0, "window {window}");
            if let Some(notice) = notice {
                assert_eq!(notice.path, "/one");
                assert!((0.25..0.3).contains(&notice.share), "{}", notice.share);
            }
            assert_eq!(noise.notice(all, 1_000_000, now), None, "too few");
            noise.turn();
        }
        let fra = Scope::EdgeLocation("FRA".to_owned());
        let place = (1, &fra);
        for _ in 1..NOISY_WINDOWS {
            noise.turn();
            (0..100).for_each(|_| noise.count(9, Some(1), &download("/two")));
            assert_eq!(noise.notice((2, &fra), 100, now), None, "elsewhere");
            assert_eq!(noise.notice(place, 100, now), None, "not for long");
        }
        noise.turn();
        (0..100).for_each(|_| noise.count(9, Some(1), &download("/two")));
        let notice = noise.notice(place, 100, now).unwrap();
        assert_eq!(
            notice.to_string(),
            "100.0 % of the requests of edge_location FRA are repeats of one client, 198.51.100.9 (loop/1), mostly for /two"
        );
        assert!(noise.notice(all, 100, now).is_some(), "all is more");
        noise.turn();
        assert_eq!(noise.notice(place, 1, now), None, "another window");
        // What a newcomer takes over is not its own.
        for client in 0..33 {
            for _ in 0..50 {
                noise.count(100 + client, Some(1), &download("/"));
            }
        }
        noise.count(200, Some(3), &download("/"));
        assert_eq!(noise.notice((3, &fra), 50, now), None, "one repeat");
    }
}
