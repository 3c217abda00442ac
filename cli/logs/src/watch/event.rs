use serde::Serialize;

use super::alarm::Alarm;
use super::changes::Change;
use super::noise::Notice;
use super::refused::NextRefused;
use super::window::{Counts, Window};
use crate::log::Time;
use crate::text::visible;

/// What a watch tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A window has ended.
    Window(Window),
    /// The revision or switch has changed.
    Change(Change),
    /// An alarm was raised.
    AlarmBegan(Alarm),
    /// An alarm has ended.
    AlarmEnded(Alarm),
    /// One client would have raised an alarm.
    Notice(Notice),
    /// `next` refused a request, after a while in which it refused none.
    NextRefused(NextRefused),
    /// Over half of the last lines are unreadable, which was not so before.
    Unreadable {
        /// Of the last lines, those that could not be read.
        unreadable: u64,
        /// How many lines these are.
        of: u64,
        /// Why the last of them is unreadable.
        why: String,
    },
}

/// What a whole log held.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Without those that hold nothing.
    pub lines: u64,
    /// The beginning of the first window and the end of the last.
    pub(crate) begin: Option<Time>,
    pub(crate) end: Option<Time>,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// Alarms that began.
    pub alarms: u32,
    pub(crate) notices: u64,
    pub(crate) windows: u64,
    /// Windows with too few clients to judge their repeat ratio.
    pub(crate) not_judged: u64,
    /// Windows in which `next` had a share, by what they say of it.
    pub(crate) next_good: u64,
    pub(crate) next_broken: u64,
    pub(crate) next_too_few: u64,
    /// Whether some edge locations, targets or routes are not judged, because there are too many.
    pub(crate) are_too_many: bool,
    /// Lines that count in a later window.
    pub(crate) late: u64,
    /// Lines that count in an earlier window.
    pub(crate) early: u64,
    /// Lines over a minute behind their neighbours. They count in no window.
    pub(crate) too_late: u64,
    /// Lines over a minute ahead of their neighbours. They count in no window.
    pub(crate) too_early: u64,
    /// They count in no window.
    pub unreadable: u64,
    /// The first few.
    pub samples: Vec<Unreadable>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Nothing if only one file is watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    pub(crate) line: u64,
    /// In words.
    pub why: String,
}

impl Unreadable {
    /// Such as `line 7 of signpost.log`.
    pub fn place(&self) -> String {
        let line = self.line;
        match &self.file {
            None => format!("line {line}"),
            Some(file) => format!("line {line} of {}", visible(file)),
        }
    }
}
