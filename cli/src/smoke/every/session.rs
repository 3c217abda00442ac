//! What is done with each round: a line, figures, and alarms.

use std::ops::ControlFlow;
use std::time::Duration;

use serde::Serialize;
use signpost_logs::log::Time;
use time::OffsetDateTime;

use crate::outlets::Outlets;
use crate::output::{Failure, Format, Lines, Outcome, json_line};
use crate::smoke::every::alarms::{Alarm, Alarms};
use crate::smoke::every::found::{Cause, Found};
use crate::smoke::every::measures::Measures;
use crate::smoke::every::options::Options;
use crate::smoke::every::place::Places;
use crate::smoke::every::round::Round;
use crate::smoke::every::text;
use crate::smoke::report::json::{JsonVerdict, failed};

/// All rounds, and everything that is done with them.
#[derive(Debug)]
pub(crate) struct Session {
    places: Places,
    alarms: Alarms,
    outlets: Outlets,
    measures: Option<Measures>,
    format: Format,
    lines: Lines,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Event<'r> {
    Round {
        time: Time,
        passed: bool,
        milliseconds: u128,
        #[serde(flatten)]
        ran: Ran<'r>,
    },
    AlarmBegan(&'r Alarm),
    AlarmEnded(&'r Alarm),
}

/// How a round ended.
#[derive(Serialize)]
#[serde(untagged)]
enum Ran<'r> {
    Report {
        probes: usize,
        failed: usize,
        /// Finds the round in the edge's log.
        user_agent: &'r str,
        /// The verdicts that failed.
        verdicts: Vec<JsonVerdict<'r>>,
    },
    Failure {
        error: &'r Failure,
    },
}

impl Session {
    /// Opens the outlets.
    pub(crate) fn open(
        options: &Options,
        every: Duration,
        places: Places,
        format: Format,
    ) -> Result<Self, Failure> {
        let names = [Cause::SmokeFailed, Cause::CertificateEnds].map(Cause::name);
        let figures = options.outlets.figures(&names)?;
        let started = OffsetDateTime::now_utc();
        let measures = figures
            .as_ref()
            .map(|figures| Measures::new(figures.registry(), &places, every, started));
        let measures = measures.transpose()?;
        Ok(Self {
            places,
            alarms: Alarms::new(options.rounds()),
            outlets: Outlets::open(&options.outlets, figures)?,
            measures,
            format,
            lines: Lines::default(),
        })
    }

    /// Takes the next round. Breaks if standard output is closed.
    pub(crate) fn take(&mut self, round: &Round) -> ControlFlow<()> {
        let found = Found::of(round.report.as_ref(), &self.places);
        // The figures of a round are there before its line is.
        if let Some(measures) = &self.measures {
            measures.note(round, &found, &self.places);
        }
        let time = Time::from(round.began);
        let changed = self.alarms.note(time, &found);
        for alarm in &changed {
            self.outlets
                .send(&alarm.notification(&json_line(&Event::of(alarm))));
        }
        self.lines.print(&match self.format {
            Format::Text => text::round(time, round, &found),
            Format::Json => json_line(&Event::of_round(time, round)),
        });
        for alarm in &changed {
            self.lines.print(&match self.format {
                Format::Text => text::alarm(alarm),
                Format::Json => json_line(&Event::of(alarm)),
            });
        }
        if self.lines.is_closed() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Waits until the outlets have told everything. Scripts look for alarms, so an alarm counts even if
    /// something else failed.
    pub(crate) fn finish(&mut self) -> Result<Outcome, Failure> {
        self.outlets.finish();
        let raised = self.alarms.raised() > 0;
        match self.lines.close() {
            Some(failure) if !raised => Err(failure),
            _ => Ok(Outcome::found(raised)),
        }
    }
}

impl<'r> Event<'r> {
    fn of_round(time: Time, round: &'r Round) -> Self {
        let ran = match &round.report {
            Ok(report) => Ran::Report {
                probes: report.totals().probes,
                failed: report.totals().failed,
                user_agent: &report.user_agent,
                verdicts: failed(report),
            },
            Err(error) => Ran::Failure { error },
        };
        Self::Round {
            time,
            passed: round.passed(),
            milliseconds: round.took.as_millis(),
            ran,
        }
    }

    fn of(alarm: &'r Alarm) -> Self {
        match alarm.ended {
            None => Self::AlarmBegan(alarm),
            Some(_) => Self::AlarmEnded(alarm),
        }
    }
}
