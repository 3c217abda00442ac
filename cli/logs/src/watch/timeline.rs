use std::collections::HashSet;

use indexmap::IndexMap;

use super::alarm::Alarm;
use super::changes::Change;
use super::event::Event;
use super::figures::Figures;
use super::scope::Scope;
use super::window::{Ratio, Window};
use crate::log::Time;

/// The most points of a chart. Beyond that, two become one.
const MOST_POINTS: usize = 720;

/// The most alarms, and the most changes, that are listed.
const MOST_LISTED: usize = 200;

/// The data for the report, bounded however long the log is.
#[derive(Clone, Debug)]
pub struct Timeline {
    most_points: usize,
    /// The points of the charts, each of one or more windows.
    pub(crate) points: Vec<Window>,
    /// What happened in each edge location, target, route and side.
    pub(crate) scopes: IndexMap<Scope, OfScope>,
    windows_per_point: u64,
    windows_in_last: u64,
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) changes: Vec<Change>,
}

/// What happened in a scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfScope {
    /// In the whole log.
    pub(crate) figures: Figures,
    /// The repeat ratio, point by point; nothing where there were no requests.
    pub(crate) ratios: Vec<Option<Ratio>>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            most_points: MOST_POINTS,
            points: Vec::new(),
            scopes: IndexMap::new(),
            windows_per_point: 1,
            windows_in_last: 0,
            alarms: Vec::new(),
            changes: Vec::new(),
        }
    }
}

impl Timeline {
    /// Takes the next event.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::Window(window) => self.add_window(window),
            Event::Change(change) if self.changes.len() < MOST_LISTED => {
                self.changes.push(change.clone());
            }
            Event::AlarmBegan(alarm) if self.alarms.len() < MOST_LISTED => {
                self.alarms.push(alarm.clone());
            }
            Event::AlarmEnded(alarm) => {
                let mut begun = self.alarms.iter_mut();
                if let Some(begun) = begun.find(|begun| begun.number == alarm.number) {
                    begun.clone_from(alarm);
                }
            }
            Event::Change(_)
            | Event::AlarmBegan(_)
            | Event::Notice(_)
            | Event::NextRefused(_)
            | Event::Unreadable { .. } => {}
        }
    }

    /// The scopes for which alarms were raised, in the order of the alarms.
    pub(crate) fn in_alarm(&self) -> impl Iterator<Item = (&Scope, &OfScope)> {
        let mut scopes: Vec<_> = self.alarms.iter().map(|alarm| &alarm.scope).collect();
        let mut seen = HashSet::new();
        scopes.retain(|scope| seen.insert(*scope));
        let found = scopes.into_iter();
        found.filter_map(|scope| self.scopes.get_key_value(scope))
    }

    /// The position of a moment on the time axis: 0.0 is the beginning of the first point, 1.0 that
    /// of the second.
    pub(crate) fn place(&self, time: Time) -> f64 {
        let mut points = (0_u32..).zip(&self.points);
        let found = points.find(|(_, point)| point.start <= time && time <= point.end());
        let number = |number: usize| u32::try_from(number).map_or(0.0, f64::from);
        found.map_or_else(
            // Between two windows, no line came.
            || number(self.points.partition_point(|point| point.start < time)),
            |(index, point)| {
                let part = time.since(point.start).as_secs_f64() / point.length.as_secs_f64();
                f64::from(index) + part
            },
        )
    }

    fn add_window(&mut self, window: &Window) {
        let is_full = self.windows_in_last == self.windows_per_point;
        if is_full && self.points.len() >= self.most_points {
            self.halve();
        }
        match self.points.last_mut() {
            Some(last) if self.windows_in_last < self.windows_per_point => merge(last, window),
            _ => {
                self.points.push(Window {
                    scopes: Vec::new(),
                    ..window.clone()
                });
                self.windows_in_last = 0;
            }
        }
        self.windows_in_last += 1;
        for in_scope in &window.scopes {
            let of_scope = self.scopes.entry(in_scope.scope.clone()).or_default();
            of_scope.figures.add(&in_scope.figures);
            of_scope.ratios.resize(self.points.len(), None);
            if let Some(last) = of_scope.ratios.last_mut() {
                *last = both(*last, Some(in_scope.repeats));
            }
        }
    }

    fn halve(&mut self) {
        let two_in_one = self.points.chunks(2).filter_map(|two| {
            let (first, second) = two.split_first()?;
            let mut sum = first.clone();
            for next in second {
                merge(&mut sum, next);
            }
            Some(sum)
        });
        self.points = two_in_one.collect();
        for of_scope in self.scopes.values_mut() {
            let two_in_one = of_scope
                .ratios
                .chunks(2)
                .filter_map(|two| two.iter().copied().reduce(both));
            of_scope.ratios = two_in_one.collect();
        }
        self.windows_per_point *= 2;
        // The number of points is even, so the last consists of two full ones.
        self.windows_in_last = self.windows_per_point;
    }
}

/// The ratio of two windows, of which one may have no requests.
fn both(one: Option<Ratio>, next: Option<Ratio>) -> Option<Ratio> {
    match (one, next) {
        (Some(mut one), Some(next)) => {
            one.merge(next);
            Some(one)
        }
        (one, next) => next.or(one),
    }
}

/// Adds the window that follows to a point.
fn merge(point: &mut Window, next: &Window) {
    point.length += next.length;
    point.counts.merge(&next.counts);
    point.repeats.merge(next.repeats);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Event, Timeline};
    use crate::log::Time;
    use crate::watch::band::Limit;
    use crate::watch::figures::Figures;
    use crate::watch::scope::Scope;
    use crate::watch::window::{Counts, InScope, Ratio, Window};

    #[test]
    fn a_log_without_end_has_points_with_an_end_and_loses_nothing() {
        let mut timeline = Timeline {
            most_points: 8,
            ..Timeline::default()
        };
        for number in 0..1_000 {
            let figures = Figures {
                requests: 1,
                ..Figures::default()
            };
            let in_scope = InScope {
                scope: Scope::Route("download".to_owned()),
                figures,
                repeats: Ratio {
                    repeat_ratio: (number == 3).then_some(0.7),
                    limit: Limit::default(),
                },
            };
            let counts = Counts {
                figures,
                ..Counts::default()
            };
            let start = Time::from_millis(number * 10_000);
            let window = Window::empty(start, Duration::from_secs(10));
            timeline.add(&Event::Window(Window {
                counts,
                scopes: vec![in_scope],
                ..window
            }));
            let points = &timeline.points;
            assert!(points.len() <= 8, "{}", points.len());
            let requests = points.iter().map(|point| point.counts.figures.requests);
            assert_eq!(requests.sum::<u64>(), number.unsigned_abs() + 1);
            let of_scope = &timeline.scopes[0];
            assert_eq!(of_scope.figures.requests, number.unsigned_abs() + 1);
            assert_eq!(of_scope.ratios.len(), points.len());
            let highest = of_scope
                .ratios
                .iter()
                .flatten()
                .filter_map(|ratio| ratio.repeat_ratio);
            assert_eq!(highest.count(), usize::from(number >= 3), "at {number}");
            let last = points.last().unwrap();
            assert_eq!(last.end(), Time::from_millis((number + 1) * 10_000));
        }
        let place = timeline.place(Time::from_millis(0));
        assert!(place.abs() < 1e-9, "{place}");
        let length = timeline.points[0].length;
        let middle = Time::from_millis(0).plus(length + length / 2);
        let place = timeline.place(middle);
        assert!((place - 1.5).abs() < 1e-9, "{place}");
    }
}
