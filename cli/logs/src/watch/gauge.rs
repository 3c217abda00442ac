use std::collections::VecDeque;
use std::time::Duration;

use super::alarm::{Above, AlarmState};
use super::band::{Band, Limit, count};
use super::clients::{Asked, Clients};
use super::line::Side;
use super::sides::Compared;

/// The least surprise that raises an alarm, for one look at one window of ten seconds.
///
/// Chance alone then raises less than one alarm in a day of 8,640 windows, by some 120 scopes with two ratios each, and
/// by the traffic of some 65 of the scopes. It raises far less than that, because a ratio must also be above its limit.
const ENOUGH_SURPRISE: f64 = 15.0;

/// The clients of the last windows of a scope. The newest is first.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    closed: VecDeque<Clients>,
    /// The most windows to add up if the newest has too few clients.
    most: usize,
}

/// Compares a ratio of a scope with its usual value, window by window.
#[derive(Clone, Debug)]
pub(crate) struct Gauge {
    share: fn(&Asked) -> Option<f64>,
    band: Band,
    /// Fewest clients to judge a ratio by.
    minimum: usize,
    enough_surprise: f64,
    pub(crate) alarm: AlarmState,
}

/// A ratio and its limit.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// Nothing if there are too few clients.
    pub(crate) ratio: Option<f64>,
    pub(crate) limit: Limit,
    /// The clients and the number of windows by which the ratio is above its limit, and not by chance.
    pub(crate) above: Option<(Clients, usize)>,
}

impl Reading {
    /// A ratio of a side, if it is compared with the other.
    pub(crate) fn of_side(side: Side, compared: Option<&Compared>) -> Self {
        let (ratio, limit) = match (side, compared) {
            (Side::Next, Some(compared)) => (Some(compared.next), compared.limit()),
            (Side::Config, Some(compared)) => (Some(compared.config), 1.0),
            (_, None) => (None, 1.0),
        };
        Self {
            ratio,
            limit: Limit { usual: None, limit },
            above: None,
        }
    }

    /// The ratio, if there is one, and what it is to be compared with.
    pub(crate) fn above(&self) -> Option<Above> {
        Some(Above {
            ratio: self.ratio?,
            usual: self.limit.usual,
            limit: self.limit.limit,
            other_side: None,
        })
    }

    /// Whether the ratio is above its limit, and not by chance.
    pub(crate) fn is_above(&self) -> bool {
        self.above.is_some()
    }

    /// Whether the ratio is above its limit, be it by chance.
    pub(crate) fn is_high(&self) -> bool {
        self.ratio.is_some_and(|ratio| ratio > self.limit.limit)
    }
}

impl Windows {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            closed: VecDeque::new(),
            most: most.max(1),
        }
    }

    pub(crate) fn close(&mut self, window: Clients) {
        self.closed.truncate(self.most - 1);
        self.closed.push_front(window);
    }

    /// Forgets them, because they hold what a new alarm explains.
    pub(crate) fn forget(&mut self) {
        self.closed.clear();
    }

    /// The clients of the newest windows.
    pub(crate) fn latest(&self, windows: usize) -> Clients {
        let mut sum = Clients::default();
        for window in self.closed.iter().take(windows) {
            sum.merge(window);
        }
        sum
    }
}

impl Gauge {
    pub(crate) fn new(
        share: fn(&Asked) -> Option<f64>,
        band: Band,
        minimum: usize,
        window: Duration,
        together: usize,
    ) -> Self {
        // The shorter the windows, the more of them a day. And each is looked at alone, with the one before it, and so
        // on, up to as many as are taken together.
        let windows = Duration::from_secs(10).as_secs_f64() / window.as_secs_f64().max(1e-3);
        let looks = windows.max(1.0) * count(together.max(1) as u64);
        Self {
            share,
            band,
            minimum,
            enough_surprise: ENOUGH_SURPRISE + looks.ln(),
            alarm: AlarmState::default(),
        }
    }

    /// Reads the ratio of the newest window, with as many earlier ones as it needs.
    ///
    /// `elsewhere` is what is usual in all requests, for a scope that has learnt nothing yet.
    pub(crate) fn read(
        &self,
        windows: &Windows,
        elsewhere: Option<f64>,
        is_changed: bool,
    ) -> Reading {
        let limit = self.band.limit(elsewhere, is_changed);
        let usual = self.band.expected(elsewhere);
        let mut reading = Reading {
            ratio: None,
            limit,
            above: None,
        };
        let mut sum = Clients::default();
        for (window, number) in windows.closed.iter().zip(1..) {
            sum.merge(window);
            let mean = sum.mean(self.share);
            if mean.clients < self.minimum {
                continue;
            }
            reading.ratio.get_or_insert(mean.ratio);
            if !reading.is_high() {
                break;
            }
            if mean.ratio > limit.limit && mean.surprise(usual) >= self.enough_surprise {
                reading.ratio = Some(mean.ratio);
                reading.above = Some((sum, number));
                break;
            }
        }
        reading
    }

    pub(crate) fn minimum(&self) -> usize {
        self.minimum
    }

    /// What is usual, once it is learnt.
    pub(crate) fn usual(&self) -> Option<f64> {
        self.band.usual()
    }

    /// Learns a reading of a calm window.
    pub(crate) fn learn(&mut self, reading: &Reading) {
        if let Some(ratio) = reading.ratio.filter(|_| !reading.is_high()) {
            self.band.learn(ratio);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Gauge, Windows};
    use crate::watch::band::tests::band;
    use crate::watch::clients::{Asked, Clients};

    /// A window in which some of the clients repeat three of four requests.
    fn window(name: u64, clients: u64, repeating: u64) -> Clients {
        let mut window = Clients::default();
        for client in 0..clients {
            let asked = Asked {
                compared: 4,
                repeats: if client < repeating { 3 } else { 0 },
                ..Asked::default()
            };
            window.add((name * 1_000 + client).wrapping_mul(2) + 1, &asked);
        }
        window
    }

    #[test]
    fn as_many_windows_are_taken_together_as_are_needed() {
        let mut gauge = Gauge::new(Asked::repeat_ratio, band(), 8, Duration::from_secs(10), 3);
        for _ in 0..12 {
            gauge.band.learn(0.02);
        }
        let mut windows = Windows::new(3);
        let rows = [
            ("too few clients", 5, 5, None, false),
            ("two windows with enough", 5, 5, Some(75), true),
            ("a calm one", 100, 0, Some(0), false),
            ("enough, but few enough for chance", 8, 2, Some(18), false),
            ("the calm ones before have enough", 4, 4, Some(37), false),
            ("nobody", 0, 0, Some(37), false),
            ("the calm one is too long ago", 0, 0, None, false),
            ("many", 100, 50, Some(37), true),
        ];
        for (name, (row, clients, repeating, percent, is_above)) in (0..).zip(rows) {
            windows.close(window(name, clients, repeating));
            let reading = gauge.read(&windows, None, false);
            #[allow(clippy::cast_possible_truncation)]
            let found = reading.ratio.map(|ratio| (ratio * 100.0) as i64);
            assert_eq!((found, reading.is_above()), (percent, is_above), "{row}");
        }
    }

    #[test]
    fn the_more_windows_are_taken_together_the_less_chance_may_do() {
        for (together, is_above) in [(1, true), (3, false)] {
            let length = Duration::from_secs(10);
            let mut gauge = Gauge::new(Asked::repeat_ratio, band(), 8, length, together);
            for _ in 0..12 {
                gauge.band.learn(0.02);
            }
            let mut windows = Windows::new(together);
            windows.close(window(0, 8, 7));
            let reading = gauge.read(&windows, None, false);
            assert_eq!(reading.is_above(), is_above, "{together}");
        }
    }
}
