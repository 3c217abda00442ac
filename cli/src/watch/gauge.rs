use std::collections::VecDeque;

use super::band::{Band, Limit};
use super::window::Compared;

/// Compares a repeat ratio with its usual value, window by window.
#[derive(Clone, Debug)]
pub(crate) struct Gauge {
    band: Band,
    /// A ratio of fewer compared requests means nothing.
    minimum: u64,
    /// The newest is first.
    last: VecDeque<Compared>,
    /// The most windows to add up if one has too few requests.
    most: usize,
}

/// A ratio and its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reading {
    /// Nothing if there are too few requests.
    pub(crate) ratio: Option<f64>,
    pub(crate) limit: Limit,
}

impl Reading {
    /// The ratio, if it is above its limit.
    pub(crate) fn above(&self) -> Option<f64> {
        self.ratio.filter(|ratio| *ratio > self.limit.limit)
    }
}

impl Gauge {
    pub(crate) fn new(band: Band, minimum: u64, most: usize) -> Self {
        Self {
            band,
            minimum,
            last: VecDeque::new(),
            most,
        }
    }

    /// Reads the ratio of a window, with as many earlier ones as it needs.
    pub(crate) fn read(&mut self, window: Compared, is_changed: bool) -> Reading {
        self.last.truncate(self.most.saturating_sub(1));
        self.last.push_front(window);
        let mut sum = Compared::default();
        for window in &self.last {
            sum = sum.and(*window);
            if sum.compared >= self.minimum {
                break;
            }
        }
        Reading {
            ratio: sum.ratio().filter(|_| sum.compared >= self.minimum),
            limit: self.band.limit(sum.compared, is_changed),
        }
    }

    /// Learns a reading of a calm window.
    pub(crate) fn learn(&mut self, reading: &Reading) {
        if let Some(ratio) = reading.ratio {
            self.band.learn(ratio);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Gauge;
    use crate::watch::band::tests::band;
    use crate::watch::window::Compared;

    #[test]
    fn as_many_windows_are_taken_together_as_are_needed() {
        let mut gauge = Gauge::new(band(), 100, 3);
        for (name, compared, repeats, expected) in [
            ("one with too few", 50, 5, None),
            ("two with too few", 30, 5, None),
            ("three with enough", 20, 10, Some(0.2)),
            ("one with enough", 200, 100, Some(0.5)),
            ("with the one before", 50, 0, Some(0.4)),
            ("nothing", 0, 0, Some(0.4)),
            ("the one with enough is too long ago", 0, 0, None),
        ] {
            let reading = gauge.read(Compared { compared, repeats }, false);
            assert_eq!(reading.ratio, expected, "{name}");
        }
    }
}
