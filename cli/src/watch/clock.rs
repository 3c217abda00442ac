use std::time::Duration;

use super::time::Time;

/// How much earlier than the open window a line may be and still be counted in it.
pub(crate) const LATE: Duration = Duration::from_mins(1);

/// How much later than the open window a line may be and still be believed at once.
pub(crate) const AHEAD: Duration = Duration::from_hours(1);

/// So many lines in a row at another time are believed.
pub(crate) const BELIEVED: u32 = 10;

/// Puts lines into windows by the times that stand in them.
///
/// Lines do not come in the exact order of their times, and a single line with a wrong time must
/// not carry the watch away from all the others.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    window: Duration,
    start: Option<Time>,
    elsewhere: u32,
    last_elsewhere: Option<Time>,
}

/// Where a line belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the open window.
    Open,
    /// Before the open window, so little that it is counted there.
    Late,
    /// In a later window, which is the open one from now on.
    Next,
    /// In a window at another time, which is the open one from now on: the log goes on there.
    Jumped,
    /// At another time, where no other lines are.
    Misplaced,
}

impl Clock {
    pub(crate) fn new(window: Duration) -> Self {
        Self {
            window,
            start: None,
            elsewhere: 0,
            last_elsewhere: None,
        }
    }

    /// The beginning of the open window, once there is a line.
    pub(crate) fn start(&self) -> Option<Time> {
        self.start
    }

    /// The place of a line.
    pub(crate) fn place(&mut self, time: Time) -> Place {
        let Some(start) = self.start else {
            self.open(time);
            return Place::Open;
        };
        let end = start.plus(self.window);
        if (start..end).contains(&time) {
            self.elsewhere = 0;
            Place::Open
        } else if time < start && start.since(time) <= LATE {
            self.elsewhere = 0;
            Place::Late
        } else if time >= end && time.since(end) <= AHEAD {
            self.open(time);
            Place::Next
        } else {
            self.misplaced(time)
        }
    }

    fn open(&mut self, time: Time) {
        self.start = Some(time.window(self.window));
        self.elsewhere = 0;
    }

    fn misplaced(&mut self, time: Time) -> Place {
        let agrees = self
            .last_elsewhere
            .is_some_and(|last| time.since(last) <= AHEAD && last.since(time) <= LATE);
        self.elsewhere = if agrees { self.elsewhere + 1 } else { 1 };
        self.last_elsewhere = Some(time);
        if self.elsewhere < BELIEVED {
            return Place::Misplaced;
        }
        self.open(time);
        Place::Jumped
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{BELIEVED, Clock, Place};
    use crate::watch::time::Time;

    fn at(seconds: i64) -> Time {
        Time::from_millis(seconds * 1_000)
    }

    #[test]
    fn lines_are_placed_by_their_time() {
        let mut clock = Clock::new(Duration::from_secs(10));
        for (seconds, place, start) in [
            (1_000, Place::Open, 1_000),
            (1_009, Place::Open, 1_000),
            (1_010, Place::Next, 1_010),
            (1_009, Place::Late, 1_010),
            (950, Place::Late, 1_010),
            (949, Place::Misplaced, 1_010),
            (1_045, Place::Next, 1_040),
            (1_050 + 3_600, Place::Next, 4_650),
            (i64::MAX / 1_000, Place::Misplaced, 4_650),
            (i64::MIN / 1_000, Place::Misplaced, 4_650),
            (4_651, Place::Open, 4_650),
        ] {
            assert_eq!(clock.place(at(seconds)), place, "{seconds}");
            assert_eq!(clock.start(), Some(at(start)), "{seconds}");
        }
    }

    #[test]
    fn many_lines_at_another_time_are_followed_and_single_ones_are_not() {
        for elsewhere in [0, 1_000_000] {
            let mut clock = Clock::new(Duration::from_secs(10));
            clock.place(at(500_000));
            for _ in 1..BELIEVED {
                assert_eq!(clock.place(at(elsewhere)), Place::Misplaced);
            }
            assert_eq!(clock.place(at(500_001)), Place::Open);
            for _ in 1..BELIEVED {
                assert_eq!(clock.place(at(elsewhere)), Place::Misplaced);
            }
            assert_eq!(clock.place(at(elsewhere)), Place::Jumped);
            assert_eq!(clock.start(), Some(at(elsewhere)));
        }
    }
}
