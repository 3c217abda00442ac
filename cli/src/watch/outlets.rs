//! What `watch` tells its outlets.

use signpost_logs::log::Time;
use signpost_logs::watch::{Alarm, Cause, Event, Scope};

use super::measures::Measures;
use crate::outlets::{Notification, Outlets, Severity};

/// The name of each kind of alarm, as Alertmanager and Prometheus have it.
pub(crate) const NAMES: [&str; 4] = [
    DOWNLOADS_REPEAT,
    PROOF_REFUSED,
    TRAFFIC_FELL,
    NOT_REDIRECTED,
];

const DOWNLOADS_REPEAT: &str = "SignpostDownloadsRepeat";
const PROOF_REFUSED: &str = "SignpostProofRefused";
const TRAFFIC_FELL: &str = "SignpostTrafficFell";
const NOT_REDIRECTED: &str = "SignpostNotRedirected";

/// Tells the outlets of an event. `json` makes a line of JSON of it.
pub(crate) fn tell(
    outlets: &Outlets,
    measures: Option<&Measures>,
    event: &Event,
    json: impl FnOnce() -> String,
) {
    match event {
        Event::AlarmBegan(alarm) | Event::AlarmEnded(alarm) => {
            outlets.send(&notification(alarm, &json()));
        }
        Event::Window(window) => {
            if let Some(measures) = measures {
                let counts = &window.counts;
                measures.add(&Scope::All, &counts.figures);
                for in_scope in &window.scopes {
                    measures.add(&in_scope.scope, &in_scope.figures);
                }
                for (reason, requests) in &counts.reasons {
                    measures.add_reason(reason, *requests);
                }
                measures.add_refusals(counts.figures.refusals);
                measures.add_left(counts.figures.next_refused, counts.figures.next_retried);
                measures.note_limit(window.repeats.limit.limit);
            }
        }
        Event::Change(_) | Event::Notice(_) | Event::NextRefused(_) | Event::Unreadable { .. } => {}
    }
}

fn notification(alarm: &Alarm, json: &str) -> Notification {
    let (name, severity, summary) = match alarm.cause {
        Cause::RepeatRatio(_) => (DOWNLOADS_REPEAT, Severity::Critical, "Downloads fail"),
        Cause::Refusal { .. } => (PROOF_REFUSED, Severity::Warning, "A proof was refused"),
        Cause::TrafficFell { .. } => (TRAFFIC_FELL, Severity::Critical, "Traffic fell"),
        Cause::NotRedirected(_) => (
            NOT_REDIRECTED,
            Severity::Warning,
            "Downloads are not redirected",
        ),
    };
    Notification {
        number: alarm.number,
        name,
        severity,
        scope: alarm.scope.kind(),
        of: alarm.scope.name().map(str::to_owned),
        summary: format!("{summary}: {}", alarm.scope),
        description: alarm.to_string(),
        began: alarm.began.moment(),
        ended: alarm.ended.map(Time::moment),
        event: json.trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use signpost_logs::watch::Above;

    use super::{Alarm, Cause, NAMES, Scope, Time, notification};

    #[test]
    fn an_alarm_has_a_name_for_its_cause_and_labels_for_its_scope() {
        let repeat = Cause::RepeatRatio(Above {
            ratio: 0.75,
            usual: None,
            limit: 0.5,
            other_side: None,
        });
        let refusal = Cause::Refusal {
            refusal: "not-the-base".to_owned(),
            url: "https://crates.io/a".to_owned(),
        };
        let fell = Cause::TrafficFell {
            rate: 25.0,
            expected: 100.0,
        };
        let not_redirected = Cause::NotRedirected(Above {
            ratio: 0.2,
            usual: None,
            limit: 0.1,
            other_side: Some(0.01),
        });
        let mut names = Vec::new();
        for (cause, scope, labels, summary) in [
            (
                repeat,
                Scope::EdgeLocation("FRA".to_owned()),
                "SignpostDownloadsRepeat edge_location critical FRA",
                "Downloads fail: edge_location FRA",
            ),
            (
                refusal,
                Scope::All,
                "SignpostProofRefused all warning",
                "A proof was refused: all requests",
            ),
            (
                fell,
                Scope::Target("cdn".to_owned()),
                "SignpostTrafficFell target critical cdn",
                "Traffic fell: target cdn",
            ),
            (
                not_redirected,
                Scope::Route("download".to_owned()),
                "SignpostNotRedirected route warning download",
                "Downloads are not redirected: route download",
            ),
        ] {
            let alarm = Alarm {
                number: 1,
                scope,
                began: Time::from_millis(1_500),
                cause,
                change: None,
                ended: Some(Time::from_millis(2_000)),
            };
            let notification = notification(&alarm, "{}\n");
            let values = notification.labels().into_iter().map(|(_, value)| value);
            assert_eq!(values.collect::<Vec<_>>().join(" "), labels);
            assert_eq!(notification.summary, summary);
            assert_eq!(notification.description, alarm.to_string(), "{labels}");
            assert_eq!(notification.event, "{}", "{labels}");
            assert_eq!(notification.began, alarm.began.moment(), "{labels}");
            assert_eq!(
                notification.ended,
                alarm.ended.map(Time::moment),
                "{labels}"
            );
            names.push(notification.name);
        }
        assert_eq!(names, NAMES);
    }
}
