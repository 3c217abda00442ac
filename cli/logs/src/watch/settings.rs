use std::ops::RangeBounds;
use std::time::Duration;

use clap::Args;

/// What to watch for.
#[derive(Args, Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The length of a window: a second to an hour
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = window)]
    pub(crate) window: Duration,

    /// A request repeated within this time is a repeat: a second to an hour
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = window)]
    pub(crate) repeat_within: Duration,

    #[command(flatten)]
    pub(crate) band: BandSettings,

    /// A scope with fewer clients in up to six windows is not judged by its ratios
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clients)]
    pub(crate) minimum_clients: usize,
}

/// How the limit follows from the usual ratio.
#[derive(Args, Clone, Copy, Debug, PartialEq)]
pub(crate) struct BandSettings {
    /// A limit is at least this much above the usual ratio
    #[arg(long, value_name = "SHARE", default_value = "0.15", value_parser = share)]
    pub(crate) above: f64,

    /// The limit is never above this share of the requests that usually do not repeat; when every
    /// download fails, 0.75 of them do
    #[arg(long, value_name = "SHARE", default_value = "0.65", value_parser = share)]
    pub(crate) ceiling: f64,

    /// A limit is at least this many deviations above the usual ratio
    #[arg(long, value_name = "NUMBER", default_value = "4", value_parser = positive)]
    pub(crate) deviations: f64,

    /// After this time a window counts half in the usual ratio
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = half_life)]
    pub(crate) half_life: Duration,
}

/// A sample has at least 128 clients where there are many.
fn clients(text: &str) -> Result<usize, String> {
    let words = "write a number from 1 to 100";
    within(&(1..=100), text.parse().unwrap_or(0), words)
}

fn window(text: &str) -> Result<Duration, String> {
    duration(
        text,
        Duration::from_hours(1),
        "write a duration from 1s to 1h",
    )
}

fn half_life(text: &str) -> Result<Duration, String> {
    duration(text, Duration::MAX, "write a duration of 1s or more")
}

fn duration(text: &str, most: Duration, words: &str) -> Result<Duration, String> {
    let read = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    within(&(Duration::from_secs(1)..=most), read, words)
}

fn share(text: &str) -> Result<f64, String> {
    let words = "write a share from 0 to 1, such as 0.4";
    within(&(0.0..=1.0), text.parse().unwrap_or(f64::NAN), words)
}

fn positive(text: &str) -> Result<f64, String> {
    let words = "write a number of 0 or more, such as 4";
    within(&(0.0..1e6), text.parse().unwrap_or(f64::NAN), words)
}

fn within<T: PartialOrd>(range: &impl RangeBounds<T>, value: T, words: &str) -> Result<T, String> {
    if range.contains(&value) {
        Ok(value)
    } else {
        Err(words.to_owned())
    }
}
