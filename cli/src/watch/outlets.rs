//! What `watch` tells its outlets.

use time::OffsetDateTime;

use super::alarm::{Alarm, Cause};
use super::event::Event;
use super::scope::Scope;
use super::window::Counts;
use crate::log::Time;
use crate::outlets::{Notification, Outlets, Part, Severity, Tally};

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
pub(crate) fn tell(outlets: &Outlets, event: &Event, json: impl FnOnce() -> String) {
    match event {
        Event::AlarmBegan(alarm) | Event::AlarmEnded(alarm) => {
            outlets.send(&notification(alarm, &json()));
        }
        Event::Window(window) => {
            if let Some(figures) = outlets.figures() {
                figures.add(Part::All, &tally(&window.counts));
                for (reason, requests) in &window.counts.origin {
                    figures.add_reason(reason, *requests);
                }
                figures.add_refusals(window.counts.refusals);
                figures.note_limits(window.limit.limit, window.redirect_limit.limit);
            }
        }
        Event::Change(_) | Event::Unreadable { .. } => {}
    }
}

/// A moment of the log as others take it; one that they cannot have becomes 1970.
pub(crate) fn moment(time: Time) -> OffsetDateTime {
    let nanos = i128::from(time.millis()) * 1_000_000;
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanos);
    moment.unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn notification(alarm: &Alarm, json: &str) -> Notification {
    let (name, severity, summary) = match alarm.cause {
        Cause::RepeatRatio { .. } => (DOWNLOADS_REPEAT, Severity::Critical, "Downloads fail"),
        Cause::Refusal { .. } => (PROOF_REFUSED, Severity::Warning, "A proof was refused"),
        Cause::TrafficFell { .. } => (TRAFFIC_FELL, Severity::Critical, "Traffic fell"),
        Cause::NotRedirected { .. } => (
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
        began: moment(alarm.began),
        ended: alarm.ended.map(moment),
        event: json.trim_end().to_owned(),
    }
}

fn tally(counts: &Counts) -> Tally {
    Tally {
        redirects: counts.redirects,
        preflights: counts.preflights,
        origin: counts.origin_requests(),
        other: counts.other,
        compared_requests: counts.all.compared,
        repeated_requests: counts.all.repeats,
        compared_redirects: counts.redirects_alone.compared,
        repeated_redirects: counts.redirects_alone.repeats,
    }
}

impl<'a> From<&'a Scope> for Part<'a> {
    fn from(scope: &'a Scope) -> Self {
        match scope {
            Scope::All => Self::All,
            Scope::EdgeLocation(name) => Self::EdgeLocation(name),
            Scope::Target(name) => Self::Target(name),
            Scope::Route(name) => Self::Route(name),
        }
    }
}
