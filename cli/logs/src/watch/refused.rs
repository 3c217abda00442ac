use std::fmt;

use serde::Serialize;

use super::line::{Left, Line};
use crate::log::Time;
use crate::text::beginning;

/// Windows without a refused request before one is reported again.
const QUIET_WINDOWS: u32 = 30;

/// A request that `next` has no way for, and that `config` answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextRefused {
    pub(crate) time: Time,
    /// What was asked for.
    pub url: String,
}

/// Reports what `next` refuses. Downloads work all the same, so the first is a notice, and only many are an
/// alarm.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refused {
    windows_left: u32,
}

impl Refused {
    /// Notes a request. Returns it if there was none like it for a while.
    pub(crate) fn see(&mut self, line: &Line<'_>) -> Option<NextRefused> {
        if line.left != Some(Left::Refused) {
            return None;
        }
        let is_first = self.windows_left == 0;
        self.windows_left = QUIET_WINDOWS;
        is_first.then(|| NextRefused {
            time: line.time,
            url: beginning(&line.url, 200),
        })
    }

    /// Begins another window.
    pub(crate) fn turn(&mut self) {
        self.windows_left = self.windows_left.saturating_sub(1);
    }
}

impl fmt::Display for NextRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time: _, url } = self;
        write!(f, "next has no way for {url}, and config answered it")
    }
}
