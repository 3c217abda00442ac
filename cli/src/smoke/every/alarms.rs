//! Raises an alarm once a fault was found in several rounds in a row.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use serde::Serialize;
use signpost_logs::log::Time;

use crate::outlets::Notification;
use crate::smoke::every::found::{Cause, Fault, Found, Key};
use crate::smoke::every::place::Place;

/// What is wrong with a place, for several rounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Alarm {
    /// Counted from 1.
    pub(crate) number: u32,
    pub(crate) scope: Place,
    /// When the round began that raised it.
    pub(crate) began: Time,
    cause: Cause,
    /// As that round found it.
    #[serde(flatten)]
    fault: Fault,
    pub(crate) ended: Option<Time>,
}

/// What is known of all rounds so far.
#[derive(Debug)]
pub(crate) struct Alarms {
    /// How many in a row begin an alarm, and end it.
    rounds: NonZeroU32,
    raised: u32,
    states: BTreeMap<Key, State>,
}

#[derive(Debug, Default)]
struct State {
    /// Rounds in a row with the fault.
    faulty: u32,
    /// Rounds in a row without.
    fine: u32,
    open: Option<Alarm>,
}

impl Alarms {
    pub(crate) fn new(rounds: NonZeroU32) -> Self {
        Self {
            rounds,
            raised: 0,
            states: BTreeMap::new(),
        }
    }

    /// Takes what a round found. Returns the alarms that end with it, and those that begin.
    pub(crate) fn note(&mut self, time: Time, found: &Found) -> Vec<Alarm> {
        let mut changed = Vec::new();
        for (key, state) in &mut self.states {
            // A round that could not ask tells nothing.
            if found.is_fine(key) {
                state.faulty = 0;
                state.fine = state.fine.saturating_add(1);
                let is_over = state.fine >= self.rounds.get();
                if let Some(alarm) = state.open.take_if(|_| is_over) {
                    changed.push(Alarm {
                        ended: Some(time),
                        ..alarm
                    });
                }
            }
        }
        self.states
            .retain(|_, state| state.open.is_some() || state.faulty > 0);
        for (key, fault) in &found.faults {
            let state = self.states.entry(key.clone()).or_default();
            state.fine = 0;
            state.faulty = state.faulty.saturating_add(1);
            if state.open.is_none() && state.faulty >= self.rounds.get() {
                self.raised = self.raised.saturating_add(1);
                let alarm = Alarm {
                    number: self.raised,
                    scope: key.place.clone(),
                    began: time,
                    cause: key.cause,
                    fault: fault.clone(),
                    ended: None,
                };
                state.open = Some(alarm.clone());
                changed.push(alarm);
            }
        }
        changed
    }

    /// How many there were.
    pub(crate) fn raised(&self) -> u32 {
        self.raised
    }
}

impl Alarm {
    /// The alarm for outlets. `event` is a line of JSON.
    pub(crate) fn notification(&self, event: &str) -> Notification {
        Notification {
            number: self.number,
            name: self.cause.name(),
            severity: self.cause.severity(),
            scope: self.scope.kind(),
            of: self.scope.name().map(str::to_owned),
            summary: format!("{}: {}", self.cause.summary(), self.scope),
            description: self.to_string(),
            began: self.began.moment(),
            ended: self.ended.map(Time::moment),
            event: event.trim_end().to_owned(),
        }
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.scope, self.fault)
    }
}

#[cfg(test)]
mod tests {
    use super::Alarms;
    use crate::smoke::every::found::{Cause, Found, Key};
    use crate::smoke::every::place::Place;
    use signpost_logs::log::Time;

    /// A round: `.` nothing is wrong; `t` the target is, `e` the edge and so the target was not asked,
    /// `b` both are, `c` the target's certificate ends, `!` the test could not run.
    fn found(round: char) -> Found {
        let target = || Place::Target("cdn".to_owned());
        let at = |place| Cause::SmokeFailed.at(place);
        let certificate = || Cause::CertificateEnds.at(target());
        let all = [at(Place::All), at(Place::Edge), at(target()), certificate()];
        let (faults, asked): (Vec<Key>, &[Key]) = match round {
            't' => (vec![at(target())], &all),
            'e' => (vec![at(Place::Edge)], &all[..2]),
            'b' => (vec![at(Place::Edge), at(target())], &all),
            'c' => (vec![certificate()], &all),
            '!' => (vec![at(Place::All)], &[]),
            _ => (Vec::new(), &all),
        };
        Found::only(&faults, asked)
    }

    #[test]
    fn an_alarm_begins_after_rounds_in_a_row_and_ends_after_as_many() {
        for (row, needed, rounds, expected) in [
            ("one round is the network", 2, "..t.t.", ""),
            ("two in a row", 2, ".tt", "2+1 target cdn"),
            ("it lasts", 2, "ttttt", "1+1 target cdn"),
            ("it ends", 2, "tt..", "1+1 target cdn, 3-1 target cdn"),
            ("it is not over yet", 2, "tt.t.t", "1+1 target cdn"),
            ("one is enough", 1, "t.", "0+1 target cdn, 1-1 target cdn"),
            ("three are not four", 4, "ttt.ttt", ""),
            (
                "it comes again",
                1,
                "t.t",
                "0+1 target cdn, 1-1 target cdn, 2+2 target cdn",
            ),
            ("another fault", 2, "tc", ""),
            ("a certificate", 2, "cc..", "1+1 target cdn, 3-1 target cdn"),
            ("two places", 2, "bb", "1+1 edge, 1+2 target cdn"),
            (
                "a target that is not asked is not fine",
                2,
                "ttee..",
                "1+1 target cdn, 3+2 edge, 5-2 edge, 5-1 target cdn",
            ),
            (
                "a round that cannot run tells of nothing else",
                2,
                "tt!!..",
                "1+1 target cdn, 3+2 all, 5-2 all, 5-1 target cdn",
            ),
            ("nor does it end a row", 2, "t!t", "2+1 target cdn"),
        ] {
            let mut alarms = Alarms::new(needed.try_into().unwrap());
            let mut changes = Vec::new();
            for (number, round) in (0_i64..).zip(rounds.chars()) {
                let time = Time::from_millis(number * 60_000);
                for alarm in alarms.note(time, &found(round)) {
                    let sign = if alarm.ended.is_some() { '-' } else { '+' };
                    assert_eq!(alarm.ended.unwrap_or(alarm.began), time, "{row}");
                    let scope = &alarm.scope;
                    changes.push(format!("{number}{sign}{} {scope}", alarm.number));
                }
            }
            assert_eq!(changes.join(", "), expected, "{row}");
            let begun = changes.iter().filter(|change| change.contains('+'));
            assert_eq!(alarms.raised() as usize, begun.count(), "{row}");
        }
    }

    #[test]
    fn an_alarm_has_the_labels_of_its_cause_and_place_whatever_its_stages_are() {
        for (round, labels, summary) in [
            (
                't',
                "SignpostSmokeFailed target critical cdn",
                "The smoke test fails: target cdn",
            ),
            (
                'c',
                "SignpostCertificateEnds target warning cdn",
                "A certificate ends: target cdn",
            ),
            (
                'e',
                "SignpostSmokeFailed edge critical",
                "The smoke test fails: edge",
            ),
            (
                '!',
                "SignpostSmokeFailed all critical",
                "The smoke test fails: all",
            ),
        ] {
            let mut alarms = Alarms::new(1.try_into().unwrap());
            let alarm = alarms
                .note(Time::from_millis(1_500), &found(round))
                .remove(0);
            let notification = alarm.notification("{}\n");
            let values = notification.labels().into_iter().map(|(_, value)| value);
            assert_eq!(values.collect::<Vec<_>>().join(" "), labels);
            assert_eq!(notification.summary, summary);
            assert_eq!(notification.description, alarm.to_string(), "{labels}");
            assert_eq!(notification.event, "{}", "{labels}");
            assert_eq!(notification.began, alarm.began.moment(), "{labels}");
        }
    }
}
