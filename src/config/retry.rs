//! `[retry]`: how long it is remembered who asked, and how much may go to the origin.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use super::raw::RawRetry;
use crate::retry::RetryOptions;
use crate::switch::read_share;

/// How long a window may be, in seconds. Cargo waits some 11 s in all between its four tries.
const WINDOW: RangeInclusive<u64> = 1..=300;

/// How much may go to the origin where nothing is written, in percent.
const ORIGIN_SHARE: &str = "5%";

impl Check {
    pub(super) fn retry(&mut self, key: &At<'_>, raw: &RawRetry) -> Option<RetryOptions> {
        let window_key = &key.name("window");
        let instead = "write for how long a client\'s first try is remembered, such as \"30s\"";
        let window = self.require(window_key, raw.window.as_deref(), instead);
        let window = window.and_then(|text| {
            let window = read_window(text);
            if window.is_none() {
                let message =
                    format!("`{text}` is not a time from 1s to 5m, such as `30s` or `2m`");
                self.push(Problem::new(ProblemCode::RetryInvalid, window_key, message));
            }
            window
        });
        let text = raw.origin_share.as_deref().unwrap_or(ORIGIN_SHARE);
        let origin_share = read_share(text);
        if origin_share.is_none() {
            let message =
                format!("`{text}` is not a share from 0% to 100%, such as `{ORIGIN_SHARE}`");
            let key = &key.name("origin_share");
            self.push(Problem::new(ProblemCode::RetryInvalid, key, message));
        }
        Some(RetryOptions {
            window: window?,
            origin_share: origin_share?,
        })
    }
}

fn read_window(text: &str) -> Option<Duration> {
    let (digits, seconds) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60),
        None => (text.strip_suffix('s')?, 1),
    };
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<u64>().ok().filter(|_| only_digits)?;
    let window = number.checked_mul(seconds)?;
    WINDOW
        .contains(&window)
        .then(|| Duration::from_secs(window))
}

/// The options in their one spelling: in seconds, and without what is the default.
#[cfg(feature = "toml")]
pub(super) fn canonical(options: &RetryOptions) -> RawRetry {
    let share = format!("{}%", options.origin_share.as_percent());
    RawRetry {
        window: Some(format!("{}s", options.window.as_secs())),
        origin_share: (share != ORIGIN_SHARE).then_some(share),
    }
}
