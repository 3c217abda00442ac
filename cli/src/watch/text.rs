use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use indicatif::HumanCount;

use super::alarm::Alarm;
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
            format!(
                "{style}{ended}  alarm {} has ended{}{style:#}\n",
                alarm.number,
                lasted(alarm)
            )
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
    let mut text = format!(
        "{} lines: {} requests, {}; {}\n",
        HumanCount(summary.lines),
        HumanCount(counts.requests),
        decisions(counts),
        counted(summary.alarms, "alarm"),
    );
    let mut add = |line: &str| {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "  {line}");
    };
    for note in notes(summary) {
        add(&note);
    }
    if summary.unreadable > 0 {
        add(&format!(
            "{} could not be read, first:",
            counted(summary.unreadable, "line")
        ));
        for sample in &summary.samples {
            add(&format!("  line {}: {}", sample.line, sample.why));
        }
    }
    text
}

pub(crate) fn notes(summary: &Summary) -> Vec<String> {
    let counts = &summary.counts;
    let mut notes: Vec<_> = unknown_clients(counts).into_iter().collect();
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

/// How long an alarm lasted, to follow "has ended".
fn lasted(alarm: &Alarm) -> String {
    alarm.ended.map_or_else(String::new, |ended| {
        format!(" after {}", seconds(ended.since(alarm.began)))
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
    if counts.other > 0 {
        let _ = write!(text, ", without a decision {}", share(counts.other));
    }
    let _ = write!(text, ", refusals {}", HumanCount(counts.refusals));
    text
}
