//! Times as people write them, such as `30s` or `1m 30s`.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Reads a time within a range. The error says what to write instead.
pub(crate) fn read_time(text: &str, range: &RangeInclusive<Duration>) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).ok();
    time.filter(|time| range.contains(time)).ok_or_else(|| {
        let [shortest, longest] = [*range.start(), *range.end()].map(humantime::format_duration);
        format!("`{text}` is not a time from {shortest} to {longest}; write one such as \"30s\"")
    })
}
