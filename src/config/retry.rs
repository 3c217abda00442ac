//! `[retry]`: how long it is remembered who asked, and how much may go to the origin.

use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use super::raw::RawRetry;
#[cfg(feature = "toml")]
use super::time::canonical_time;
use super::time::read_time;
use crate::retry::{RetryOptions, Window};
use crate::switch::read_share;

/// How much may go to the origin where nothing is written, in percent.
const ORIGIN_SHARE: &str = "5%";

impl Check {
    pub(super) fn retry(&mut self, key: &At<'_>, raw: &RawRetry) -> Option<RetryOptions> {
        let window_key = &key.name("window");
        let instead = "write for how long a client's first try is remembered, such as \"1m\"";
        let window = self.require(window_key, raw.window.as_deref(), instead);
        let window = window.and_then(|text| {
            let range = Window::SHORTEST.as_duration()..=Window::LONGEST.as_duration();
            read_time(text, &range)
                .map_err(|message| {
                    self.push(Problem::new(ProblemCode::RetryInvalid, window_key, message));
                })
                .ok()
        });
        let window = window.and_then(Window::new);
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

/// The options in their one spelling, without what is the default.
#[cfg(feature = "toml")]
pub(super) fn canonical(options: &RetryOptions) -> RawRetry {
    let share = format!("{}%", options.origin_share.as_percent());
    RawRetry {
        window: Some(canonical_time(options.window.as_duration())),
        origin_share: (share != ORIGIN_SHARE).then_some(share),
    }
}
