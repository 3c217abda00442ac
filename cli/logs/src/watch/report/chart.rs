use indicatif::HumanCount;
use maud::{Markup, html};

use super::scale::{HEIGHT, area, curve, percent_of, round_up, step, tick, ticks, whole};
use crate::text::percent;
use crate::watch::band::count;
use crate::watch::timeline::Timeline;
use crate::watch::window::{Counts, Ratio, Window};

/// The number of reasons with their own colour.
const MOST_REASONS: usize = 4;

/// The most scopes with a chart of their own.
const MOST_SCOPES: usize = 6;

/// The requests a second, by decision.
pub(crate) fn decisions(timeline: &Timeline) -> Markup {
    let points = &timeline.points;
    let series = series(points);
    let highest = points
        .iter()
        .map(|point| rate(point, point.counts.figures.requests));
    let top = round_up(highest.fold(1.0, f64::max));
    let mut below = vec![0.0; points.len()];
    let areas: Vec<_> = (0..)
        .zip(&series)
        .map(|(number, (_, numbers))| {
            let above = below.iter().zip(points).zip(numbers);
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
                @for (number, (name, _)) in (0..).zip(&series) {
                    li { svg viewBox="0 0 14 8" { rect class=(format!("area {}", class(number))) width="14" height="8" {} } (name) }
                }
                (marks(timeline))
            }
            (chart("Requests a second, by decision", timeline, top, |value| HumanCount(whole(value)).to_string(), &drawing))
        }
    }
}

/// The repeat ratio of all requests, its usual value and the limit.
pub(crate) fn ratios(timeline: &Timeline) -> Markup {
    let points = timeline.points.iter();
    let ratios: Vec<_> = points.map(|point| Some(point.repeats)).collect();
    ratio_chart(
        timeline,
        "Repeat ratio",
        "The share of GET requests in which the same client asked for the same file again within a minute, as cargo does when a download fails: each client's share, averaged over the clients. What an alarm about a part of the requests explains is left out.",
        &ratios,
    )
}

/// The same for the first scopes that an alarm was raised for.
pub(crate) fn ratios_in_scopes(timeline: &Timeline) -> Markup {
    html! {
        @for (scope, in_scope) in timeline.in_alarm().take(MOST_SCOPES) {
            (ratio_chart(
                timeline,
                &format!("Repeat ratio of {scope}"),
                "The same for these requests alone. Where their clients are few, up to a minute of them is judged together.",
                &in_scope.ratios,
            ))
        }
    }
}

fn ratio_chart(
    timeline: &Timeline,
    name: &str,
    explanation: &str,
    ratios: &[Option<Ratio>],
) -> Markup {
    let usual = ratios.iter().map(|ratio| ratio.as_ref()?.limit.usual);
    let limits = ratios.iter().map(|ratio| Some(ratio.as_ref()?.limit.limit));
    let ratios = ratios.iter().map(|ratio| ratio.as_ref()?.repeat_ratio);
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

/// The name of a decision, and its numbers point by point.
type Series = (String, Vec<u64>);

/// Redirects, the most frequent reasons, and the rest.
fn series(points: &[Window]) -> Vec<Series> {
    let mut sum = Counts::default();
    for point in points {
        sum.merge(&point.counts);
    }
    let mut reasons: Vec<_> = sum.reasons.into_iter().collect();
    reasons.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let reasons: Vec<_> = reasons.into_iter().map(|(reason, _)| reason).collect();
    let (drawn, rest) = reasons.split_at(MOST_REASONS.min(reasons.len()));

    let of = |name: &str, number: &dyn Fn(&Window) -> u64| -> Series {
        (name.to_owned(), points.iter().map(number).collect())
    };
    let in_reasons = |point: &Window, reasons: &[String]| {
        let numbers = reasons
            .iter()
            .filter_map(|reason| point.counts.reasons.get(reason));
        numbers.sum::<u64>()
    };
    let mut series = vec![
        of("redirect", &|point| point.counts.figures.redirects),
        of("preflight", &|point| point.counts.figures.preflights),
    ];
    for reason in drawn.chunks(1) {
        series.push(of(&format!("origin: {}", reason.concat()), &|point| {
            in_reasons(point, reason)
        }));
    }
    series.push(of("origin: all other reasons", &|point| {
        in_reasons(point, rest)
    }));
    series.push(of("no decision in the line", &|point| {
        point.counts.figures.other
    }));
    series.retain(|(_, numbers)| numbers.iter().any(|number| *number > 0));
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

fn class(number: usize) -> String {
    format!("s{}", number.min(6))
}

fn rate(point: &Window, number: u64) -> f64 {
    count(number) / point.length.as_secs_f64().max(1e-3)
}
