//! Times as people write them, such as `30s` or `1m 30s`.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Reads a time within a range: numbers with the units `m`, `s` and `ms`. The error says what to write
/// instead.
pub(crate) fn read_time(text: &str, range: &RangeInclusive<Duration>) -> Result<Duration, String> {
    let time = read(text).filter(|time| range.contains(time));
    time.ok_or_else(|| {
        let [shortest, longest] = [*range.start(), *range.end()].map(humantime::format_duration);
        format!("`{text}` is not a time from {shortest} to {longest}; write one such as \"30s\"")
    })
}

fn read(text: &str) -> Option<Duration> {
    let mut sum = 0_u64;
    for part in text.split(' ') {
        let unit = part.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let number: u64 = part.strip_suffix(unit)?.parse().ok()?;
        let milliseconds = match unit {
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return None,
        };
        sum = sum.checked_add(number.checked_mul(milliseconds)?)?;
    }
    Some(Duration::from_millis(sum))
}
