use std::time::Duration;

use serde::Serialize;

use super::settings::BandSettings;

/// Windows to learn before the usual ratio is used.
const ENOUGH_WINDOWS: u32 = 12;

/// What a ratio is usually, before anything is learnt.
const FIRST_USUAL: f64 = 0.1;

/// How far the limit is below the ceiling after a change of revision or switch, before anything is
/// learnt: a high ratio is then probably not usual.
const AFTER_CHANGE: f64 = 0.15;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Limit {
    /// The usual ratio, once it is learnt.
    pub(crate) usual: Option<f64>,
    /// A ratio above this raises an alarm.
    pub limit: f64,
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

    /// The usual ratio, once it is learnt.
    pub(crate) fn usual(&self) -> Option<f64> {
        (self.windows >= ENOUGH_WINDOWS).then_some(self.mean)
    }

    /// The limit of the next window. `elsewhere` is what is usual in all requests: it is taken, with
    /// twice the distance, until this band has learnt enough.
    pub(crate) fn limit(&self, elsewhere: Option<f64>, is_changed: bool) -> Limit {
        let BandSettings {
            above,
            deviations,
            ceiling,
            ..
        } = self.settings;
        // So that a limit stays below what is measured when every download fails.
        let highest = |usual: f64| 1.0 - (1.0 - ceiling) * (1.0 - usual);
        let usual = self.usual();
        let limit = match (usual, elsewhere) {
            (Some(usual), _) => {
                let distance = above.max(deviations * self.variance.sqrt());
                (usual + distance).min(highest(usual))
            }
            (None, Some(elsewhere)) => (elsewhere + 2.0 * above).min(highest(elsewhere)),
            (None, None) if is_changed => (ceiling - AFTER_CHANGE).max(0.0),
            (None, None) => ceiling,
        };
        Limit { usual, limit }
    }

    /// The ratio that chance is measured against.
    pub(crate) fn expected(&self, elsewhere: Option<f64>) -> f64 {
        self.usual().or(elsewhere).unwrap_or(FIRST_USUAL)
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
            above: 0.15,
            ceiling: 0.65,
            deviations: 4.0,
            half_life: Duration::from_mins(10),
        };
        Band::new(settings, Duration::from_secs(10))
    }

    #[test]
    fn the_limit_follows_what_is_usual() {
        type Row = (&'static str, &'static [f64], u32, Option<f64>, f64, f64);
        let rows: [Row; 8] = [
            ("nothing learnt, nothing changed", &[], 0, None, 0.65, 0.65),
            ("not enough learnt", &[0.0], 11, None, 0.65, 0.65),
            ("nothing learnt here", &[], 0, Some(0.05), 0.349, 0.351),
            ("a high ratio elsewhere", &[], 0, Some(0.6), 0.859, 0.861),
            ("hardly any repeats", &[0.02], 12, Some(0.5), 0.169, 0.171),
            ("a ratio that varies", &[0.0, 0.2], 200, None, 0.45, 0.52),
            ("a high ratio", &[0.52], 12, None, 0.669, 0.671),
            ("a very high ratio", &[0.9], 12, None, 0.964, 0.966),
        ];
        for (name, ratios, windows, elsewhere, least, most) in rows {
            let mut band = band();
            let ratios = ratios.iter().cycle();
            for ratio in ratios.take(windows.try_into().unwrap()) {
                band.learn(*ratio);
            }
            let limit = band.limit(elsewhere, false).limit;
            assert!((least..=most).contains(&limit), "{name}: {limit}");
        }
        let first = band().limit(None, true).limit;
        assert!((first - 0.5).abs() < 1e-9, "after a change: {first}");
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
        let usual = band.usual().unwrap();
        assert!((usual - 0.1).abs() < 1e-9, "{usual}");
    }
}
