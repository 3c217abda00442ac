use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::changes::Change;
use super::time::Time;
use crate::text::seconds;

/// After so many windows in which all is well, an alarm has ended.
pub(crate) const CALM_WINDOWS: u32 = 3;

/// An alarm: from when on, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Alarm {
    /// The first alarm of a run is 1.
    pub(crate) number: u32,
    /// When it was raised, by the time of the log.
    pub(crate) began: Time,
    #[serde(flatten)]
    pub(crate) cause: Cause,
    /// The last revision or switch that came into force before it, if any did.
    pub(crate) change: Option<Change>,
    /// When it ended, if it did.
    pub(crate) ended: Option<Time>,
}

/// Why an alarm is raised.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub(crate) enum Cause {
    /// The repeat ratio left its usual band.
    RepeatRatio {
        /// Of which requests.
        of: Of,
        /// The ratio of the window, or of the last minute's windows where one has too few.
        ratio: f64,
        /// The usual ratio, once it is learnt.
        usual: Option<f64>,
        /// The limit that the ratio is above.
        limit: f64,
    },
    /// The proof refused a location.
    Refusal {
        /// The refusal's code.
        refusal: String,
        /// The URL that was asked for.
        url: String,
    },
}

/// Which requests a repeat ratio is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Of {
    /// All whose client is known.
    Requests,
    /// Those of them that were answered with a redirect.
    Redirects,
}

/// One kind of alarm: open or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Watched {
    open: Option<Alarm>,
    calm: u32,
}

impl Watched {
    /// Whether the alarm is raised at present.
    pub(crate) fn is_raised(&self) -> bool {
        self.open.is_some()
    }

    /// Raises the alarm, unless it is raised already. Whether this is the beginning.
    pub(crate) fn raise(&mut self, alarm: impl FnOnce() -> Alarm) -> Option<Alarm> {
        self.calm = 0;
        if self.open.is_some() {
            return None;
        }
        self.open = Some(alarm());
        self.open.clone()
    }

    /// A window has ended in which not all was well.
    pub(crate) fn not_calm(&mut self) {
        self.calm = 0;
    }

    /// A window has ended in which all was well. The alarm, if this is its end.
    pub(crate) fn calm(&mut self, end: Time) -> Option<Alarm> {
        self.calm = self.calm.saturating_add(1);
        if self.calm < CALM_WINDOWS {
            return None;
        }
        let mut alarm = self.open.take()?;
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
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.cause)?;
        let Some((change, after)) = self.change.as_ref().zip(self.after_change()) else {
            return Ok(());
        };
        let after = seconds(after);
        write!(formatter, "; {after} after {change} ({})", change.time)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RepeatRatio {
                of,
                ratio,
                usual,
                limit,
            } => {
                let [ratio, limit] = [ratio, limit].map(|share| share * 100.0);
                let of = match of {
                    Of::Requests => "requests",
                    Of::Redirects => "redirects",
                };
                write!(formatter, "{ratio:.1} % of the {of} are repeats")?;
                match usual {
                    Some(usual) => write!(formatter, ", usually {:.1} %", usual * 100.0)?,
                    None => write!(formatter, ", and what is usual is not known yet")?,
                }
                write!(formatter, " (limit {limit:.1} %)")
            }
            Self::Refusal { refusal, url } => {
                write!(formatter, "a proof was refused: {refusal}, for {url}")
            }
        }
    }
}
