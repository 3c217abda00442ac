use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::outlets::notification::Notification;

/// The end of an alarm is sent so many times: an Alertmanager that restarts may have lost it.
pub(super) const SENDS_OF_AN_END: u32 = 3;

/// The alarms that an Alertmanager is told, by their labels.
///
/// Alertmanager knows an alert by its labels, so the end of an alarm is not sent once another with
/// the same labels has begun.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    alerts: BTreeMap<Vec<(&'static str, String)>, Alert>,
}

#[derive(Debug)]
struct Alert {
    event: Notification,
    /// How often it was delivered in this state.
    deliveries: u32,
}

impl Alerts {
    /// Notes that an alarm has begun or ended.
    pub(super) fn note(&mut self, event: Notification) {
        let labels = event.labels();
        let other = self.alerts.get(&labels);
        let other = other.filter(|other| other.event.number != event.number);
        if event.ended.is_some() && other.is_some_and(|other| other.event.ended.is_none()) {
            return;
        }
        let deliveries = 0;
        self.alerts.insert(labels, Alert { event, deliveries });
    }

    /// Notes that all were delivered as they are now.
    pub(super) fn delivered(&mut self) {
        self.alerts.retain(|_, alert| {
            alert.deliveries = alert.deliveries.saturating_add(1);
            alert.event.ended.is_none() || alert.deliveries < SENDS_OF_AN_END
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.alerts.is_empty()
    }

    pub(super) fn are_undelivered(&self) -> bool {
        self.undelivered() > 0
    }

    /// How many were not delivered as they are now.
    pub(super) fn undelivered(&self) -> usize {
        let alerts = self.alerts.values();
        alerts.filter(|alert| alert.deliveries == 0).count()
    }

    /// How many alarms last.
    pub(super) fn open(&self) -> usize {
        let alerts = self.alerts.values();
        alerts.filter(|alert| alert.event.ended.is_none()).count()
    }

    /// The body of `POST /api/v2/alerts`. An alarm that lasts ends by itself after `validity`.
    pub(super) fn to_json(&self, now: OffsetDateTime, validity: Duration) -> String {
        let alerts = self.alerts.values().map(|alert| {
            let event = &alert.event;
            let labels: BTreeMap<_, _> = event.labels().into_iter().collect();
            // The log's clock may be ahead of this machine's. A beginning after its end is refused,
            // and an end in the future does not count.
            let ends = match event.ended {
                Some(ended) => ended.min(now),
                None => now + validity,
            };
            json!({
                "labels": labels,
                "annotations": {"summary": event.summary, "description": event.description},
                "startsAt": text(event.began, now),
                "endsAt": text(ends.max(event.began), now),
            })
        });
        Value::Array(alerts.collect()).to_string()
    }
}

/// A moment as RFC 3339, which cannot tell every moment that a log may hold.
fn text(moment: OffsetDateTime, now: OffsetDateTime) -> String {
    let text = moment.format(&Rfc3339).or_else(|_| now.format(&Rfc3339));
    text.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;
    use time::OffsetDateTime;

    use super::{Alerts, SENDS_OF_AN_END};
    use crate::outlets::notification::Notification;
    use crate::outlets::notification::tests::{alarm, end};

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn times_are_the_logs_as_far_as_an_alertmanager_takes_them() {
        for (name, began, ended, expected) in [
            ("lasts", -30, None, ("22:12:50", "22:17:20")),
            (
                "lasts in an old log",
                -7_200,
                None,
                ("20:13:20", "22:17:20"),
            ),
            (
                "began ahead of the clock",
                600,
                None,
                ("22:23:20", "22:23:20"),
            ),
            ("has ended", -30, Some(-10), ("22:12:50", "22:13:10")),
            (
                "ended ahead of the clock",
                -30,
                Some(10),
                ("22:12:50", "22:13:20"),
            ),
            (
                "was all ahead of the clock",
                10,
                Some(20),
                ("22:13:30", "22:13:30"),
            ),
        ] {
            let mut alerts = Alerts::default();
            alerts.note(Notification {
                began: at(began),
                ended: ended.map(at),
                ..alarm(1, None)
            });
            let sent = alerts.to_json(at(0), Duration::from_mins(4));
            let sent: Value = serde_json::from_str(&sent).unwrap();
            let day = |time: &str| format!("2023-11-14T{time}Z");
            assert_eq!(sent[0]["startsAt"], day(expected.0), "{name}");
            assert_eq!(sent[0]["endsAt"], day(expected.1), "{name}");
        }
    }

    #[test]
    fn an_end_is_sent_a_few_times_and_only_while_no_other_alarm_has_its_labels() {
        let (first, second) = (alarm(1, Some("cdn")), alarm(2, Some("cdn")));
        let other = alarm(3, Some("spare"));
        // Who is told of after each event, and whether it lasts.
        let mut alerts = Alerts::default();
        for (name, event, expected) in [
            ("begins", first.clone(), &[(1, true)][..]),
            ("another", other.clone(), &[(1, true), (3, true)]),
            ("ends", end(&first), &[(1, false), (3, true)]),
            ("begins again", second.clone(), &[(2, true), (3, true)]),
            ("ends late", end(&first), &[(2, true), (3, true)]),
            ("ends again", end(&second), &[(2, false), (3, true)]),
        ] {
            alerts.note(event);
            let told = alerts.alerts.values();
            let told: Vec<_> = told
                .map(|alert| (alert.event.number, alert.event.ended.is_none()))
                .collect();
            assert_eq!(told, expected, "{name}");
        }
        for sends in 1..=SENDS_OF_AN_END {
            assert_eq!(alerts.alerts.len(), 2, "after {sends} sends");
            alerts.delivered();
            assert!(!alerts.are_undelivered());
        }
        assert_eq!((alerts.alerts.len(), alerts.open()), (1, 1));
    }
}
