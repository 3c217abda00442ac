//! Shows events and summaries to people.

use std::fmt::Write as _;

use anstyle::Style;
use indicatif::HumanCount;

use super::band::count;
use super::event::{Event, Summary};
use super::window::{Counts, Window};
use crate::text::{alarm_began, alarm_ended, counted, percent};

/// The lines of an event, with colours; empty if it has none.
pub fn event(event: &Event) -> String {
    match event {
        Event::Window(window) => line_of(window),
        Event::Change(change) => {
            let style = Style::new().bold();
            format!("{style}{}  {change}{style:#}\n", change.time)
        }
        Event::AlarmBegan(alarm) => alarm_began(alarm.began, alarm.number, alarm),
        Event::AlarmEnded(alarm) => {
            let ended = alarm.ended.unwrap_or(alarm.began);
            let lasted = ended.since(alarm.began);
            alarm_ended(ended, alarm.number, lasted, &alarm.scope)
        }
        Event::Notice(notice) => format!("{}  notice: {notice}\n", notice.time),
        Event::NextRefused(refused) => format!("{}  notice: {refused}\n", refused.time),
        // Shown on standard error.
        Event::Unreadable { .. } => String::new(),
    }
}

/// A warning that much of the log is unreadable.
pub fn warning(event: &Event) -> Option<String> {
    let Event::Unreadable {
        unreadable,
        of,
        why,
    } = event
    else {
        return None;
    };
    Some(format!(
        "{unreadable} of the last {of} lines could not be read, and are not watched; the last of them: {why}"
    ))
}

/// The summary of a log for people.
pub fn summary(summary: &Summary) -> String {
    let counts = &summary.counts;
    let first = format!(
        "{} lines: {} requests, {}; {}",
        HumanCount(summary.lines),
        HumanCount(counts.figures.requests),
        decisions(counts),
        counted(summary.alarms, "alarm"),
    );
    let mut lines = vec![first];
    lines.extend(notes(summary));
    if summary.unreadable > 0 {
        let unreadable = counted(summary.unreadable, "line");
        lines.push(format!("{unreadable} could not be read, first:"));
        let samples = summary.samples.iter();
        lines.extend(samples.map(|sample| format!("  {}: {}", sample.place(), sample.why)));
    }
    lines.join("\n  ") + "\n"
}

fn notes(summary: &Summary) -> Vec<String> {
    let mut notes: Vec<_> = unknown_clients(&summary.counts).into_iter().collect();
    if summary.not_judged > 0 {
        notes.push(format!(
            "{} of {} windows had too few clients to judge by their repeat ratio",
            HumanCount(summary.not_judged),
            HumanCount(summary.windows)
        ));
    }
    if summary.notices > 0 {
        let notices = counted(summary.notices, "notice");
        notes.push(format!("{notices} of one client that repeats a lot"));
    }
    notes.extend(of_sides(summary));
    let refused = summary.counts.figures.next_refused;
    if refused > 0 {
        let refused = counted(refused, "request");
        notes.push(format!(
            "next had no way for {refused}, which config answered"
        ));
    }
    if summary.are_too_many {
        notes.push(
            "there are too many edge locations, targets or routes: some are not judged apart"
                .to_owned(),
        );
    }
    for (lines, what) in [
        (summary.late, "late, counted in the window after"),
        (summary.early, "early, counted in the window before"),
        (
            summary.too_late,
            "over a minute behind those around, counted in no window",
        ),
        (
            summary.too_early,
            "over a minute ahead of those around, counted in no window",
        ),
    ] {
        if lines > 0 {
            notes.push(format!("{} {what}", counted(lines, "line")));
        }
    }
    notes
}

/// How `next` was judged, if it had a share.
fn of_sides(summary: &Summary) -> Option<String> {
    let Summary {
        next_good,
        next_broken,
        next_too_few,
        ..
    } = summary;
    let windows = next_good + next_broken + next_too_few;
    (windows > 0).then(|| {
        format!(
            "of {} with a share of next, it was good in {}, broken in {}, and {} had too few requests",
            counted(windows, "window"),
            HumanCount(*next_good),
            HumanCount(*next_broken),
            HumanCount(*next_too_few),
        )
    })
}

/// A note if most clients are unknown.
pub(crate) fn unknown_clients(counts: &Counts) -> Option<String> {
    let requests = counts.figures.requests;
    let unknown = requests.saturating_sub(counts.downloads);
    (unknown * 2 > requests).then(|| {
        format!(
            "{} of the requests are not GET or have no client address (`log.client_ip`): the repeat ratio is that of the others",
            percent(count(unknown) / count(requests)),
        )
    })
}

fn line_of(window: &Window) -> String {
    let counts = &window.counts;
    let rate = count(counts.figures.requests) / window.length.as_secs_f64();
    let mut line = format!(
        "{}  {} requests ({rate:.0}/s): {}; ",
        window.start,
        HumanCount(counts.figures.requests),
        decisions(counts),
    );
    // Writing into a string cannot fail.
    let _ = match window.repeats.repeat_ratio {
        Some(ratio) => write!(line, "{} repeats", percent(ratio)),
        None => write!(line, "no repeats known"),
    };
    let limit = window.repeats.limit;
    if let Some(usual) = limit.usual {
        let _ = write!(line, ", usually {}", percent(usual));
    }
    let _ = write!(line, ", limit {}", percent(limit.limit));
    if let Some(next) = window.next() {
        let of_next = |part: u64| percent(count(part) / count(next.requests.max(1)));
        let _ = write!(
            line,
            "; next {}, {} of the requests: redirect {}, origin {}, refused {}, retried {}",
            window.sides.verdict,
            percent(count(next.requests) / count(counts.figures.requests.max(1))),
            of_next(next.redirects),
            of_next(next.origin),
            HumanCount(next.next_refused),
            HumanCount(next.next_retried),
        );
    }
    line.push('\n');
    line
}

fn decisions(counts: &Counts) -> String {
    let Counts {
        figures, reasons, ..
    } = counts;
    let share = |part: u64| percent(count(part) / count(figures.requests.max(1)));
    let (redirects, origin) = (share(figures.redirects), share(figures.origin));
    let mut text = format!("redirect {redirects}, origin {origin}");
    let reasons = reasons.iter();
    let reasons: Vec<_> = reasons
        .map(|(reason, count)| format!("{reason} {}", HumanCount(*count)))
        .collect();
    if !reasons.is_empty() {
        let _ = write!(text, " ({})", reasons.join(", "));
    }
    if figures.preflights > 0 {
        let _ = write!(text, ", preflight {}", share(figures.preflights));
    }
    if figures.other > 0 {
        let _ = write!(text, ", without a decision {}", share(figures.other));
    }
    let _ = write!(text, ", refusals {}", HumanCount(figures.refusals));
    text
}
