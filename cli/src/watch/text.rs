use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use indicatif::HumanCount;

use super::band::count;
use super::event::{Event, Summary};
use super::window::{Counts, Window};
use crate::text::{counted, percent, seconds};

pub(crate) fn event(event: &Event) -> String {
    match event {
        Event::Window(window) => line_of(window),
        Event::Change(change) => {
            let style = Style::new().bold();
            format!("{style}{}  {change}{style:#}\n", change.time)
        }
        Event::AlarmBegan(alarm) => {
            let style = AnsiColor::Red.on_default().bold();
            format!(
                "{style}{}  ALARM {}: {alarm}{style:#}\n",
                alarm.began, alarm.number
            )
        }
        Event::AlarmEnded(alarm) => {
            let style = AnsiColor::Green.on_default().bold();
            let ended = alarm.ended.unwrap_or(alarm.began);
            let (number, lasted) = (alarm.number, seconds(ended.since(alarm.began)));
            format!("{style}{ended}  alarm {number} has ended after {lasted}{style:#}\n")
        }
        // Shown on standard error.
        Event::Unreadable { .. } => String::new(),
    }
}

/// A warning that much of the log is unreadable.
pub(crate) fn warning(event: &Event) -> Option<String> {
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
pub(crate) fn summary(summary: &Summary) -> String {
    let counts = &summary.counts;
    let first = format!(
        "{} lines: {} requests, {}; {}",
        HumanCount(summary.lines),
        HumanCount(counts.requests),
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
            "{} of {} windows had too few requests to judge by their repeat ratio",
            HumanCount(summary.not_judged),
            HumanCount(summary.windows)
        ));
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

/// A note if most clients are unknown.
pub(crate) fn unknown_clients(counts: &Counts) -> Option<String> {
    let unknown = counts.requests - counts.downloads;
    (unknown * 2 > counts.requests).then(|| {
        format!(
            "{} of the requests are not GET or have no client address (`log.client_ip`): the repeat ratio is that of the others",
            percent(count(unknown) / count(counts.requests)),
        )
    })
}

fn line_of(window: &Window) -> String {
    let counts = &window.counts;
    let rate = count(counts.requests) / window.length.as_secs_f64();
    let mut line = format!(
        "{}  {} requests ({rate:.0}/s): {}; ",
        window.start,
        HumanCount(counts.requests),
        decisions(counts),
    );
    // Writing into a string cannot fail.
    let _ = match window.repeat_ratio {
        Some(ratio) => write!(line, "{} repeats", percent(ratio)),
        None => write!(line, "no repeats known"),
    };
    if let Some(usual) = window.limit.usual {
        let _ = write!(line, ", usually {}", percent(usual));
    }
    let _ = write!(line, ", limit {}", percent(window.limit.limit));
    if let Some(ratio) = window.redirect_repeat_ratio
        && window.are_redirects_apart()
    {
        let _ = write!(line, "; {} of the redirects", percent(ratio));
    }
    line.push('\n');
    line
}

fn decisions(counts: &Counts) -> String {
    let share = |part: u64| percent(count(part) / count(counts.requests.max(1)));
    let mut text = format!(
        "redirect {}, origin {}",
        share(counts.redirects),
        share(counts.origin_requests())
    );
    let reasons: Vec<_> = counts
        .origin
        .iter()
        .map(|(reason, count)| format!("{reason} {}", HumanCount(*count)))
        .collect();
    if !reasons.is_empty() {
        let _ = write!(text, " ({})", reasons.join(", "));
    }
    if counts.preflights > 0 {
        let _ = write!(text, ", preflight {}", share(counts.preflights));
    }
    if counts.other > 0 {
        let _ = write!(text, ", without a decision {}", share(counts.other));
    }
    let _ = write!(text, ", refusals {}", HumanCount(counts.refusals));
    text
}
