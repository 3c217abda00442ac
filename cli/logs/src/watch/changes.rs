use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::line::{InForce, Side};
use crate::log::Time;
use crate::text::beginning;

/// What was last seen longer ago has come into force again. A change takes some 30 seconds to
/// spread, and old and new alternate until then.
const ANEW: Duration = Duration::from_mins(1);

/// The most revisions, and the most switches, that are remembered.
const MOST: usize = 16;

/// Notices when the revision or switch in the lines changes.
///
/// Each side has a revision. The switch is one for both.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    of_config: Values,
    of_next: Values,
    switches: Values,
}

/// The values of one kind. The latest is first.
#[derive(Clone, Debug, Default)]
struct Values(Vec<(String, Time)>);

/// A change of revision or switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When the first line with it arrived.
    pub(crate) time: Time,
    pub(crate) from: InForce<'static>,
    pub(crate) to: InForce<'static>,
}

impl Changes {
    /// Notes the revision and switch of a request, and which side's revision it is. Returns the change if there is
    /// one.
    pub(crate) fn see(&mut self, in_force: &InForce<'_>, side: Side, time: Time) -> Option<Change> {
        let revisions = match side {
            Side::Config => &mut self.of_config,
            Side::Next => &mut self.of_next,
        };
        let [revision, switch] = [
            revisions.see(&in_force.revision, time),
            self.switches.see(&in_force.switch, time),
        ];
        if revision.is_none() && switch.is_none() {
            return None;
        }
        let to = InForce {
            revision: shortened(&in_force.revision).into(),
            switch: shortened(&in_force.switch).into(),
        };
        let from = InForce {
            revision: revision.map_or_else(|| to.revision.clone(), Into::into),
            switch: switch.map_or_else(|| to.switch.clone(), Into::into),
        };
        Some(Change { time, from, to })
    }
}

impl Values {
    /// Notes a value. Returns the one before it if it has come into force.
    fn see(&mut self, value: &str, time: Time) -> Option<String> {
        let Self(seen) = self;
        if let Some((first, last)) = seen.first_mut()
            && first == value
        {
            // However long no line came, it is not new.
            *last = time.max(*last);
            return None;
        }
        let known = shortened(value);
        let place = seen.iter().position(|(other, _)| *other == known);
        if let Some(place) = place {
            // Moved to the front, where the next line finds it at once.
            seen[..=place].rotate_right(1);
            let last = &mut seen[0].1;
            let is_new = time.since(*last) > ANEW;
            *last = time.max(*last);
            // A value that had to be shortened is found here.
            if !is_new || place == 0 {
                return None;
            }
        } else {
            seen.truncate(MOST - 1);
            seen.insert(0, (known, time));
        }
        seen.get(1).map(|(before, _)| before.clone())
    }
}

/// A log may hold anything, and this is kept and shown.
fn shortened(value: &str) -> String {
    beginning(value, 40)
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
    use super::{Changes, InForce, Side};
    use crate::log::Time;

    #[track_caller]
    fn check(
        changes: &mut Changes,
        seconds: i64,
        side: Side,
        [revision, switch]: [&str; 2],
        expected: Option<&str>,
    ) {
        let in_force = InForce {
            revision: revision.into(),
            switch: switch.into(),
        };
        let change = changes.see(&in_force, side, Time::from_millis(seconds * 1_000));
        let change = change.map(|change| change.to_string());
        assert_eq!(change.as_deref(), expected, "at {seconds}");
    }

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
            check(
                &mut changes,
                seconds,
                Side::Config,
                [revision, switch],
                expected,
            );
        }
    }

    #[test]
    fn the_switch_is_one_for_both_sides_and_each_has_its_revision() {
        let mut changes = Changes::default();
        for (seconds, side, revision, switch, expected) in [
            (0, Side::Config, "a", "enforce", None),
            (
                1,
                Side::Next,
                "b",
                "enforce, next 1%",
                Some("the switch `enforce, next 1%` came into force"),
            ),
            (2, Side::Config, "a", "enforce, next 1%", None),
            (3, Side::Next, "b", "enforce, next 1%", None),
            (
                100,
                Side::Next,
                "b",
                "enforce, next 100%",
                Some("the switch `enforce, next 100%` came into force"),
            ),
            (
                200,
                Side::Next,
                "c",
                "enforce, next 100%",
                Some("revision c came into force"),
            ),
            (
                300,
                Side::Config,
                "b",
                "enforce",
                Some("revision b and the switch `enforce` came into force"),
            ),
        ] {
            check(&mut changes, seconds, side, [revision, switch], expected);
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
            let time = Time::from_millis(number);
            for side in [Side::Config, Side::Next] {
                changes.see(&in_force, side, time);
                assert_eq!(changes.see(&in_force, side, time), None);
            }
        }
        for values in [changes.of_config, changes.of_next, changes.switches] {
            assert!(values.0.len() <= 16);
        }
    }
}
