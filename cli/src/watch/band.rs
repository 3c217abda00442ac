use std::time::Duration;

use serde::Serialize;

use super::settings::BandSettings;

/// The least deviation: a steady ratio may still move.
const LEAST_DEVIATION: f64 = 0.02;

/// The number of windows to learn before the usual ratio means anything.
const ENOUGH_WINDOWS: u32 = 12;

/// The usual ratio and its variance, as exponentially weighted averages.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Band {
    settings: BandSettings,
    /// The weight of the newest window.
    weight: f64,
    mean: f64,
    variance: f64,
    windows: u32,
}

/// The limit of a window's ratio.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Limit {
    /// The usual ratio, once it is learnt.
    pub(crate) usual: Option<f64>,
    /// A ratio above this raises an alarm.
    pub(crate) limit: f64,
}

impl Band {
    pub(crate) fn new(settings: BandSettings, window: Duration) -> Self {
        let half_lives = window.as_secs_f64() / settings.half_life.as_secs_f64().max(1e-3);
        Self {
            settings,
            weight: 1.0 - 0.5_f64.powf(half_lives),
            mean: 0.0,
            variance: 0.0,
            windows: 0,
        }
    }

    /// The limit for a window with this many compared requests.
    ///
    /// Until the usual ratio is learnt, it depends on whether the revision or switch has changed:
    /// if not, a high ratio is probably usual.
    pub(crate) fn limit(&self, compared: u64, is_changed: bool) -> Limit {
        let settings = &self.settings;
        let (floor, ceiling) = (settings.floor, settings.ceiling);
        if self.windows < ENOUGH_WINDOWS {
            let first = floor.max(settings.first_floor).min(ceiling);
            return Limit {
                usual: None,
                limit: if is_changed { first } else { ceiling },
            };
        }
        // Even if the ratio is constant, a window of few requests deviates by chance.
        let by_chance = (self.mean * (1.0 - self.mean) / count(compared.max(1))).sqrt();
        let deviation = self.variance.sqrt().max(by_chance).max(LEAST_DEVIATION);
        let ceiling = if settings.is_ceiling_fixed {
            ceiling
        } else {
            1.0 - (1.0 - ceiling) * (1.0 - self.mean)
        };
        Limit {
            usual: Some(self.mean),
            limit: floor
                .max(self.mean + settings.deviations * deviation)
                .min(ceiling),
        }
    }

    /// Learns the ratio of a calm window.
    pub(crate) fn learn(&mut self, ratio: f64) {
        self.windows = self.windows.saturating_add(1);
        // The first windows are averaged equally, or the very first would count for most.
        let weight = self.weight.max(1.0 / f64::from(self.windows));
        let difference = ratio - self.mean;
        self.mean += weight * difference;
        self.variance = (1.0 - weight) * (self.variance + weight * difference * difference);
    }
}

/// A count as a float. No count in a log is large enough to lose precision.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn count(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::Band;
    use crate::watch::settings::BandSettings;

    /// A band that has learnt nothing.
    pub(crate) fn band() -> Band {
        let settings = BandSettings {
            floor: 0.3,
            first_floor: 0.5,
            ceiling: 0.65,
            is_ceiling_fixed: false,
            deviations: 6.0,
            half_life: Duration::from_mins(10),
        };
        Band::new(settings, Duration::from_secs(10))
    }

    #[test]
    fn the_limit_follows_what_is_usual_and_never_falls_below_the_floor() {
        type Row = (&'static str, &'static [f64], u32, u64, f64, f64);
        let rows: [Row; 9] = [
            ("nothing is learnt", &[], 0, 10_000, 0.5, 0.5),
            ("little is learnt", &[0.4], 11, 10_000, 0.5, 0.5),
            ("a low ratio", &[0.01], 100, 10_000, 0.3, 0.3),
            ("a high ratio", &[0.53], 100, 10_000, 0.64, 0.66),
            ("a very high ratio", &[0.9], 100, 10_000, 0.96, 0.97),
            ("nothing but repeats", &[1.0], 100, 10_000, 0.99, 1.0),
            ("a constant ratio", &[0.4], 100, 10_000, 0.51, 0.53),
            ("a ratio that moves", &[0.2, 0.6], 100, 10_000, 0.78, 0.8),
            ("few requests", &[0.2], 100, 100, 0.43, 0.45),
        ];
        for (name, ratios, times, compared, from, to) in rows {
            let mut band = band();
            for ratio in ratios.iter().cycle().take(times as usize) {
                band.learn(*ratio);
            }
            let limit = band.limit(compared, true).limit;
            assert!((from..=to).contains(&limit), "{name}: {limit}");
        }
    }

    #[test]
    fn before_anything_is_learnt_a_change_makes_it_stricter() {
        for (is_changed, expected) in [(true, 0.5), (false, 0.65)] {
            let limit = band().limit(1_000, is_changed);
            assert_eq!(limit.usual, None);
            assert!((limit.limit - expected).abs() < 1e-9, "{is_changed}");
        }
    }

    #[test]
    fn whatever_is_usual_a_full_break_is_above_the_limit() {
        for usual in [0.0, 0.2, 0.5, 0.8, 0.95] {
            let mut band = band();
            for ratio in [usual - 0.05, usual + 0.05].iter().cycle().take(100) {
                band.learn(*ratio);
            }
            let broken = 1.0 - (1.0 - usual) / 4.0;
            let limit = band.limit(1_000, false).limit;
            assert!(limit < broken, "{usual}: {limit} and {broken}");
        }
    }

    #[test]
    fn after_a_half_life_the_past_counts_half() {
        let mut band = band();
        for _ in 0..10_000 {
            band.learn(0.0);
        }
        for _ in 0..60 {
            band.learn(0.2);
        }
        let usual = band.limit(1_000, true).usual.unwrap();
        assert!((usual - 0.1).abs() < 1e-9, "{usual}");
    }
}
