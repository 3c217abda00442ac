use std::time::Duration;

use super::alarm::{Alarm, Cause, Of, Watched};
use super::band::Band;
use super::changes::{Change, Changes};
use super::clock::{Clock, Place};
use super::event::{Event, Summary, Unreadable};
use super::gauge::{Gauge, Reading};
use super::line::Line;
use super::repeats::Repeats;
use super::scope::Scope;
use super::settings::{BandSettings, Settings};
use super::window::{Counts, Window};
use crate::log::{Reader, Time};
use crate::text::beginning;

/// How many unreadable lines are shown.
const SAMPLES: usize = 5;

/// How many characters are shown of why a line is unreadable.
const MOST_WHY: usize = 200;

/// After this many lines, a warning is due if over half were unreadable.
const STRETCH: u64 = 100;

/// If a window has too few redirects, windows of this time are judged together.
const TOGETHER: Duration = Duration::from_mins(1);

/// Turns log lines into events. Its only clock is the time in the lines.
#[derive(Debug)]
pub(crate) struct Watcher {
    settings: Settings,
    reader: Reader,
    /// The name of the file, if there are several.
    file: Option<String>,
    /// In this file, blank lines included.
    lines_read: u64,
    clock: Clock<Box<Line<'static>>>,
    repeats: Repeats,
    requests: Gauge,
    redirects: Gauge,
    changes: Changes,
    counts: Counts,
    last_change: Option<Change>,
    ratio: Watched,
    refusal: Watched,
    stretch: Stretch,
    summary: Summary,
}

/// How many lines since the last check were unreadable.
#[derive(Clone, Debug, Default)]
struct Stretch {
    lines: u64,
    unreadable: u64,
    /// Why the last of them is unreadable.
    why: String,
    is_told: bool,
}

impl Watcher {
    pub(crate) fn new(settings: Settings) -> Self {
        let band = |is_ceiling_fixed| {
            let settings_of_band = BandSettings {
                is_ceiling_fixed,
                ..settings.band
            };
            Band::new(settings_of_band, settings.window)
        };
        let together = TOGETHER.as_millis() / settings.window.as_millis().max(1);
        let together = usize::try_from(together).unwrap_or(1).max(1);
        Self {
            clock: Clock::new(settings.window),
            repeats: Repeats::new(settings.repeat_within),
            requests: Gauge::new(band(false), settings.minimum_requests, 1),
            // Of a client's four requests for a file, at most three are repeats.
            redirects: Gauge::new(band(true), settings.minimum_redirects, together),
            changes: Changes::default(),
            counts: Counts::default(),
            last_change: None,
            ratio: Watched::default(),
            refusal: Watched::default(),
            stretch: Stretch::default(),
            summary: Summary::default(),
            reader: Reader::default(),
            file: None,
            lines_read: 0,
            settings,
        }
    }

    /// Begins with the lines of another file.
    pub(crate) fn begin_file(&mut self, name: Option<String>) {
        self.reader = Reader::default();
        self.file = name;
        self.lines_read = 0;
    }

    /// Takes the next line. Returns the events that it causes.
    pub(crate) fn line(&mut self, line: &[u8]) -> Vec<Event> {
        self.lines_read += 1;
        let read = match self.reader.read(line) {
            Ok(None) => return Vec::new(),
            Ok(Some(entry)) => Line::of(entry),
            Err(why) => Err(why.to_string()),
        };
        match read {
            Ok(line) => self.request(&line),
            Err(why) => self.unreadable(&why).into_iter().collect(),
        }
    }

    /// Notes an unreadable line.
    fn unreadable(&mut self, why: &str) -> Option<Event> {
        let why = beginning(why, MOST_WHY);
        self.summary.lines += 1;
        self.summary.unreadable += 1;
        if self.summary.samples.len() < SAMPLES {
            self.summary.samples.push(Unreadable {
                file: self.file.clone(),
                line: self.lines_read,
                why: why.clone(),
            });
        }
        self.stretch.unreadable += 1;
        self.stretch.why = why;
        self.stretch.end()
    }

    /// Takes the next line in its parsed form.
    pub(crate) fn request(&mut self, line: &Line<'_>) -> Vec<Event> {
        let mut events: Vec<_> = self.stretch.end().into_iter().collect();
        self.summary.lines += 1;
        let place = self.clock.place(line.time);
        if place.is_here() {
            self.count(line, place, &mut events);
        }
        if line.refusal.is_some() {
            // Raised at once, even if the line must wait to be counted.
            if place == Place::Early {
                self.see_change(line, &mut events);
            }
            self.see_refusal(line, place, &mut events);
        }
        let waiting = (!place.is_here()).then(|| Box::new(line.to_static()));
        self.clock.note(line.time, waiting);
        self.pass_by(&mut events);
        while let Some(closed) = self.clock.turn() {
            self.turn(closed, &mut events);
            self.pass_by(&mut events);
        }
        events
    }

    /// Closes the last window at the end of the log.
    pub(crate) fn finish(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(closed) = self.clock.turn_at_the_end() {
            self.turn(closed, &mut events);
        }
        while let Some((place, line)) = self.clock.left_over() {
            self.count(&line, place, &mut events);
        }
        if self.counts != Counts::default()
            && let Some(start) = self.clock.start()
        {
            self.close(start, &mut events);
        }
        events
    }

    /// The time of the latest line, by the log's clock.
    pub(crate) fn newest(&self) -> Option<Time> {
        self.clock.newest()
    }

    /// What the closed windows held.
    pub(crate) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Closes a window, and counts the lines that waited for the next one.
    fn turn(&mut self, closed: Time, events: &mut Vec<Event>) {
        self.close(closed, events);
        while let Some((place, line)) = self.clock.arrived() {
            self.count(&line, place, events);
        }
    }

    /// Counts lines that waited in vain, as far as they count.
    fn pass_by(&mut self, events: &mut Vec<Event>) {
        while let Some((place, line)) = self.clock.passed_by() {
            self.count(&line, place, events);
        }
    }

    fn count(&mut self, line: &Line<'_>, place: Place, events: &mut Vec<Event>) {
        match place {
            Place::Open => {}
            Place::Late => self.summary.late += 1,
            Place::Early => self.summary.early += 1,
            Place::TooLate => {
                self.summary.too_late += 1;
                return;
            }
            Place::TooEarly => {
                self.summary.too_early += 1;
                return;
            }
        }
        let seen = line
            .download
            .as_ref()
            .map(|download| self.repeats.see(download, line.time));
        self.counts.add(line, seen);
        self.see_change(line, events);
    }

    fn see_change(&mut self, line: &Line<'_>, events: &mut Vec<Event>) {
        let in_force = line.in_force.as_ref();
        if let Some(change) = in_force.and_then(|known| self.changes.see(known, line.time)) {
            self.last_change = Some(change.clone());
            events.push(Event::Change(change));
        }
    }

    fn see_refusal(&mut self, line: &Line<'_>, place: Place, events: &mut Vec<Event>) {
        let Some(refusal) = &line.refusal else {
            return;
        };
        let cause = || Cause::Refusal {
            refusal: beginning(refusal, 40),
            url: beginning(&line.url, 200),
        };
        // A clock that is far ahead must not date an alarm.
        let time = match (place, self.clock.start()) {
            (Place::TooEarly, Some(start)) => start,
            _ => line.time,
        };
        let change = self.last_change.as_ref();
        let alarm = || new_alarm(&mut self.summary.alarms, time, cause(), change);
        events.extend(self.refusal.raise(alarm).map(Event::AlarmBegan));
    }

    fn close(&mut self, start: Time, events: &mut Vec<Event>) {
        let counts = std::mem::take(&mut self.counts);
        let is_changed = self.last_change.is_some();
        let readings = [
            (Of::Requests, self.requests.read(counts.all, is_changed)),
            (
                Of::Redirects,
                self.redirects.read(counts.redirects_alone, is_changed),
            ),
        ];
        let [limit, redirect_limit] = readings.map(|(_, reading)| reading.limit);
        let window = Window {
            start,
            length: self.settings.window,
            repeat_ratio: counts.all.ratio(),
            limit,
            redirect_repeat_ratio: counts.redirects_alone.ratio(),
            redirect_limit,
            counts,
        };
        let summary = &mut self.summary;
        summary.begin = Some(summary.begin.map_or(start, |begin| begin.min(start)));
        summary.end = summary.end.max(Some(window.end()));
        summary.windows += 1;
        summary.counts.merge(&window.counts);
        events.push(Event::Window(window.clone()));
        if window.counts.refusals > 0 {
            self.refusal.not_calm();
        } else {
            events.extend(self.refusal.calm(window.end()).map(Event::AlarmEnded));
        }
        events.extend(self.judge(&window, readings));
    }

    /// Compares a window's repeat ratios with the usual ones.
    fn judge(&mut self, window: &Window, readings: [(Of, Reading); 2]) -> Option<Event> {
        // A few redirects of little traffic can be a single build.
        if window.counts.all.compared < self.settings.minimum_requests {
            self.summary.not_judged += 1;
            return None;
        }
        let above = readings
            .iter()
            .filter(|(of, _)| *of == Of::Requests || window.are_redirects_apart())
            .find_map(|(of, reading)| reading.above().map(|ratio| (*of, ratio, reading.limit)));
        if let Some((of, ratio, limit)) = above {
            let cause = Cause::RepeatRatio {
                of,
                ratio,
                usual: limit.usual,
                limit: limit.limit,
            };
            let change = self.last_change.as_ref();
            let alarm = || new_alarm(&mut self.summary.alarms, window.end(), cause, change);
            return self.ratio.raise(alarm).map(Event::AlarmBegan);
        }
        // An alarm is not usual, and a minute that is only partly known has fewer repeats than it
        // seems.
        if !self.ratio.is_raised() && self.repeats.is_known_at(window.start) {
            let [(_, requests), (_, redirects)] = &readings;
            self.requests.learn(requests);
            self.redirects.learn(redirects);
        }
        self.ratio.calm(window.end()).map(Event::AlarmEnded)
    }
}

impl Stretch {
    /// Ends the stretch at its last line. Warns if over half of it was unreadable, and the stretch
    /// before was not so.
    fn end(&mut self) -> Option<Event> {
        self.lines += 1;
        if self.lines < STRETCH {
            return None;
        }
        let ended = std::mem::take(self);
        self.is_told = ended.unreadable * 2 > STRETCH;
        let is_news = self.is_told && !ended.is_told;
        is_news.then_some(Event::Unreadable {
            unreadable: ended.unreadable,
            of: STRETCH,
            why: ended.why,
        })
    }
}

fn new_alarm(alarms: &mut u32, began: Time, cause: Cause, change: Option<&Change>) -> Alarm {
    *alarms = alarms.saturating_add(1);
    Alarm {
        number: *alarms,
        scope: Scope::All,
        began,
        cause,
        change: change.cloned(),
        ended: None,
    }
}
