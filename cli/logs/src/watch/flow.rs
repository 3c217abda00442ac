use std::collections::VecDeque;
use std::time::Duration;

use super::alarm::AlarmState;
use super::band::count;
use super::clients::Clients;
use crate::log::Time;

/// Traffic has fallen if less than this part of what is expected is left.
const FALLEN: f64 = 0.4;

/// The same, of what there was a day earlier. A Saturday has about half the traffic of a Friday.
const FALLEN_IN_A_DAY: f64 = 0.3;

/// It is back if this part of what was expected is.
const BACK: f64 = 0.6;

/// Traffic is compared with this time before.
const RECENT: Duration = Duration::from_mins(30);

/// At least so many minutes of it must be known.
const LEAST_RECENT: usize = 3;

/// Windows of these times are judged together: the first is the sooner, the second sees less traffic.
const NOW: [Duration; 2] = [Duration::from_secs(30), Duration::from_mins(2)];

/// After this time, less traffic is what is usual.
const LONGEST: Duration = Duration::from_mins(30);

/// The least surprise that counts: chance alone does less than this part of `e`, see [`surprise`].
const ENOUGH_SURPRISE: f64 = 15.0;

const MINUTE: Duration = Duration::from_mins(1);
const A_DAY: Duration = Duration::from_hours(24);
/// In minutes.
const DAY: usize = 24 * 60;

/// Compares the traffic of a scope with its recent past and the same time a day earlier.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flow {
    /// Requests a second, minute by minute, for a day and as long as [`RECENT`]. Nothing where traffic
    /// had fallen.
    minutes: VecDeque<Option<f32>>,
    /// The beginning of the minute that is not in `minutes` yet, and what came in it.
    minute: Option<Time>,
    requests: f64,
    seconds: f64,
    /// The end of the last window.
    end: Option<Time>,
    /// The last windows, and how long each is. The newest is first.
    now: VecDeque<(f64, Duration)>,
    pub(crate) alarm: AlarmState,
    /// The clients of some time, and how many requests belong together.
    clients: Clients,
    clients_since: Option<Time>,
    burst: Option<f64>,
    /// What was expected when traffic fell, and when that was.
    missed: Option<(f64, Time)>,
    /// When less traffic became what is usual.
    less_since: Option<Time>,
}

/// Traffic in requests a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Traffic {
    pub(crate) rate: f64,
    /// By the recent past, and the same time a day earlier.
    pub(crate) expected: f64,
}

/// What a window says of the traffic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Level {
    /// Too little is known.
    Unknown,
    Usual,
    Fallen(Traffic),
}

impl Flow {
    /// Notes a window, and says whether traffic has fallen. `of_unknown` are the requests whose client
    /// is not known.
    pub(crate) fn close(
        &mut self,
        start: Time,
        length: Duration,
        clients: &Clients,
        of_unknown: u32,
    ) -> Level {
        let requests = clients.traffic() + f64::from(of_unknown);
        if self.end.is_some_and(|end| start > end) {
            // Nothing came in between, which is not the traffic of now.
            self.now.clear();
        }
        self.end = Some(start.plus(length));
        self.learn_burst(start, clients);
        self.now.push_front((requests, length));
        let [_, longest] = NOW;
        while self.now.len() > 1 && self.length_of_now() > longest {
            self.now.pop_back();
        }
        self.turn(start);
        let level = self.level(start);
        self.requests += requests;
        self.seconds += length.as_secs_f64();
        level
    }

    /// Learns how many requests of a client come within some time.
    fn learn_burst(&mut self, start: Time, clients: &Clients) {
        let [_, longest] = NOW;
        let since = *self.clients_since.get_or_insert(start);
        if start.since(since) >= longest {
            let burst = std::mem::take(&mut self.clients).burst();
            let known = self.burst.unwrap_or(burst);
            // What varies more is learnt at once, what varies less in an hour.
            self.burst = Some(burst.max(known * 0.97));
            self.clients_since = Some(start);
        }
        self.clients.merge(clients);
    }

    /// Forgets everything, because the log jumped.
    pub(crate) fn forget(&mut self) {
        let alarm = std::mem::take(&mut self.alarm);
        *self = Self {
            alarm,
            ..Self::default()
        };
    }

    fn level(&mut self, start: Time) -> Level {
        if let Some((expected, since)) = self.missed {
            let Some((rate, _)) = self.rates().next() else {
                return Level::Unknown;
            };
            let is_back = rate >= expected * BACK;
            let is_usual = start.since(since) > LONGEST;
            if !is_back && !is_usual {
                return Level::Fallen(Traffic { rate, expected });
            }
            if !self.alarm.is_raised() {
                self.missed = None;
                if is_back {
                    self.forget_since(since);
                } else {
                    self.less_since = Some(start);
                }
            }
            return Level::Usual;
        }
        let (Some(recent), Some(burst)) = (self.recent(0), self.burst) else {
            return Level::Unknown;
        };
        let yesterday = self.a_day_earlier();
        // What falls each day at this time, such as after a nightly run, is expected to.
        let before = self.recent(DAY).filter(|before| *before > 0.0);
        let change = yesterday.zip(before);
        let change = change.map_or(1.0, |(then, before)| (then / before).min(1.0));
        let is_less = self
            .less_since
            .is_some_and(|since| start.since(since) < A_DAY);
        let in_a_day = yesterday.filter(|_| !is_less);
        let in_a_day = in_a_day.map(|then| (then, FALLEN_IN_A_DAY));
        let expected = [Some((recent * change, FALLEN)), in_a_day];
        let fallen = self.rates().find_map(|(rate, seconds)| {
            let mut expected = expected.iter().flatten();
            let is_fallen = |(expected, part): &&(f64, f64)| {
                let bursts = expected * seconds / burst;
                rate < expected * part && surprise(bursts, rate / expected) >= ENOUGH_SURPRISE
            };
            let (expected, _) = expected.find(is_fallen)?;
            Some(Traffic {
                rate,
                expected: *expected,
            })
        });
        let Some(traffic) = fallen else {
            return Level::Usual;
        };
        self.missed = Some((traffic.expected, start));
        Level::Fallen(traffic)
    }

    /// The traffic of the last half minute, and of the last two, in requests a second, and how many
    /// seconds that is.
    fn rates(&self) -> impl Iterator<Item = (f64, f64)> {
        NOW.into_iter().filter_map(|length| {
            let (mut requests, mut known) = (0.0, Duration::ZERO);
            for (of_window, length_of_window) in &self.now {
                if known >= length {
                    break;
                }
                requests += of_window;
                known += *length_of_window;
            }
            let seconds = known.as_secs_f64();
            (known >= length).then_some((requests / seconds, seconds))
        })
    }

    fn length_of_now(&self) -> Duration {
        self.now.iter().map(|(_, length)| *length).sum()
    }

    /// The lower quartile of the traffic of half an hour, which a burst does not raise. It ends this many
    /// minutes before the one that is open.
    fn recent(&self, ago: usize) -> Option<f64> {
        let minutes = self.minutes.iter().rev().skip(ago);
        let length = usize::try_from(RECENT.as_secs() / MINUTE.as_secs()).unwrap_or(1);
        let known = minutes.take(length).filter_map(|minute| *minute);
        let mut known: Vec<_> = known.map(f64::from).collect();
        if known.len() < LEAST_RECENT {
            return None;
        }
        known.sort_by(f64::total_cmp);
        known.get(known.len() / 4).copied()
    }

    /// The least traffic of three minutes a day earlier.
    fn a_day_earlier(&self) -> Option<f64> {
        let around = self.minutes.iter().rev().skip(DAY - 2).take(3);
        around
            .filter_map(|minute| minute.map(f64::from))
            .min_by(f64::total_cmp)
    }

    /// Forgets the minutes since traffic fell, which are not usual.
    fn forget_since(&mut self, since: Time) {
        let Some(minute) = self.minute else { return };
        let passed = minute.since(since.window(MINUTE)).as_secs() / MINUTE.as_secs();
        let passed = usize::try_from(passed).unwrap_or(usize::MAX);
        let fallen = self.minutes.iter_mut().rev().take(passed);
        fallen.for_each(|minute| *minute = None);
    }

    /// Closes the open minute if the window is after it.
    fn turn(&mut self, start: Time) {
        let this = start.window(MINUTE);
        let Some(minute) = self.minute.filter(|minute| this != *minute) else {
            self.minute.get_or_insert(this);
            return;
        };
        let rate = self.requests / self.seconds.max(1.0);
        #[allow(clippy::cast_possible_truncation)]
        let known = Some(rate as f32);
        let passed = this.since(minute).as_secs() / MINUTE.as_secs();
        // A window may be longer than a minute, and there may be none in a minute.
        let in_window = (self.seconds / MINUTE.as_secs_f64()).ceil();
        for number in 0..passed.min(DAY as u64 * 2) {
            let is_known = count(number) < in_window;
            self.minutes.push_back(known.filter(|_| is_known));
        }
        let most = DAY + usize::try_from(RECENT.as_secs() / MINUTE.as_secs()).unwrap_or(1);
        self.minutes
            .drain(..self.minutes.len().saturating_sub(most));
        self.minute = Some(this);
        (self.requests, self.seconds) = (0.0, 0.0);
    }
}

/// How improbable it is that only this part of some independent events happens by chance: the
/// probability is at most `e` to the power of minus this (the bound of Chernoff for Poisson's
/// distribution).
fn surprise(events: f64, part: f64) -> f64 {
    let log = if part > 0.0 { part * part.ln() } else { 0.0 };
    events * (1.0 - part + log)
}

#[cfg(test)]
mod tests;
