use std::fs::File;
use std::io::{self, Write as _};
use std::ops::ControlFlow;

use serde::Serialize;

use super::exec::Exec;
use super::input::{Found, MOST_BYTES};
use super::report;
use super::text;
use super::timeline::Timeline;
use super::watcher::{Event, Settings, Summary, Watcher};
use crate::output::{Failure, Format, Outcome};

/// A watch under way, with all that is done on its events.
#[derive(Debug)]
pub(crate) struct Session {
    watcher: Watcher,
    format: Format,
    exec: Option<Exec>,
    /// Where the report is to be written, and what is kept for it.
    report: Option<(File, Timeline)>,
    failure: Option<Failure>,
    is_over: bool,
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
        exec: Option<Exec>,
        report: Option<File>,
    ) -> Self {
        Self {
            watcher: Watcher::new(settings),
            format,
            exec,
            report: report.map(|file| (file, Timeline::default())),
            failure: None,
            is_over: false,
        }
    }

    /// Takes the next line. It breaks when nobody wants to know more.
    pub(crate) fn take(&mut self, found: Found<'_>) -> ControlFlow<()> {
        let events = match found {
            Found::Line(line) => self.watcher.line(line),
            Found::TooLong => {
                self.watcher
                    .unreadable(format!("it has more than {MOST_BYTES} bytes"));
                Vec::new()
            }
        };
        self.act_on(&events);
        if self.is_over {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Ends the watch: closes the last window, and says and writes what the whole log held.
    pub(crate) fn finish(&mut self) -> Result<Outcome, Failure> {
        let events = self.watcher.finish();
        self.act_on(&events);
        let summary = self.watcher.summary().clone();
        self.show(&match self.format {
            Format::Text => text::summary(&summary),
            Format::Json => json_line(&Last { summary: &summary }),
        });
        if let Some((file, timeline)) = &mut self.report {
            let page = report::page(&summary, timeline);
            file.write_all(page.as_bytes())
                .map_err(|error| Failure::new(format!("cannot write the report: {error}")))?;
        }
        if let Some(exec) = &mut self.exec {
            complain(exec.wait());
        }
        self.is_over = true;
        self.failure
            .take()
            .map_or(Ok(Outcome::found(summary.alarms > 0)), Err)
    }

    fn act_on(&mut self, events: &[Event]) {
        for event in events {
            if let Some((_, timeline)) = &mut self.report {
                timeline.add(event);
            }
            self.show(&match self.format {
                Format::Text => text::event(event),
                Format::Json => json_line(event),
            });
            if let (Event::AlarmBegan(_), Some(exec)) = (event, &mut self.exec) {
                complain(exec.start(json_line(event).trim_end()));
            }
        }
    }

    fn show(&mut self, text: &str) {
        if self.is_over {
            return;
        }
        let mut out = anstream::stdout().lock();
        if let Err(error) = write!(out, "{text}").and_then(|()| out.flush()) {
            self.is_over = true;
            // Whoever reads the pipe has seen enough.
            if error.kind() != io::ErrorKind::BrokenPipe {
                let failure = format!("cannot write to standard output: {error}");
                self.failure = Some(Failure::new(failure));
            }
        }
    }
}

fn json_line(value: &impl Serialize) -> String {
    // Strings and numbers always become JSON.
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}

/// A command that fails must not end the watch.
fn complain(done: Result<(), String>) {
    if let Err(why) = done {
        anstream::eprintln!("{}", Failure::new(why).as_error());
    }
}
