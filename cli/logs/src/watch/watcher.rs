use super::clock::{Clock, Place};
use super::event::{Event, Summary, Unreadable};
use super::line::Line;
use super::monitor::Monitor;
use super::settings::Settings;
use super::verdict::Verdict;
use crate::log::{Reader, Time};
use crate::text::beginning;

/// How many unreadable lines are shown.
const SAMPLES: usize = 5;

/// How many characters are shown of why a line is unreadable.
const MOST_WHY: usize = 200;

/// After this many lines, a warning is due if over half were unreadable.
const STRETCH: u64 = 100;

/// Turns log lines into events. Its only clock is the time in the lines.
#[derive(Debug)]
pub struct Watcher {
    reader: Reader,
    /// The name of the file, if there are several.
    file: Option<String>,
    /// In this file, blank lines included.
    lines_read: u64,
    clock: Clock<Box<Line<'static>>>,
    monitor: Monitor,
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
    /// A watcher that has read nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            clock: Clock::new(settings.window),
            monitor: Monitor::new(settings),
            stretch: Stretch::default(),
            summary: Summary::default(),
            reader: Reader::default(),
            file: None,
            lines_read: 0,
        }
    }

    /// Begins with the lines of another file.
    pub fn begin_file(&mut self, name: Option<String>) {
        self.reader = Reader::default();
        self.file = name;
        self.lines_read = 0;
    }

    /// Takes the next line. Returns the events that it causes.
    pub fn line(&mut self, line: &[u8]) -> Vec<Event> {
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
                self.monitor.see_change(line, &mut events);
            }
            // A clock that is far ahead must not date an alarm.
            let time = match (place, self.clock.start()) {
                (Place::TooEarly, Some(start)) => start,
                _ => line.time,
            };
            self.monitor.see_refusal(line, time, &mut events);
            self.summary.alarms = self.monitor.alarms();
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
    pub fn finish(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(closed) = self.clock.turn_at_the_end() {
            self.turn(closed, &mut events);
        }
        while let Some((place, line)) = self.clock.left_over() {
            self.count(&line, place, &mut events);
        }
        if !self.monitor.is_empty()
            && let Some(start) = self.clock.start()
        {
            self.close(start, true, &mut events);
        }
        events
    }

    /// The time of the latest line, by the log's clock.
    pub fn newest(&self) -> Option<Time> {
        self.clock.newest()
    }

    /// What the closed windows held.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Closes a window, and counts the lines that waited for the next one.
    fn turn(&mut self, closed: Time, events: &mut Vec<Event>) {
        self.close(closed, false, events);
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
        self.monitor.count(line, events);
    }

    fn close(&mut self, start: Time, is_last: bool, events: &mut Vec<Event>) {
        let before = events.len();
        let window = self.monitor.close(start, is_last, events);
        let new = events.iter().skip(before);
        let notices = new
            .filter(|event| matches!(event, Event::Notice(_)))
            .count();
        let summary = &mut self.summary;
        summary.notices += notices as u64;
        summary.begin = Some(summary.begin.map_or(start, |begin| begin.min(start)));
        summary.end = summary.end.max(Some(window.end()));
        summary.windows += 1;
        summary.not_judged += u64::from(window.repeats.repeat_ratio.is_none());
        match window.sides.verdict {
            Verdict::NoShare => {}
            Verdict::TooFew => summary.next_too_few += 1,
            Verdict::Good => summary.next_good += 1,
            Verdict::Broken => summary.next_broken += 1,
        }
        summary.counts.merge(&window.counts);
        summary.alarms = self.monitor.alarms();
        summary.are_too_many = self.monitor.are_scopes_too_many();
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
