//! The log of a registry's traffic as it might have been on 2023-07-20: normal for a while, and then
//! with redirects to a host that does not exist.
//!
//! Everything follows from a seed, and nothing reads a clock. The model, in the order in which it is
//! built up:
//!
//! - **Files** are the crates that a large workspace locks, the popular ones asked for most.
//! - **Builds** ask for each of their files once. About half are small updates, the others take a
//!   whole lock file. First requests come at the chosen rate, at random moments.
//! - **Build farms** are many machines behind one address, with one `User-Agent`. A burst of them
//!   starts on the same lock file, so the same "client" asks for the same files again and again. How
//!   much of the traffic is theirs changes every minute.
//! - **Spurious errors** of the network make cargo ask again, for one request in 500.
//! - **A share of the files** can be redirected alone, as during a release: then the origin answers for
//!   the others.
//! - **A share of the files** can be on the side of the entry `next` from the break on, as while a release is
//!   on its way.
//! - **After the break** every redirected download fails, and cargo does what it documents: four
//!   attempts, the next ones about 1 s, 3.5 s and 6.5 s after each failure. New builds start as before.

mod builds;
mod files;
mod log;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::time::Duration;

use builds::{Builds, Client};

/// How long cargo waits after its first, second and third failure, in microseconds. The first wait
/// is anything from half a second to one and a half.
const WAITS: [u64; 3] = [1_000_000, 3_500_000, 6_500_000];

/// One download in this many fails because of the network.
const SPURIOUS: u32 = 500;

/// What traffic to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// When it begins, in microseconds since 1970.
    pub start: u64,
    /// Requests a second before the break, not counting spurious errors.
    pub rate: f64,
    /// How long redirects are right.
    pub normal: Duration,
    /// How long redirects then lead nowhere.
    pub broken: Duration,
    /// The seed of all random choices.
    pub seed: u64,
    /// How many build farms there are.
    pub farms: u32,
    /// The percentage of all files that are redirected, as by the switch `enforce 10%`.
    pub share: u8,
}

/// The requests of some traffic, in the order of their times.
#[derive(Debug)]
pub struct Traffic {
    random: fastrand::Rng,
    builds: Builds,
    /// The mean time between two first requests, in microseconds.
    mean_gap: f64,
    /// When the next first request comes, in microseconds since 1970.
    next: f64,
    break_at: u64,
    end: u64,
    share: u8,
    next_share: u8,
    part: Part,
    retries: BinaryHeap<Reverse<Request>>,
}

/// Which redirects lead nowhere after the break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Every one.
    All,
    /// Those that this edge location sends.
    EdgeLocation(String),
    /// Those of a part of all files, such as one target's: `0..3` is 3 % of them.
    Files(Range<u8>),
    /// Those on the side of `next`.
    Next,
    /// None: the break is a good release.
    Nothing,
}

/// A request as the edge sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    time: u64,
    client: Client,
    wanted: Wanted,
    attempt: u8,
    is_broken: bool,
    /// The share of all files that are redirected, in percent.
    share: u8,
    /// The share of all paths that are on the side of `next`, in percent.
    next: u8,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    /// A file of a route: its number in [`files::all`].
    Download(u16),
    /// The page of a crate, which no route has.
    Page(u16),
    /// A file with an invalid version.
    Misspelt(u16),
}

impl Traffic {
    /// The traffic that follows from some settings.
    pub fn new(settings: &Settings) -> Self {
        let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let break_at = settings.start.saturating_add(micros(settings.normal));
        let mut random = fastrand::Rng::with_seed(settings.seed);
        Self {
            builds: Builds::new(settings.rate, settings.farms, &mut random),
            random,
            mean_gap: 1e6 / settings.rate.max(f64::MIN_POSITIVE),
            next: micros_as_float(settings.start),
            break_at,
            end: break_at.saturating_add(micros(settings.broken)),
            share: settings.share,
            next_share: 0,
            part: Part::All,
            retries: BinaryHeap::new(),
        }
    }

    /// The same traffic, with only a part of the redirects broken.
    #[must_use]
    pub fn breaking(mut self, part: Part) -> Self {
        self.part = part;
        self
    }

    /// The same traffic, with a share of the files on the side of `next` from the break on, in percent.
    #[must_use]
    pub fn releasing(mut self, share: u8) -> Self {
        self.next_share = share;
        self
    }

    /// When redirects begin to lead nowhere, in microseconds since 1970.
    pub fn break_at(&self) -> u64 {
        self.break_at
    }

    fn first_attempt(&mut self) -> Request {
        let time = float_as_micros(self.next);
        let (client, file) = self.builds.next(time, &mut self.random);
        let wanted = match self.random.u32(..2_000) {
            0..20 => Wanted::Page(file),
            20 => Wanted::Misspelt(file),
            _ => Wanted::Download(file),
        };
        Request {
            time,
            client,
            wanted,
            attempt: 1,
            is_broken: time >= self.break_at,
            share: self.share,
            next: self.next_share_at(time),
        }
    }

    fn next_share_at(&self, time: u64) -> u8 {
        if time >= self.break_at {
            self.next_share
        } else {
            0
        }
    }

    fn schedule_retry(&mut self, request: &Request) {
        let Wanted::Download(_) = request.wanted else {
            return;
        };
        let Some(&wait) = WAITS.get(usize::from(request.attempt) - 1) else {
            return;
        };
        let is_in_part = match &self.part {
            Part::All => true,
            Part::EdgeLocation(name) => request.edge_location() == name,
            Part::Files(part) => part.contains(&request.bucket()),
            Part::Next => request.is_next(),
            Part::Nothing => false,
        };
        let leads_nowhere = request.is_broken && request.is_redirected() && is_in_part;
        if !leads_nowhere && self.random.u32(..SPURIOUS) != 0 {
            return;
        }
        let jitter = if request.attempt == 1 {
            self.random.u64(..1_000_000)
        } else {
            500_000
        };
        let time = request.time + wait - 500_000 + jitter;
        self.retries.push(Reverse(Request {
            time,
            attempt: request.attempt + 1,
            is_broken: time >= self.break_at,
            next: self.next_share_at(time),
            ..*request
        }));
    }
}

impl Iterator for Traffic {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        let first_is_due = float_as_micros(self.next);
        let retry = self
            .retries
            .peek()
            .is_some_and(|Reverse(retry)| retry.time <= first_is_due);
        let request = if retry {
            self.retries.pop().map(|Reverse(request)| request)?
        } else {
            let request = self.first_attempt();
            // The times between independent requests are distributed exponentially.
            self.next -= self.mean_gap * (1.0 - self.random.f64()).ln();
            request
        };
        if request.time >= self.end {
            return None;
        }
        self.schedule_retry(&request);
        Some(request)
    }
}

impl Request {
    /// When it arrived, in microseconds since 1970.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// The client's address, of the private range 10.0.0.0/8.
    pub fn address(&self) -> Ipv4Addr {
        self.client.address()
    }

    /// The `User-Agent`.
    pub fn user_agent(&self) -> &'static str {
        self.client.user_agent()
    }

    /// The path.
    pub fn path(&self) -> String {
        log::path(self.wanted)
    }

    /// The point of presence that answers. Each has a fixed share of the addresses: FRA and IAD 20 %
    /// each, SYD 3 %.
    pub fn edge_location(&self) -> &'static str {
        log::edge_location(self.client.address())
    }

    /// A number from 0 to 99 that the file always has; 255 for what is no file.
    pub fn bucket(&self) -> u8 {
        match self.wanted {
            Wanted::Download(number) => files::bucket(number),
            Wanted::Page(_) | Wanted::Misspelt(_) => u8::MAX,
        }
    }

    /// The share of all files that are on the side of `next` now, in percent.
    pub fn next_share(&self) -> u8 {
        self.next
    }

    /// Whether the path is on the side of `next`.
    pub fn is_next(&self) -> bool {
        self.place() < self.next
    }

    /// A number from 0 to 99 that the path always has, and that says when it comes to `next`.
    pub fn place(&self) -> u8 {
        let (Wanted::Download(number) | Wanted::Page(number) | Wanted::Misspelt(number)) =
            self.wanted;
        files::places(number).map_or(u8::MAX, |places| match self.wanted {
            Wanted::Download(_) => places.download,
            Wanted::Page(_) => places.page,
            Wanted::Misspelt(_) => places.misspelt,
        })
    }

    /// How often cargo has asked for this file now: 1 to 4.
    pub fn attempt(&self) -> u8 {
        self.attempt
    }

    /// Whether the answer is a redirect, and not the origin's.
    pub fn is_redirected(&self) -> bool {
        self.bucket() < self.share
    }

    /// Appends the log line, with its line end.
    pub fn write_line(&self, line: &mut Vec<u8>) {
        log::write(self, line);
    }
}

/// A time as a float. Microseconds of this millennium are exact in it.
#[allow(clippy::cast_precision_loss)]
fn micros_as_float(micros: u64) -> f64 {
    micros as f64
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn float_as_micros(micros: f64) -> u64 {
    micros as u64
}
