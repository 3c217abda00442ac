use std::fmt::Write as _;
use std::time::Duration;

use indicatif::HumanCount;
use maud::{Markup, html};

use crate::text::percent;
use crate::watch::band::{Limit, count};
use crate::watch::timeline::Timeline;
use crate::watch::window::Window;

/// The number of reasons with their own colour.
const MOST_REASONS: usize = 4;

/// The height of the drawing in its own units; the page stretches it.
const HEIGHT: f64 = 1_000.0;

/// The requests a second, by decision.
pub(crate) fn decisions(timeline: &Timeline) -> Markup {
    let points = &timeline.points;
    let series = series(points);
    let highest = points
        .iter()
        .map(|point| rate(point, point.counts.requests));
    let top = round_up(highest.fold(1.0, f64::max));
    let mut below = vec![0.0; points.len()];
    let areas: Vec<_> = (0..)
        .zip(&series)
        .map(|(number, one)| {
            let above = below.iter().zip(points).zip(&one.numbers);
            let above: Vec<_> = above
                .map(|((below, point), number)| below + rate(point, *number))
                .collect();
            let path = area(&above, &below, top);
            below = above;
            (class(number), path)
        })
        .collect();
    let drawing = html! {
        @for (class, path) in &areas { path class=(format!("area {class}")) d=(path) {} }
    };
    html! {
        section {
            h2 { "Requests a second, by decision" }
            ul.legend {
                @for (number, one) in (0..).zip(&series) {
                    li { svg viewBox="0 0 14 8" { rect class=(format!("area {}", class(number))) width="14" height="8" {} } (one.name) }
                }
                (marks(timeline))
            }
            (chart("Requests a second, by decision", timeline, top, |value| HumanCount(whole(value)).to_string(), &drawing))
        }
    }
}

/// The repeat ratio, its usual value and the limit.
pub(crate) fn ratios(timeline: &Timeline) -> Markup {
    ratio_chart(
        timeline,
        "Repeat ratio",
        "The share of GET requests in which the same client asked for the same file again within a minute, as cargo does when a download fails.",
        |point| (point.repeat_ratio, point.limit),
    )
}

/// The same for redirects alone, if it differs.
pub(crate) fn redirect_ratios(timeline: &Timeline) -> Markup {
    let points = &timeline.points;
    let is_apart = points.iter().any(Window::are_redirects_apart);
    let is_known = points
        .iter()
        .any(|point| point.redirect_repeat_ratio.is_some());
    html! {
        @if is_apart && is_known {
            (ratio_chart(
                timeline,
                "Repeat ratio of redirects alone",
                "The same share of the requests that were answered with a redirect. Where they are few, up to a minute of them is judged together.",
                |point| (point.redirect_repeat_ratio, point.redirect_limit),
            ))
        }
    }
}

fn ratio_chart(
    timeline: &Timeline,
    name: &str,
    explanation: &str,
    read: fn(&Window) -> (Option<f64>, Limit),
) -> Markup {
    let readings = timeline.points.iter().map(read);
    let ratios = readings.clone().map(|(ratio, _)| ratio);
    let usual = readings.clone().map(|(_, limit)| limit.usual);
    let limits = readings.map(|(_, limit)| Some(limit.limit));
    let curves = [
        ("curve s2", curve(usual), "what is usual"),
        (
            "curve s1 dashed",
            curve(limits),
            "limit: above it, an alarm is raised",
        ),
        ("curve s0", curve(ratios), "repeat ratio"),
    ];
    let drawing = html! {
        @for (class, path, _) in &curves { path class=(class) d=(path) {} }
    };
    let label = format!("{name} in percent");
    html! {
        section {
            h2 { (name) }
            p.faint { (explanation) }
            ul.legend {
                @for (class, _, name) in curves.iter().rev() {
                    li { svg viewBox="0 0 22 8" { path class=(class) d="M0 4H22" {} } (name) }
                }
                (marks(timeline))
            }
            (chart(&label, timeline, 1.0, |share| percent(share).replace(".0", ""), &drawing))
        }
    }
}

/// The legend of the marks.
fn marks(timeline: &Timeline) -> Markup {
    html! {
        @if !timeline.alarms.is_empty() { li { span.alarm { "1" } "alarm, from when to when" } }
        @if !timeline.changes.is_empty() { li { span.change { "▼" } "another revision or switch" } }
    }
}

/// The numbers of one decision, point by point.
struct Series {
    name: String,
    numbers: Vec<u64>,
}

/// Redirects, the most frequent reasons, and the rest.
fn series(points: &[Window]) -> Vec<Series> {
    let mut sum = points
        .first()
        .map(|point| point.counts.clone())
        .unwrap_or_default();
    points
        .iter()
        .skip(1)
        .for_each(|point| sum.merge(&point.counts));
    let mut reasons: Vec<_> = sum.origin.into_iter().collect();
    reasons.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let reasons: Vec<_> = reasons.into_iter().map(|(reason, _)| reason).collect();
    let (drawn, rest) = reasons.split_at(MOST_REASONS.min(reasons.len()));

    let of = |name: String, number: &dyn Fn(&Window) -> u64| Series {
        name,
        numbers: points.iter().map(number).collect(),
    };
    let in_reasons = |point: &Window, reasons: &[String]| {
        let numbers = reasons
            .iter()
            .filter_map(|reason| point.counts.origin.get(reason));
        numbers.sum::<u64>()
    };
    let mut series = vec![of("redirect".to_owned(), &|point| point.counts.redirects)];
    for reason in drawn.chunks(1) {
        series.push(of(format!("origin: {}", reason.concat()), &|point| {
            in_reasons(point, reason)
        }));
    }
    series.push(of("origin: all other reasons".to_owned(), &|point| {
        in_reasons(point, rest)
    }));
    series.push(of("no decision in the line".to_owned(), &|point| {
        point.counts.other
    }));
    series.retain(|one| one.numbers.iter().any(|number| *number > 0));
    series
}

/// A chart: axes, alarms and changes, and the drawing.
fn chart(
    name: &str,
    timeline: &Timeline,
    top: f64,
    label: fn(f64) -> String,
    drawing: &Markup,
) -> Markup {
    let points = &timeline.points;
    let across = |place: f64| percent_of(place / count(points.len() as u64));
    let heights = [0.0, 0.25, 0.5, 0.75, 1.0];
    html! {
        figure {
            div.chart role="img" aria-label=(name) {
                @for height in heights {
                    @if height > 0.0 { div.grid style=(format!("bottom:{}", percent_of(height))) {} }
                    span.y style=(format!("bottom:{}", percent_of(height))) { (label(height * top)) }
                }
                svg viewBox=(format!("0 0 {} {HEIGHT}", points.len())) preserveAspectRatio="none" aria-hidden="true" { (drawing) }
                @for (number, place) in ticks(points).into_iter().enumerate() {
                    @if let Some(point) = points.get(place) {
                        span.x.minor[number % 2 == 1] style=(format!("left:{}", across(count(place as u64)))) { (tick(point, step(points))) }
                    }
                }
                @for change in &timeline.changes {
                    div.mark style=(format!("left:{}", across(timeline.place(change.time)))) { span { "▼" } }
                }
                @for alarm in &timeline.alarms {
                    @let begin = timeline.place(alarm.began);
                    @let end = alarm.ended.map_or(count(points.len() as u64), |ended| timeline.place(ended));
                    div.band style=(format!("left:{};width:{}", across(begin), across((end - begin).max(0.0)))) {
                        span { span.minor { "alarm " } (alarm.number) }
                    }
                }
            }
        }
    }
}

/// The points with a label on the time axis: the first of some six round intervals, such as ten
/// minutes.
fn ticks(points: &[Window]) -> Vec<usize> {
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
fn step(points: &[Window]) -> Duration {
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
fn tick(point: &Window, step: Duration) -> String {
    let range = match step.as_secs() {
        0..60 => 11..19,
        60..86_400 => 11..16,
        _ => 0..10,
    };
    let text = point.start.to_string();
    text.get(range).map(str::to_owned).unwrap_or(text)
}

/// An area between two rows of values, in steps.
fn area(above: &[f64], below: &[f64], top: f64) -> String {
    let mut path = "M0 ".to_owned();
    // Writing into a string cannot fail.
    let _ = write!(path, "{HEIGHT}");
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
fn curve(values: impl Iterator<Item = Option<f64>>) -> String {
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

fn percent_of(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
}

fn class(number: usize) -> String {
    format!("s{}", number.min(6))
}

fn rate(point: &Window, number: u64) -> f64 {
    count(number) / point.length.as_secs_f64().max(1e-3)
}

/// The next number that divides easily by four.
fn round_up(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    let steps = [1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 5.0, 6.0, 8.0, 10.0];
    let next = steps
        .iter()
        .map(|step| step * power)
        .find(|next| *next >= number);
    next.unwrap_or(number).max(4.0)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{area, curve, round_up, step, tick, ticks};
    use crate::watch::time::Time;
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
