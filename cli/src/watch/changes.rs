use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::line::InForce;
use crate::log::Time;
use crate::text::beginning;

/// What was last seen longer ago has come into force again. A change takes some 30 seconds to
/// spread, and old and new alternate until then.
const ANEW: Duration = Duration::from_mins(1);

/// The most pairs of revision and switch that are remembered.
const MOST: usize = 16;

/// Notices when the revision or switch in the lines changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// The latest is first.
    seen: Vec<(InForce<'static>, Time)>,
}

/// A change of revision or switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// When the first line with it arrived.
    pub(crate) time: Time,
    pub(crate) from: InForce<'static>,
    pub(crate) to: InForce<'static>,
}

impl Changes {
    /// Notes the revision and switch of a request. Returns the change if there is one.
    pub(crate) fn see(&mut self, in_force: &InForce<'_>, time: Time) -> Option<Change> {
        let is_first = self
            .seen
            .first()
            .is_some_and(|(known, _)| known == in_force);
        let place = if is_first {
            Some(0)
        } else {
            let known = shortened(in_force);
            self.seen.iter().position(|(other, _)| *other == known)
        };
        if let Some(place) = place {
            // Moved to the front, where the next line finds it at once.
            self.seen[..=place].rotate_right(1);
            let last = &mut self.seen[0].1;
            let is_new = time.since(*last) > ANEW;
            *last = time.max(*last);
            if !is_new {
                return None;
            }
        } else {
            self.seen.truncate(MOST - 1);
            self.seen.insert(0, (shortened(in_force), time));
        }
        let [(to, _), (from, _), ..] = &self.seen[..] else {
            return None;
        };
        Some(Change {
            time,
            from: from.clone(),
            to: to.clone(),
        })
    }
}

/// A log may hold anything, and this is kept and shown.
fn shortened(in_force: &InForce<'_>) -> InForce<'static> {
    InForce {
        revision: beginning(&in_force.revision, 40).into(),
        switch: beginning(&in_force.switch, 40).into(),
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time: _, from, to } = self;
        let both = from.revision != to.revision && from.switch != to.switch;
        if from.revision != to.revision || from.switch == to.switch {
            write!(f, "revision {}", to.revision)?;
        }
        if both {
            f.write_str(" and ")?;
        }
        if from.switch != to.switch {
            write!(f, "the switch `{}`", to.switch)?;
        }
        f.write_str(" came into force")
    }
}

#[cfg(test)]
mod tests {
    use super::{Changes, InForce};
    use crate::log::Time;

    #[test]
    fn a_change_is_what_was_not_in_force_just_before() {
        let mut changes = Changes::default();
        for (seconds, revision, switch, expected) in [
            (0, "a", "enforce", None),
            (1_000, "a", "enforce", None),
            (1_001, "b", "enforce", Some("revision b came into force")),
            (1_002, "a", "enforce", None),
            (1_003, "b", "enforce", None),
            (1_030, "b", "enforce", None),
            (1_063, "a", "enforce", Some("revision a came into force")),
            (1_064, "a", "off", Some("the switch `off` came into force")),
            (
                1_200,
                "b",
                "enforce",
                Some("revision b and the switch `enforce` came into force"),
            ),
        ] {
            let in_force = InForce {
                revision: revision.into(),
                switch: switch.into(),
            };
            let change = changes.see(&in_force, Time::from_millis(seconds * 1_000));
            let change = change.map(|change| change.to_string());
            assert_eq!(change.as_deref(), expected, "at {seconds}");
        }
    }

    #[test]
    fn revisions_without_end_take_no_memory_without_end() {
        let mut changes = Changes::default();
        for number in 0..1_000 {
            let in_force = InForce {
                revision: format!("{}{number}", "x".repeat(10_000)).into(),
                switch: number.to_string().into(),
            };
            changes.see(&in_force, Time::from_millis(number));
            assert_eq!(changes.see(&in_force, Time::from_millis(number)), None);
        }
        assert!(changes.seen.len() <= 16);
    }
}
