//! The page for an incident's postmortem: one file without scripts or links.

mod chart;
mod scale;
mod scopes;

use indicatif::HumanCount;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::chart::{decisions, ratios, ratios_in_scopes};
use super::alarm::{Alarm, Cause};
use super::band::count;
use super::event::Summary;
use super::text::unknown_clients;
use super::timeline::Timeline;
use super::window::Window;
use crate::log::Time;
use crate::text::{percent, seconds};

/// The page in HTML, with no reference to anything outside.
pub fn page(summary: &Summary, timeline: &Timeline) -> String {
    let title = match summary.begin.zip(summary.end) {
        Some((begin, end)) => format!("{} to {} UTC", day_and_time(begin), time_on(end, begin)),
        None => "an empty log".to_owned(),
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Signpost watch: " (title) }
                style { (PreEscaped(include_str!("report/style.css"))) }
            }
            body {
                main {
                    h1 { "Signpost watch" }
                    p.faint { (title) }
                    (verdict(summary, timeline))
                    @if !timeline.points.is_empty() {
                        (decisions(timeline))
                        (ratios(timeline))
                        (ratios_in_scopes(timeline))
                    }
                    (alarms(timeline))
                    (scopes::table(timeline))
                    (figures(summary))
                    (windows(&timeline.points))
                }
            }
        }
    };
    page.into_string()
}

fn verdict(summary: &Summary, timeline: &Timeline) -> Markup {
    html! {
        div.verdict.found[summary.alarms > 0] {
            @if timeline.alarms.is_empty() {
                p { strong { "No alarm was raised." } }
            }
            @for alarm in timeline.alarms.iter().take(5) {
                p { strong { (began(alarm)) } " Why: " (alarm.cause) ". " (ended(alarm)) }
            }
            @if summary.alarms > 5 {
                p { (HumanCount(u64::from(summary.alarms) - 5)) " more alarms were raised." }
            }
        }
    }
}

/// When an alarm was raised, for whom, and how long after which change.
fn began(alarm: &Alarm) -> String {
    let (number, began) = (alarm.number, alarm.began.time_of_day());
    let scope = &alarm.scope;
    let after = match alarm.change.as_ref().zip(alarm.after_change()) {
        Some((change, after)) => format!(", {} after {change}", seconds(after)),
        None => String::new(),
    };
    format!("Alarm {number} was raised for {scope} at {began}{after}.")
}

fn ended(alarm: &Alarm) -> String {
    match alarm.ended {
        Some(ended) => format!(
            "It ended at {}, after {}.",
            ended.time_of_day(),
            seconds(ended.since(alarm.began))
        ),
        None => "It had not ended when the log did.".to_owned(),
    }
}

fn alarms(timeline: &Timeline) -> Markup {
    html! {
        h2 { "Alarms and changes" }
        @if timeline.alarms.is_empty() && timeline.changes.is_empty() {
            p { "There were none." }
        } @else {
            div.scroll {
                table.alarms {
                    thead { tr { th { "Time (UTC)" } th { "What" } th { "Ended" } th { "Why" } } }
                    tbody { @for (_, row) in rows(timeline) { (row) } }
                }
            }
        }
    }
}

/// A row for each alarm and change, by time.
fn rows(timeline: &Timeline) -> Vec<(Time, Markup)> {
    let alarms = timeline.alarms.iter().map(|alarm| {
        let ended = alarm
            .ended
            .map_or_else(|| "not yet".to_owned(), Time::time_of_day);
        let kind = match alarm.cause {
            Cause::RepeatRatio(_) => "repeat ratio",
            Cause::Refusal { .. } => "refused proof",
            Cause::TrafficFell { .. } => "less traffic",
            Cause::NotRedirected(_) => "not redirected",
        };
        let row = html! {
            tr {
                td.time { (alarm.began.time_of_day()) }
                td.time { "alarm " (alarm.number) ": " (kind) }
                td.time data-name="ended: " { (ended) }
                td { (alarm) }
            }
        };
        (alarm.began, row)
    });
    let changes = timeline.changes.iter().map(|change| {
        let (from, to) = (&change.from, &change.to);
        let row = html! {
            tr {
                td.time { (change.time.time_of_day()) }
                td.time { "change" }
                td.empty {}
                td {
                    (change) "; before it revision " (from.revision) " and the switch `" (from.switch)
                    "`, after it revision " (to.revision) " and the switch `" (to.switch) "`"
                }
            }
        };
        (change.time, row)
    });
    let mut rows: Vec<_> = alarms.chain(changes).collect();
    rows.sort_by_key(|(time, _)| *time);
    rows
}

fn figures(summary: &Summary) -> Markup {
    let counts = &summary.counts;
    let of = &counts.figures;
    let requests = of.requests.max(1);
    let row = |name: &str, number: u64, of: Option<u64>| {
        let share = of.map_or_else(String::new, |of| percent(count(number) / count(of.max(1))));
        html! { tr { th scope="row" { (name) } td.number { (HumanCount(number)) } td.number { (share) } } }
    };
    html! {
        h2 { "Figures" }
        div.scroll {
            table {
                thead { tr { th { "Of the whole log" } th.number { "Number" } th.number { "Share" } } }
                tbody {
                    (row("Requests", of.requests, None))
                    (row("Redirects", of.redirects, Some(requests)))
                    @for (reason, number) in &counts.reasons {
                        (row(&format!("Origin: {reason}"), *number, Some(requests)))
                    }
                    (row("Preflights", of.preflights, Some(requests)))
                    (row("Without a decision in their line", of.other, Some(requests)))
                    (row("Refused proofs", of.refusals, Some(requests)))
                    (row("On the side of next, which had no way for them: config answered", of.next_refused, Some(requests)))
                    (row("Repeated attempts on the side of next: config answered", of.next_retried, Some(requests)))
                    (row("On routes, and not redirected though they should be", of.not_redirected, Some(requests)))
                    (row("Repeats, of the requests compared", of.repeats, Some(of.compared)))
                    (row("Repeats after the third of a client for a file, which do not count", of.more_repeats, Some(requests)))
                    (row("Windows", summary.windows, None))
                    (row("Windows with too few clients to judge", summary.not_judged, Some(summary.windows)))
                    (row("Lines", summary.lines, None))
                    (row("Lines in a window beside their own", summary.late + summary.early, Some(summary.lines)))
                    (row("Lines over a minute behind or ahead, in no window", summary.too_late + summary.too_early, Some(summary.lines)))
                    (row("Lines that could not be read", summary.unreadable, Some(summary.lines)))
                }
            }
        }
        @if let Some(note) = unknown_clients(counts) { p { (note) "." } }
        @if !summary.samples.is_empty() {
            p { "The first lines that could not be read:" }
            ul { @for sample in &summary.samples { li { (sample.place()) ": " (sample.why) } } }
        }
    }
}

fn windows(points: &[Window]) -> Markup {
    html! {
        details {
            summary { "The charts as a table" }
            div.scroll {
                table {
                    thead {
                        tr {
                            th { "From (UTC)" } th.number { "Requests" } th.number { "Redirects" }
                            th.number { "Origin" } th.number { "Refusals" } th.number { "Repeat ratio" }
                            th.number { "Limit" }
                        }
                    }
                    tbody {
                        @for point in points {
                            tr {
                                td.time { (point.start) }
                                td.number { (HumanCount(point.counts.figures.requests)) }
                                td.number { (HumanCount(point.counts.figures.redirects)) }
                                td.number { (HumanCount(point.counts.figures.origin)) }
                                td.number { (HumanCount(point.counts.figures.refusals)) }
                                td.number { (point.repeats.repeat_ratio.map_or_else(String::new, percent)) }
                                td.number { (percent(point.repeats.limit.limit)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn day_and_time(time: Time) -> String {
    let text = time.to_string();
    text.trim_end_matches('Z').replace('T', " ")
}

/// A time, with its day if that differs.
fn time_on(time: Time, before: Time) -> String {
    let [this, before] = [time, before].map(day_and_time);
    if this.get(..10) == before.get(..10) {
        time.time_of_day()
    } else {
        this
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::page;
    use crate::log::Time;
    use crate::watch::alarm::{Alarm, Cause};
    use crate::watch::band::Limit;
    use crate::watch::changes::Change;
    use crate::watch::event::{Event, Summary};
    use crate::watch::figures::Figures;
    use crate::watch::line::InForce;
    use crate::watch::scope::Scope;
    use crate::watch::timeline::Timeline;
    use crate::watch::window::{Counts, InScope, Ratio, Window};

    fn timeline(hostile: &str) -> Timeline {
        let mut timeline = Timeline::default();
        let at = |seconds: i64| Time::from_millis(1_689_855_420_000 + seconds * 1_000);
        for number in 0..10 {
            timeline.add(&Event::Window(Window {
                counts: Counts {
                    figures: Figures {
                        requests: 100,
                        redirects: 90,
                        origin: 10,
                        ..Figures::default()
                    },
                    reasons: [(hostile.to_owned(), 10)].into(),
                    ..Counts::default()
                },
                repeats: Ratio {
                    repeat_ratio: (number > 2).then_some(0.5),
                    limit: Limit::default(),
                },
                scopes: vec![InScope {
                    scope: Scope::Route(hostile.to_owned()),
                    figures: Figures::default(),
                    repeats: Ratio::default(),
                }],
                ..Window::empty(at(number * 10), Duration::from_secs(10))
            }));
        }
        let known = InForce {
            revision: hostile.to_owned().into(),
            switch: hostile.to_owned().into(),
        };
        let change = Change {
            time: at(20),
            from: known.clone(),
            to: known,
        };
        timeline.add(&Event::Change(change.clone()));
        timeline.add(&Event::AlarmBegan(Alarm {
            number: 1,
            scope: Scope::Route(hostile.to_owned()),
            began: at(40),
            cause: Cause::Refusal {
                refusal: hostile.to_owned(),
                url: hostile.to_owned(),
            },
            change: Some(change),
            ended: None,
        }));
        timeline
    }

    #[test]
    fn the_page_says_what_happened_and_needs_nothing_else() {
        let summary = Summary {
            alarms: 1,
            begin: Some(Time::from_millis(1_689_855_420_000)),
            end: Some(Time::from_millis(1_689_855_520_000)),
            ..Summary::default()
        };
        let page = page(&summary, &timeline("not-the-base"));
        for part in [
            "<title>Signpost watch: 2023-07-20 12:17:00 to 12:18:40 UTC</title>",
            "Alarm 1 was raised for route not-the-base at 12:17:40, 20s after revision not-the-base came into force.",
            "Repeat ratio of route not-the-base",
            "It had not ended when the log did.",
            "origin: not-the-base",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        for part in ["<script", "http://", "https://", "url("] {
            assert!(!page.contains(part), "{part} is in the page");
        }
    }

    #[test]
    fn text_in_a_log_is_never_markup() {
        let page = page(
            &Summary::default(),
            &timeline("\"><script>alert(1)</script>&'"),
        );
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;"));
    }

    #[test]
    fn an_empty_log_has_a_page() {
        let page = page(&Summary::default(), &Timeline::default());
        assert!(page.contains("No alarm was raised."), "{page}");
        assert!(!page.contains("<figure"), "{page}");
    }
}
