//! When a request arrived.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The time of a log line, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(i64);

/// A time as a line writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stamp<'l> {
    /// RFC 3339, with any offset.
    Rfc3339(Cow<'l, str>),
    /// `2023-07-20` and `14:33:00`, in UTC.
    DateAndTime(&'l str, &'l str),
    /// `20/Jul/2023:14:33:00 +0000`, the time of an access log.
    AccessLog(&'l [u8]),
}

impl Stamp<'_> {
    /// The moment, if it is one.
    pub(super) fn read(&self) -> Option<Time> {
        match self {
            Self::Rfc3339(text) => Time::read(text),
            Self::DateAndTime(date, time) => Time::read(&format!("{date}T{time}Z")),
            Self::AccessLog(text) => Time::read(&from_access_log(text)?),
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `20/Jul/2023:14:33:00 +0000` as RFC 3339 writes it.
fn from_access_log(text: &[u8]) -> Option<String> {
    let (date, rest) = str::from_utf8(text).ok()?.split_once(':')?;
    let (time, offset) = rest.split_once(' ')?;
    let (day, rest) = date.split_once('/')?;
    let (month, year) = rest.split_once('/')?;
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let (hours, minutes) = offset.split_at_checked(3)?;
    Some(format!("{year}-{month:02}-{day}T{time}{hours}:{minutes}"))
}

impl Time {
    /// The moment as others take it; one that they cannot have becomes 1970.
    pub fn moment(self) -> OffsetDateTime {
        let nanos = i128::from(self.0) * 1_000_000;
        let moment = OffsetDateTime::from_unix_timestamp_nanos(nanos);
        moment.unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Reads RFC 3339, with any offset.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if let Some(time) = read_utc(text.as_bytes()) {
            return Some(time);
        }
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(time.unix_timestamp_nanos() / 1_000_000)
            .ok()
            .map(Self)
    }

    /// A number of milliseconds after the beginning of 1970, or before it.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub(crate) const fn millis(self) -> i64 {
        self.0
    }

    /// The beginning of the window with this moment. Windows begin at multiples of their length.
    pub(crate) fn window(self, length: Duration) -> Self {
        let length = millis(length).max(1);
        Self(self.0.saturating_sub(self.0.rem_euclid(length)))
    }

    pub(crate) fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// The time since `earlier`; zero if it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or_default())
    }

    /// The time of day in UTC, to the second.
    pub(crate) fn time_of_day(self) -> String {
        let text = self.to_string();
        text.get(11..19).map(str::to_owned).unwrap_or(text)
    }
}

/// Reads the form that nearly every line has, `2023-07-20T12:17:00.123456Z`: that takes a tenth of the
/// time that any RFC 3339 takes. Nothing if it has another form, or may have no such moment.
fn read_utc(text: &[u8]) -> Option<Time> {
    let (moment, fraction) = text.strip_suffix(b"Z")?.split_at_checked(19)?;
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        mo1,
        mo2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        mi1,
        mi2,
        b':',
        s1,
        s2,
    ] = moment
    else {
        return None;
    };
    let digits = |digits: &[u8]| {
        digits.iter().try_fold(0, |number, digit| {
            let is_digit = digit.is_ascii_digit();
            is_digit.then(|| number * 10 + i64::from(digit - b'0'))
        })
    };
    let (year, month, day) = (
        digits(&[y1, y2, y3, y4])?,
        digits(&[mo1, mo2])?,
        digits(&[d1, d2])?,
    );
    let (hour, minute, second) = (digits(&[h1, h2])?, digits(&[mi1, mi2])?, digits(&[s1, s2])?);
    // The 29th to the 31st and a leap second are left to those who know them.
    let is_plain = year >= 1970
        && (1..=12).contains(&month)
        && (1..=28).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !is_plain {
        return None;
    }
    let thousandths = match fraction {
        [] => 0,
        [b'.', first, rest @ ..] if rest.len() < 9 => {
            digits(rest)?;
            let digit = |place| rest.get::<usize>(place).copied().unwrap_or(b'0');
            digits(&[*first, digit(0), digit(1)])?
        }
        _ => return None,
    };
    let seconds = (days(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
    Some(Time(seconds * 1000 + thousandths))
}

/// The days since 1970-01-01. A year is taken to begin in March, so that a leap day is its last.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl From<OffsetDateTime> for Time {
    fn from(moment: OffsetDateTime) -> Self {
        let millis = moment.unix_timestamp_nanos() / 1_000_000;
        Self(i64::try_from(millis).unwrap_or_default())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole_second = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1_000)).ok();
        match whole_second.and_then(|time| time.format(&Rfc3339).ok()) {
            Some(text) => f.write_str(&text),
            // Only a window at the first or last year of RFC 3339 needs this.
            None => write!(f, "{} ms after 1970", self.0),
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Time;

    #[test]
    fn a_moment_is_read_with_any_offset_and_written_in_utc() {
        for (text, expected) in [
            ("2023-07-20T12:17:00Z", Some("2023-07-20T12:17:00Z")),
            ("2023-07-20T12:17:00.999999Z", Some("2023-07-20T12:17:00Z")),
            ("2023-07-20T14:17:00.5+02:00", Some("2023-07-20T12:17:00Z")),
            ("1969-12-31T23:59:59.5Z", Some("1969-12-31T23:59:59Z")),
            ("0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00Z")),
            ("2023-07-20T12:17:00", None),
            ("2023-13-20T12:17:00Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            let read = Time::read(text).map(|time| time.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn any_time_of_a_log_is_a_moment() {
        for (millis, expected) in [
            (0, "1970-01-01 0:00:00.0 +00:00:00"),
            (1_689_855_420_123, "2023-07-20 12:17:00.123 +00:00:00"),
            (i64::MAX, "1970-01-01 0:00:00.0 +00:00:00"),
        ] {
            let moment = Time(millis).moment();
            assert_eq!(moment.to_string(), expected);
            let is_kept = millis < i64::MAX;
            assert_eq!(Time::from(moment) == Time(millis), is_kept, "{millis}");
        }
    }

    #[test]
    fn the_usual_form_is_read_as_any_other() {
        let mut random = fastrand::Rng::with_seed(14);
        for _ in 0..20_000 {
            let (year, month) = (random.u32(1960..2120), random.u32(1..=13));
            let (day, hour) = (random.u32(0..=31), random.u32(0..=24));
            let (minute, second) = (random.u32(0..=60), random.u32(0..=60));
            let fraction = match random.u8(..4) {
                0 => String::new(),
                1 => format!(".{}", random.u32(..10)),
                2 => format!(".{:06}", random.u32(..1_000_000)),
                _ => format!(".{:09}", random.u32(..1_000_000_000)),
            };
            let text =
                format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}");
            let usual = Time::read(&format!("{text}Z"));
            // An offset is read by the library.
            assert_eq!(usual, Time::read(&format!("{text}+00:00")), "{text}");
        }
    }

    #[test]
    fn windows_begin_at_multiples_of_their_length() {
        let ten = Duration::from_secs(10);
        for (millis, window) in [(0, 0), (9_999, 0), (10_000, 10_000), (-1, -10_000)] {
            let time = Time::from_millis(millis);
            assert_eq!(time.window(ten), Time::from_millis(window), "{millis}");
        }
        let first = Time::from_millis(i64::MIN);
        let last = Time::from_millis(i64::MAX).plus(ten);
        assert!(last.since(first) > ten);
        assert_eq!(first.since(last), Duration::ZERO);
        assert!(last.to_string().ends_with("ms after 1970"));
    }
}
