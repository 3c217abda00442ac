//! Shows text: escapes for terminals, plurals, shares, durations and alarms.

mod visible;

use std::fmt::Display;
use std::time::Duration;

use anstyle::AnsiColor;
use indicatif::HumanCount;

pub use visible::{beginning, in_place, visible};

/// A number of things, such as `1 problem` and `1,200 problems`.
pub fn counted(number: impl TryInto<u64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", HumanCount(number))
}

/// The line of an alarm that begins.
pub fn alarm_began(time: impl Display, number: u32, alarm: impl Display) -> String {
    let style = AnsiColor::Red.on_default().bold();
    format!("{style}{time}  ALARM {number}: {alarm}{style:#}\n")
}

/// The line of an alarm that ends.
pub fn alarm_ended(
    time: impl Display,
    number: u32,
    lasted: Duration,
    scope: impl Display,
) -> String {
    let (style, lasted) = (AnsiColor::Green.on_default().bold(), seconds(lasted));
    format!("{style}{time}  alarm {number} has ended after {lasted}: {scope}{style:#}\n")
}

/// A count for a calculation.
#[expect(
    clippy::cast_precision_loss,
    reason = "only numbers above 2^53 are rounded"
)]
pub fn float(count: u64) -> f64 {
    count as f64
}

/// A share from 0 to 1, such as `12.5 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A duration to the nearest second, such as `1m 5s`.
pub fn seconds(duration: Duration) -> String {
    let seconds = (duration + Duration::from_millis(500)).as_secs();
    humantime::format_duration(Duration::from_secs(seconds)).to_string()
}
