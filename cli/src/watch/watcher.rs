use std::time::Duration;

use serde::Serialize;

use super::alarm::{Alarm, Cause, Watched};
use super::band::{Band, BandSettings};
use super::changes::{Change, Changes};
use super::clock::{Clock, Place};
use super::line::Line;
use super::repeats::Repeats;
use super::shown;
use super::time::Time;
use super::window::{Counts, Window};

/// So many of the lines that cannot be read are shown.
const SAMPLES: usize = 5;

/// What is watched for, and how closely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settings {
    /// How long a window is.
    pub(crate) window: Duration,
    /// Within which time the same request is a repeat.
    pub(crate) repeat_within: Duration,
    /// The band of the usual ratio.
    pub(crate) band: BandSettings,
    /// A window in which fewer requests were compared says nothing.
    pub(crate) minimum_requests: u64,
}

/// Reads a log line by line and says what happened, by nothing but the times in the lines.
#[derive(Debug)]
pub(crate) struct Watcher {
    settings: Settings,
    clock: Clock,
    repeats: Repeats,
    band: Band,
    changes: Changes,
    counts: Counts,
    last_change: Option<Change>,
    ratio: Watched,
    refusal: Watched,
    summary: Summary,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Event {
    /// A window has ended.
    Window(Window),
    /// Another revision or switch came into force.
    Change(Change),
    /// An alarm was raised.
    AlarmBegan(Alarm),
    /// An alarm has ended.
    AlarmEnded(Alarm),
}

/// What a whole log held.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// All lines, of whatever kind.
    pub(crate) lines: u64,
    /// When the first and the last window that a line is in begin and end.
    pub(crate) begin: Option<Time>,
    pub(crate) end: Option<Time>,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// How many alarms were raised.
    pub(crate) alarms: u32,
    /// Lines that were counted in a window after their own.
    pub(crate) late: u64,
    /// Lines whose time is far from that of the others. They are in no window.
    pub(crate) misplaced: u64,
    /// Lines that could not be read. They are in no window.
    pub(crate) unreadable: u64,
    /// The first of them.
    pub(crate) samples: Vec<Unreadable>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Unreadable {
    pub(crate) line: u64,
    pub(crate) why: String,
}

impl Watcher {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            clock: Clock::new(settings.window),
            repeats: Repeats::new(settings.repeat_within),
            band: Band::new(settings.band, settings.window),
            changes: Changes::default(),
            counts: Counts::default(),
            last_change: None,
            ratio: Watched::default(),
            refusal: Watched::default(),
            summary: Summary::default(),
        }
    }

    /// Takes the next line, and says what has happened with it.
    pub(crate) fn line(&mut self, line: &[u8]) -> Vec<Event> {
        match Line::read(line) {
            Ok(line) => self.request(&line),
            Err(why) => {
                self.unreadable(why);
                Vec::new()
            }
        }
    }

    /// Takes note of a line that could not be read.
    pub(crate) fn unreadable(&mut self, why: String) {
        self.summary.lines += 1;
        self.summary.unreadable += 1;
        if self.summary.samples.len() < SAMPLES {
            let line = self.summary.lines;
            self.summary.samples.push(Unreadable { line, why });
        }
    }

    /// Takes the next line once it is read.
    pub(crate) fn request(&mut self, line: &Line<'_>) -> Vec<Event> {
        let mut events = Vec::new();
        self.summary.lines += 1;
        let open = self.clock.start();
        match self.clock.place(line.time) {
            Place::Open => {}
            Place::Late => self.summary.late += 1,
            Place::Next => events = self.close(open),
            Place::Jumped => {
                events = self.close(open);
                self.repeats.forget();
            }
            Place::Misplaced => {
                self.summary.misplaced += 1;
                return events;
            }
        }
        let seen = line
            .download
            .as_ref()
            .map(|download| self.repeats.see(download, line.time));
        self.counts.add(line, seen);
        let in_force = line.in_force.as_ref();
        if let Some(change) = in_force.and_then(|known| self.changes.see(known, line.time)) {
            self.last_change = Some(change.clone());
            events.push(Event::Change(change));
        }
        if let Some(refusal) = &line.refusal {
            let cause = || Cause::Refusal {
                refusal: shown(refusal, 40),
                url: shown(&line.url, 200),
            };
            let change = self.last_change.as_ref();
            let alarm = || new_alarm(&mut self.summary.alarms, line.time, cause(), change);
            events.extend(self.refusal.raise(alarm).map(Event::AlarmBegan));
        }
        events
    }

    /// The log has ended: closes the last window.
    pub(crate) fn finish(&mut self) -> Vec<Event> {
        if self.counts == Counts::default() {
            return Vec::new();
        }
        self.close(self.clock.start())
    }

    /// What the log held so far, in windows that are closed.
    pub(crate) fn summary(&self) -> &Summary {
        &self.summary
    }

    fn close(&mut self, start: Option<Time>) -> Vec<Event> {
        let Some(start) = start else {
            return Vec::new();
        };
        let counts = std::mem::take(&mut self.counts);
        let window = Window {
            start,
            length: self.settings.window,
            repeat_ratio: counts.repeat_ratio(),
            limit: self.band.limit(counts.compared),
            counts,
        };
        let summary = &mut self.summary;
        summary.begin = Some(summary.begin.map_or(start, |begin| begin.min(start)));
        summary.end = summary.end.max(Some(window.end()));
        summary.counts.merge(&window.counts);
        let mut events = vec![Event::Window(window.clone())];
        if window.counts.refusals == 0 {
            events.extend(self.refusal.calm(window.end()).map(Event::AlarmEnded));
        }
        events.extend(self.judge(&window));
        events
    }

    /// Compares a window's repeat ratio with what is usual.
    fn judge(&mut self, window: &Window) -> Option<Event> {
        let ratio = window
            .repeat_ratio
            .filter(|_| window.counts.compared >= self.settings.minimum_requests)?;
        let limit = window.limit;
        if ratio > limit.limit {
            let cause = Cause::RepeatRatio {
                ratio,
                usual: limit.usual,
                limit: limit.limit,
            };
            let change = self.last_change.as_ref();
            let alarm = || new_alarm(&mut self.summary.alarms, window.end(), cause, change);
            return self.ratio.raise(alarm).map(Event::AlarmBegan);
        }
        // What happens during an alarm is not usual, and a minute that is known in part has fewer
        // repeats than it seems.
        if !self.ratio.is_raised() && self.repeats.is_known_at(window.start) {
            self.band.learn(ratio);
        }
        self.ratio.calm(window.end()).map(Event::AlarmEnded)
    }
}

fn new_alarm(alarms: &mut u32, began: Time, cause: Cause, change: Option<&Change>) -> Alarm {
    *alarms = alarms.saturating_add(1);
    Alarm {
        number: *alarms,
        began,
        cause,
        change: change.cloned(),
        ended: None,
    }
}
