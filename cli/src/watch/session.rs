use std::ops::ControlFlow;
use std::path::PathBuf;

use serde::Serialize;
use signpost_logs::watch::{Event, Settings, Summary, Timeline, Watcher, report, text};

use super::measures::Measures;
use super::outlets::tell;
use crate::outlets::Outlets;
use crate::output::{Failure, Format, Lines, Outcome, as_error, json_line};
use crate::replace::Replacement;

/// A running watch and everything it does with events.
#[derive(Debug)]
pub(crate) struct Session {
    watcher: Watcher,
    format: Format,
    outlets: Outlets,
    measures: Option<Measures>,
    /// The file of the report, and its data.
    report: Option<(PathBuf, Timeline)>,
    lines: Lines,
}

/// The last event of a watch.
#[derive(Serialize)]
#[serde(tag = "event", rename = "summary")]
struct Last<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
}

impl Session {
    pub(crate) fn new(
        settings: Settings,
        format: Format,
        outlets: Outlets,
        measures: Option<Measures>,
        report: Option<PathBuf>,
    ) -> Self {
        Self {
            watcher: Watcher::new(settings),
            format,
            outlets,
            measures,
            report: report.map(|file| (file, Timeline::default())),
            lines: Lines::default(),
        }
    }

    /// Begins with the lines of another file. It has a name if there are several.
    pub(crate) fn begin_file(&mut self, name: Option<String>) {
        self.watcher.begin_file(name);
    }

    /// Takes the next line. Breaks if standard output is closed.
    pub(crate) fn take(&mut self, line: &[u8]) -> ControlFlow<()> {
        let events = self.watcher.line(line);
        self.act_on(&events);
        if let Some(measures) = &self.measures {
            let summary = self.watcher.summary();
            measures.note_lines(summary.lines, summary.unreadable);
            if let Some(time) = self.watcher.newest() {
                measures.note_time(time.moment());
            }
        }
        if self.lines.is_closed() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Ends the watch: closes the last window, prints the summary and writes the report. `read`
    /// tells how reading ended, if it did.
    pub(crate) fn finish(&mut self, read: Option<Result<(), Failure>>) -> Result<Outcome, Failure> {
        let events = self.watcher.finish();
        self.act_on(&events);
        let summary = self.watcher.summary().clone();
        self.lines.print(&match self.format {
            Format::Text => text::summary(&summary),
            Format::Json => json_line(&Last { summary: &summary }),
        });
        let mut failures: Vec<_> = self.lines.close().into_iter().collect();
        match read {
            Some(Err(failure)) => failures.push(failure),
            Some(Ok(())) => failures.extend(nothing_read(&summary)),
            None => {}
        }
        if let Some((file, timeline)) = &self.report {
            let page = report::page(&summary, timeline);
            let written = Replacement::prepare(file, &page).and_then(Replacement::commit);
            failures.extend(written.err());
        }
        self.outlets.finish();
        outcome(failures, summary.alarms)
    }

    fn act_on(&mut self, events: &[Event]) {
        for event in events {
            if let Some((_, timeline)) = &mut self.report {
                timeline.add(event);
            }
            self.lines.print(&match self.format {
                Format::Text => text::event(event),
                Format::Json => json_line(event),
            });
            if let Some(warning) = text::warning(event) {
                complain(warning);
            }
            let measures = self.measures.as_ref();
            tell(&self.outlets, measures, event, || json_line(event));
        }
    }
}

/// Why a log has told nothing, if it has not.
fn nothing_read(summary: &Summary) -> Option<Failure> {
    if summary.unreadable < summary.lines {
        return None;
    }
    let why = match summary.samples.first() {
        None => "it holds no request".to_owned(),
        Some(first) => format!(
            "no line of it could be read; {}: {}",
            first.place(),
            first.why
        ),
    };
    Some(Failure::new(format!(
        "there is nothing to watch in the log: {why}"
    )))
}

/// Scripts look for alarms, so an alarm counts even if something else failed.
fn outcome(mut failures: Vec<Failure>, alarms: u32) -> Result<Outcome, Failure> {
    let last = if alarms > 0 { None } else { failures.pop() };
    for failure in failures {
        complain(failure.to_string());
    }
    last.map_or(Ok(Outcome::found(alarms > 0)), Err)
}

fn complain(why: String) {
    anstream::eprintln!("{}", as_error(&Failure::new(why)));
}
