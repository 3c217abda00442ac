//! Shows text: escapes for terminals, plurals, shares and durations.

mod visible;

use std::time::Duration;

use indicatif::HumanCount;

pub(crate) use visible::{beginning, in_place, visible};

/// A number of things, such as `1 problem` and `1,200 problems`.
pub(crate) fn counted(number: impl TryInto<u64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", HumanCount(number))
}

/// A count for a calculation.
#[expect(
    clippy::cast_precision_loss,
    reason = "only numbers above 2^53 are rounded"
)]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A duration to the nearest second, such as `1m 5s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let seconds = (duration + Duration::from_millis(500)).as_secs();
    humantime::format_duration(Duration::from_secs(seconds)).to_string()
}
