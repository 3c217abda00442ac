//! The scales of a chart: axes, labels and coordinates.

use std::fmt::Write as _;
use std::time::Duration;

use crate::watch::window::Window;

/// The height of the drawing in its own units; the page stretches it.
pub(crate) const HEIGHT: f64 = 1_000.0;

/// The points with a label on the time axis: the first of some six round intervals, such as ten
/// minutes.
pub(crate) fn ticks(points: &[Window]) -> Vec<usize> {
    let step = step(points);
    let stretch = |point: &Window| point.start.window(step);
    let two = points.windows(2).zip(1..);
    let begins = two.filter(|(two, _)| match two {
        [before, point] => stretch(before) != stretch(point),
        _ => false,
    });
    begins.map(|(_, place)| place).collect()
}

/// The interval of the labels.
pub(crate) fn step(points: &[Window]) -> Duration {
    const ROUND: [u64; 14] = [
        10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800,
    ];
    let seconds: u64 = points.iter().map(|point| point.length.as_secs()).sum();
    let least = seconds.div_ceil(9);
    let round = ROUND.into_iter().find(|round| *round >= least);
    Duration::from_secs(round.unwrap_or(least))
}

/// The time of day, with seconds if labels are closer than a minute; the day if they are a day
/// apart.
pub(crate) fn tick(point: &Window, step: Duration) -> String {
    let range = match step.as_secs() {
        0..60 => 11..19,
        60..86_400 => 11..16,
        _ => 0..10,
    };
    let text = point.start.to_string();
    text.get(range).map(str::to_owned).unwrap_or(text)
}

/// An area between two rows of values, in steps.
pub(crate) fn area(above: &[f64], below: &[f64], top: f64) -> String {
    let mut path = format!("M0 {HEIGHT}");
    // Writing into a string cannot fail.
    for (place, value) in (0_u32..).zip(above) {
        let _ = write!(path, "L{place} {0}H{1}", y(value / top), place + 1);
    }
    for (place, value) in (0_u32..).zip(below).collect::<Vec<_>>().into_iter().rev() {
        let _ = write!(path, "L{} {1}H{place}", place + 1, y(value / top));
    }
    path.push('Z');
    path
}

/// A curve through the middle of each point, broken where there is no value.
pub(crate) fn curve(values: impl Iterator<Item = Option<f64>>) -> String {
    let mut path = String::new();
    let mut command = 'M';
    for (place, value) in (0_u32..).zip(values) {
        match value {
            Some(value) => {
                let _ = write!(path, "{command}{place}.5 {}", y(value));
                command = 'L';
            }
            None => command = 'M',
        }
    }
    path
}

/// The y coordinate of a share.
fn y(share: f64) -> String {
    format!("{:.1}", HEIGHT * (1.0 - share))
}

pub(crate) fn percent_of(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
}

/// The next number that divides easily by four.
pub(crate) fn round_up(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    let steps = [1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 5.0, 6.0, 8.0, 10.0];
    let next = steps
        .iter()
        .map(|step| step * power)
        .find(|next| *next >= number);
    next.unwrap_or(number).max(4.0)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{area, curve, round_up, step, tick, ticks};
    use crate::log::Time;
    use crate::watch::window::Window;

    #[test]
    fn a_curve_is_broken_where_there_is_no_value() {
        let values = [Some(0.0), Some(1.0), None, Some(0.5)];
        assert_eq!(curve(values.into_iter()), "M0.5 1000.0L1.5 0.0M3.5 500.0");
    }

    #[test]
    fn an_area_goes_there_in_steps_and_back() {
        assert_eq!(
            area(&[1.0, 2.0], &[0.0, 1.0], 2.0),
            "M0 1000L0 500.0H1L1 0.0H2L2 500.0H1L1 1000.0H0Z"
        );
    }

    #[test]
    fn the_axis_ends_at_a_round_number() {
        for (number, expected) in [
            (1.0, 4.0),
            (4_710.0, 5_000.0),
            (18_900.0, 20_000.0),
            (10.1, 12.0),
        ] {
            assert!(
                (round_up(number) - expected).abs() < 1e-6,
                "{number}: {}",
                round_up(number)
            );
        }
    }

    #[test]
    fn labels_stand_at_round_times_and_are_not_too_many() {
        for (length, windows, expected) in [
            (10, 0, ""),
            (10, 5, "12:17:10 12:17:20 12:17:30 12:17:40"),
            (10, 450, "12:20 12:30 12:40 12:50 13:00 13:10 13:20 13:30"),
            (3_600, 48, "18:17 00:17 06:17 12:17 18:17 00:17 06:17"),
            (
                3_600,
                160,
                "2023-07-21 2023-07-22 2023-07-23 2023-07-24 2023-07-25 2023-07-26 2023-07-27",
            ),
        ] {
            let windows: Vec<_> = (0..windows).map(|number| window(number, length)).collect();
            let labels = ticks(&windows)
                .into_iter()
                .map(|place| tick(&windows[place], step(&windows)));
            let labels: Vec<_> = labels.collect();
            assert!(labels.len() <= 9, "{labels:?}");
            assert_eq!(
                labels.join(" "),
                expected,
                "{} of {length} s",
                windows.len()
            );
        }
    }

    fn window(number: i64, length: i64) -> Window {
        let start = Time::from_millis(1_689_855_420_000 + number * length * 1_000);
        Window::empty(start, Duration::from_secs(length.unsigned_abs()))
    }
}
