use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::changes::Change;
use super::scope::Scope;
use crate::log::Time;
use crate::text::{percent, seconds};

/// An alarm ends after this many calm windows.
pub(crate) const CALM_WINDOWS: u32 = 3;

/// It also ends after this many windows with too few requests to tell.
const IDLE_WINDOWS: u32 = 30;

/// What was found wrong, and since when.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alarm {
    /// Counted from 1.
    pub number: u32,
    /// The requests that it is about.
    pub scope: Scope,
    /// By the time of the log.
    pub began: Time,
    /// What is wrong with them.
    #[serde(flatten)]
    pub cause: Cause,
    /// The last change of revision or switch before it.
    pub change: Option<Change>,
    /// Nothing while it lasts.
    pub ended: Option<Time>,
}

/// Why an alarm is raised.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub enum Cause {
    /// The repeat ratio is above its limit.
    RepeatRatio(Above),
    /// The proof refused a location.
    Refusal {
        /// Why, in the edge's words.
        refusal: String,
        /// What was asked for.
        url: String,
    },
    /// There are far fewer requests than there should be.
    TrafficFell {
        /// Requests a second.
        rate: f64,
        /// Requests a second, by the recent past and the same time a day earlier.
        expected: f64,
    },
    /// The share of requests on routes that are not redirected, though they should be, is above its
    /// limit.
    NotRedirected(Above),
}

/// A ratio above its limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Above {
    /// That of the window, or of up to six if the window has too few clients.
    pub ratio: f64,
    /// The usual ratio, once it is learnt.
    pub usual: Option<f64>,
    /// A ratio above this raises the alarm.
    pub limit: f64,
    /// That of `config` in the same windows, if `next` is compared with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_side: Option<f64>,
}

/// An alarm of one kind, raised or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AlarmState {
    open: Option<Alarm>,
    calm: u32,
    idle: u32,
}

impl AlarmState {
    pub(crate) fn is_raised(&self) -> bool {
        self.open.is_some()
    }

    /// Raises the alarm. Returns it if it was not raised before.
    pub(crate) fn raise(&mut self, alarm: impl FnOnce() -> Alarm) -> Option<Alarm> {
        self.not_calm();
        if self.open.is_some() {
            return None;
        }
        self.open = Some(alarm());
        self.open.clone()
    }

    /// Notes a window with a cause for the alarm.
    pub(crate) fn not_calm(&mut self) {
        (self.calm, self.idle) = (0, 0);
    }

    /// Notes a calm window. Returns the alarm if this ends it.
    pub(crate) fn calm(&mut self, end: Time) -> Option<Alarm> {
        self.calm = self.calm.saturating_add(1);
        self.idle = 0;
        self.end(end, self.calm >= CALM_WINDOWS)
    }

    /// Notes a window with too few requests to tell. Returns the alarm if this ends it.
    pub(crate) fn idle(&mut self, end: Time) -> Option<Alarm> {
        self.idle = self.idle.saturating_add(1);
        self.end(end, self.idle >= IDLE_WINDOWS)
    }

    fn end(&mut self, end: Time, is_over: bool) -> Option<Alarm> {
        let mut alarm = self.open.take_if(|_| is_over)?;
        alarm.ended = Some(end);
        Some(alarm)
    }
}

impl Alarm {
    /// How long after the last change the alarm was raised.
    pub(crate) fn after_change(&self) -> Option<Duration> {
        self.change
            .as_ref()
            .map(|change| self.began.since(change.time))
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.scope, self.cause)?;
        let Some((change, after)) = self.change.as_ref().zip(self.after_change()) else {
            return Ok(());
        };
        let after = seconds(after);
        write!(f, "; {after} after {change} ({})", change.time)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RepeatRatio(above) => {
                let ratio = percent(above.ratio);
                let of = above.of();
                write!(f, "{ratio} of {of} are repeats{above}")
            }
            Self::Refusal { refusal, url } => {
                write!(f, "a proof was refused: {refusal}, for {url}")
            }
            Self::TrafficFell { rate, expected } => write!(
                f,
                "{rate:.1} requests a second, and {expected:.1} are expected"
            ),
            Self::NotRedirected(above) => {
                let ratio = percent(above.ratio);
                let what = if above.other_side.is_some() {
                    "fail, are not redirected or are refused by next"
                } else {
                    "fail or are not redirected"
                };
                write!(f, "{ratio} of {} on routes {what}{above}", above.of())
            }
        }
    }
}

impl Above {
    /// What it is a ratio of. Sides are compared by their files, everything else by clients.
    fn of(&self) -> &'static str {
        match self.other_side {
            Some(_) => "the requests",
            None => "each client's requests",
        }
    }
}

/// What the ratio is above.
impl fmt::Display for Above {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.other_side, self.usual) {
            (Some(ratio), _) => write!(f, ", and {} on the side of config", percent(ratio))?,
            (None, Some(usual)) => write!(f, ", usually {}", percent(usual))?,
            (None, None) => write!(f, ", and what is usual is not known yet")?,
        }
        write!(f, " (limit {})", percent(self.limit))
    }
}
