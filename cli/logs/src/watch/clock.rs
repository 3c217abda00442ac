use std::collections::VecDeque;
use std::time::Duration;

use crate::log::Time;

/// A line counts in the open window if it is at most this much earlier or later.
pub(crate) const NEAR: Duration = Duration::from_mins(1);

/// This many of the last lines tell the time. Fewer if windows have few lines, so that a window
/// does not stay open long after its end.
const MOST_RECENT: usize = 100;
const LEAST_RECENT: usize = 3;

/// Puts lines into windows by their times.
///
/// Lines do not come exactly in order, and some clocks are wrong. So the time is what most of the
/// last lines say: a window opens when most of them are in it. A line with a time of its own waits,
/// as a `T`, until others agree or pass it by.
#[derive(Clone, Debug)]
pub(crate) struct Clock<T> {
    window: Duration,
    start: Option<Time>,
    /// The latest time of a line that is near the open window.
    newest: Option<Time>,
    recent: VecDeque<Recent<T>>,
    /// How many lines `recent` should have.
    enough: usize,
    /// How many lines came since the window opened.
    lines: usize,
    /// How many of `recent` are after the open window, and how many too long before it.
    after: usize,
    before: usize,
}

#[derive(Clone, Debug)]
struct Recent<T> {
    time: Time,
    waiting: Option<T>,
}

/// Where a line is, relative to the open window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Open,
    /// Shortly before it: counts in it.
    Late,
    /// Too long before it: counts in no window.
    TooLate,
    /// Shortly after it: counts in it if no others follow.
    Early,
    /// Too long after it: counts in no window if no others follow.
    TooEarly,
}

impl Place {
    /// Whether the line counts in the open window without waiting for others.
    pub(crate) fn is_here(self) -> bool {
        matches!(self, Self::Open | Self::Late)
    }
}

impl<T> Clock<T> {
    pub(crate) fn new(window: Duration) -> Self {
        Self {
            window,
            start: None,
            newest: None,
            recent: VecDeque::with_capacity(MOST_RECENT + 1),
            enough: MOST_RECENT,
            lines: 0,
            after: 0,
            before: 0,
        }
    }

    /// The beginning of the open window.
    pub(crate) fn start(&self) -> Option<Time> {
        self.start
    }

    /// The latest time of a line, without those that are far from others.
    pub(crate) fn newest(&self) -> Option<Time> {
        self.newest
    }

    /// The place of a line. The first line opens its window.
    pub(crate) fn place(&mut self, time: Time) -> Place {
        let start = *self.start.get_or_insert(time.window(self.window));
        Self::place_in(start, self.window, time)
    }

    /// Notes a line's time, and the line if it must wait.
    pub(crate) fn note(&mut self, time: Time, waiting: Option<T>) {
        self.lines = self.lines.saturating_add(1);
        if !matches!(self.place(time), Place::TooLate | Place::TooEarly) {
            self.newest = self.newest.max(Some(time));
        }
        self.recent.push_back(Recent { time, waiting });
        self.count(time, 1);
    }

    /// A line that waited in vain, with its place.
    pub(crate) fn passed_by(&mut self) -> Option<(Place, T)> {
        while self.recent.len() > self.enough {
            let Recent { time, waiting } = self.recent.pop_front()?;
            self.count(time, -1);
            if let Some(line) = waiting {
                return Some((self.place(time), line));
            }
        }
        None
    }

    /// Opens the window of most of the last lines, if it is another. Returns the beginning of the
    /// window before.
    pub(crate) fn turn(&mut self) -> Option<Time> {
        let half = self.recent.len() / 2;
        if self.after > half {
            self.open_next()
        } else if self.before > half {
            // Opens the latest: lines before it are late.
            let time = self.waiting(|place| place == Place::TooLate).max()?;
            self.open(time)
        } else {
            None
        }
    }

    /// A line that waited for the window that is now open, with its place.
    pub(crate) fn arrived(&mut self) -> Option<(Place, T)> {
        let start = self.start?;
        let place = |time| Self::place_in(start, self.window, time);
        let mut waiting = self.recent.iter_mut();
        waiting.find_map(|recent| {
            let place = Some(place(recent.time)).filter(|place| place.is_here())?;
            recent.waiting.take().map(|line| (place, line))
        })
    }

    /// At the end of the log, the last lines need less agreement: opens the next window if two
    /// lines wait for it, or one if lines are few.
    pub(crate) fn turn_at_the_end(&mut self) -> Option<Time> {
        let is_few = self.enough == LEAST_RECENT;
        let agree = self.waiting_after().count() + usize::from(is_few);
        (agree > 1).then(|| self.open_next()).flatten()
    }

    /// At the end of the log: a line that waited in vain, with its place.
    pub(crate) fn left_over(&mut self) -> Option<(Place, T)> {
        self.enough = 0;
        self.passed_by()
    }

    fn waiting_after(&self) -> impl Iterator<Item = Time> {
        self.waiting(|place| matches!(place, Place::Early | Place::TooEarly))
    }

    fn waiting(&self, is_wanted: fn(Place) -> bool) -> impl Iterator<Item = Time> {
        let waiting = self.recent.iter().filter(|recent| recent.waiting.is_some());
        let times = waiting.map(|recent| recent.time);
        times.filter(move |time| {
            self.start
                .is_some_and(|start| is_wanted(Self::place_in(start, self.window, *time)))
        })
    }

    /// Opens the earliest: later ones can follow.
    fn open_next(&mut self) -> Option<Time> {
        let time = self.waiting_after().min()?;
        self.open(time)
    }

    fn open(&mut self, time: Time) -> Option<Time> {
        let start = time.window(self.window);
        let closed = self.start.replace(start);
        // A clock that was ahead opened the windows before.
        if closed.is_some_and(|closed| start < closed) {
            self.newest = Some(time);
        }
        self.enough = (self.lines / 4).clamp(LEAST_RECENT, MOST_RECENT);
        self.lines = 0;
        (self.after, self.before) = (0, 0);
        for index in 0..self.recent.len() {
            if let Some(time) = self.recent.get(index).map(|recent| recent.time) {
                self.count(time, 1);
            }
        }
        closed
    }

    fn count(&mut self, time: Time, by: isize) {
        let counter = match self.place(time) {
            Place::Open | Place::Late => return,
            Place::TooLate => &mut self.before,
            Place::Early | Place::TooEarly => &mut self.after,
        };
        *counter = counter.saturating_add_signed(by);
    }

    fn place_in(start: Time, window: Duration, time: Time) -> Place {
        let end = start.plus(window);
        if time < start {
            let is_near = start.since(time) <= NEAR;
            if is_near { Place::Late } else { Place::TooLate }
        } else if time < end {
            Place::Open
        } else if time.since(end) <= NEAR {
            Place::Early
        } else {
            Place::TooEarly
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Clock, Place};
    use crate::log::Time;

    fn at(seconds: i64) -> Time {
        Time::from_millis(seconds * 1_000)
    }

    fn clock() -> Clock<i64> {
        Clock::new(Duration::from_secs(10))
    }

    /// Takes a line. Returns the windows that opened, and the lines that waited in vain.
    fn take(clock: &mut Clock<i64>, seconds: i64) -> (Vec<i64>, Vec<i64>) {
        let (mut opened, mut passed_by) = (Vec::new(), Vec::new());
        let place = clock.place(at(seconds));
        clock.note(at(seconds), (!place.is_here()).then_some(seconds));
        loop {
            while let Some((_, line)) = clock.passed_by() {
                passed_by.push(line);
            }
            if clock.turn().is_none() {
                return (opened, passed_by);
            }
            opened.extend(
                (0..100_000)
                    .map(|ten| ten * 10)
                    .find(|start| clock.start() == Some(at(*start))),
            );
            while clock.arrived().is_some() {}
        }
    }

    #[test]
    fn lines_are_placed_by_their_time() {
        let mut clock = clock();
        for (seconds, place) in [
            (1_000, Place::Open),
            (1_009, Place::Open),
            (999, Place::Late),
            (940, Place::Late),
            (939, Place::TooLate),
            (i64::MIN / 1_000, Place::TooLate),
            (1_010, Place::Early),
            (1_070, Place::Early),
            (1_071, Place::TooEarly),
            (i64::MAX / 1_000, Place::TooEarly),
        ] {
            assert_eq!(clock.place(at(seconds)), place, "{seconds}");
        }
    }

    #[test]
    fn a_window_is_opened_when_most_of_the_last_lines_are_in_it() {
        for (name, then, count, opened) in [
            ("the next window", 1_010, 41, &[1_010][..]),
            ("fewer lines than before", 1_010, 40, &[]),
            ("a gap of an hour", 4_600, 41, &[4_600]),
            ("a gap of many days", 999_000, 41, &[999_000]),
            ("a minute back is late", 940, 1_000, &[]),
            ("two minutes back", 880, 41, &[880]),
            ("two minutes back, in few lines", 880, 40, &[]),
        ] {
            let mut clock = clock();
            let mut found = Vec::new();
            for _ in 0..40 {
                found.extend(take(&mut clock, 1_000).0);
            }
            for _ in 0..count {
                found.extend(take(&mut clock, then).0);
            }
            assert_eq!(found, opened, "{name}");
        }
    }

    #[test]
    fn where_lines_are_few_two_of_three_are_enough() {
        let mut clock = clock();
        let opened: Vec<_> = [0, 70, 140, 210, 280]
            .into_iter()
            .flat_map(|seconds| take(&mut clock, seconds).0)
            .collect();
        assert_eq!(opened, [70, 140, 210]);
        assert_eq!(clock.turn_at_the_end(), Some(at(210)));
        assert_eq!(clock.arrived(), Some((Place::Open, 280)));
        assert_eq!(clock.left_over(), None);
    }

    #[test]
    fn at_the_end_two_lines_agree_and_one_does_not() {
        for (name, last, opened) in [
            ("nothing", &[][..], None),
            ("one line", &[1_012], None),
            ("two lines", &[1_012, 1_013], Some(1_010)),
            ("two far ones", &[9_999, 9_998], Some(9_990)),
            ("two late ones", &[1, 2], None),
        ] {
            let mut clock = clock();
            for seconds in [1_000; 40].iter().chain(last) {
                take(&mut clock, *seconds);
            }
            let closed = clock.turn_at_the_end();
            assert_eq!(closed.is_some(), opened.is_some(), "{name}");
            let start = opened.unwrap_or(1_000);
            assert_eq!(clock.start(), Some(at(start)), "{name}");
        }
    }

    #[test]
    fn a_line_that_is_alone_with_its_time_is_passed_by() {
        let mut clock = clock();
        let mut passed_by = Vec::new();
        for number in 0..100_000_i64 {
            // One line in a hundred is two minutes ahead, and three are 90 seconds late.
            let shift = match number % 100 {
                7 => 120,
                8..=10 => -90,
                _ => 0,
            };
            let now = 1_000 + number / 1_000;
            let (opened, passed) = take(&mut clock, now + shift);
            for start in opened {
                assert!((now - 10..=now).contains(&start), "{start} at {now}");
            }
            passed_by.extend(passed);
        }
        assert!(passed_by.len() > 3_900, "{}", passed_by.len());
    }
}
