//! The figures that Prometheus reads. Their names are stable: docs/operating.md lists them.

mod family;

use prometheus::{Error, GaugeVec, IntCounter, IntCounterVec, Registry, TextEncoder};

pub(crate) use self::family::{Family, registered};
use super::notification::Notification;
use crate::output::Failure;

/// The figures of alarms, and the registry, in which a command has its own beside them.
#[derive(Debug)]
pub(crate) struct Figures {
    registry: Registry,
    alarms: IntCounterVec,
    open_alarms: GaugeVec,
    alertmanager_failures: IntCounter,
}

const ALARMS: Family = Family {
    name: "signpost_alarms_total",
    labels: &["alarm", "scope"],
    help: "Alarms that were raised, by name and kind of scope.",
};

const OPEN_ALARMS: Family = Family {
    name: "signpost_open_alarms",
    labels: &["alarm", "scope"],
    help: "Alarms that last, by name and kind of scope.",
};

const ALERTMANAGER_FAILURES: Family = Family {
    name: "signpost_alertmanager_failures_total",
    labels: &[],
    help: "Requests to an Alertmanager that failed.",
};

const BUILD_INFO: Family = Family {
    name: "signpost_build_info",
    labels: &["version"],
    help: "1, with the version of the tool.",
};

impl Figures {
    /// Figures that are zero. `alarms` are the names of all alarms that can be.
    pub(crate) fn new(alarms: &[&str]) -> Result<Self, Failure> {
        let registry = Registry::new();
        let build = BUILD_INFO.gauges(&registry)?;
        build
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1.0);
        let figures = Self {
            alarms: ALARMS.counters(&registry)?,
            open_alarms: OPEN_ALARMS.gauges(&registry)?,
            alertmanager_failures: ALERTMANAGER_FAILURES.counter(&registry)?,
            registry,
        };
        // Prometheus sees that a counter has grown only if it has seen it before.
        for name in alarms {
            figures.alarms.with_label_values(&[*name, "all"]);
            figures.open_alarms.with_label_values(&[*name, "all"]);
        }
        Ok(figures)
    }

    /// Where a command registers its own figures.
    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Notes that an alarm has begun or ended.
    pub(super) fn note(&self, event: &Notification) {
        let labels = [event.name, event.scope];
        let open = self.open_alarms.with_label_values(&labels);
        if event.ended.is_some() {
            open.dec();
        } else {
            self.alarms.with_label_values(&labels).inc();
            open.inc();
        }
    }

    /// Counts a request to an Alertmanager that has failed.
    pub(super) fn alertmanager_failed(&self) {
        self.alertmanager_failures.inc();
    }

    /// All figures, in Prometheus' text format.
    pub(crate) fn to_text(&self) -> Result<String, Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;
    use crate::outlets::notification::tests::{alarm, end};

    #[test]
    fn alarms_are_counted_and_open_ones_end() {
        let figures = Figures::new(&["SignpostProofRefused"]).unwrap();
        let (refused, repeat) = ("SignpostProofRefused", "SignpostDownloadsRepeat");
        // There from the start, so that Prometheus sees it grow.
        for (event, name, raised, open) in [
            (None, refused, 0, 0),
            (Some(alarm(1, None)), repeat, 1, 1),
            (Some(alarm(2, None)), repeat, 2, 2),
            (Some(end(&alarm(1, None))), repeat, 2, 1),
        ] {
            if let Some(event) = &event {
                figures.note(event);
            }
            let text = figures.to_text().unwrap();
            for (metric, value) in [("alarms_total", raised), ("open_alarms", open)] {
                let line = format!("signpost_{metric}{{alarm=\"{name}\",scope=\"all\"}} {value}\n");
                assert!(text.contains(&line), "{event:?}: {line} is not in {text}");
            }
        }
    }
}
