//! What Prometheus reads of the rounds: findings, probes, certificates and times.

use std::time::Duration;

use prometheus::{Gauge, GaugeVec, IntCounterVec, Registry};
use strum::VariantArray as _;
use time::OffsetDateTime;

use crate::outlets::Family;
use crate::output::Failure;
use crate::smoke::every::found::{Fault, Found};
use crate::smoke::every::place::{Place, Places};
use crate::smoke::every::round::Round;
use crate::smoke::judge::stage::Stage;

/// Counters of all rounds, and gauges of the last.
#[derive(Debug)]
pub(crate) struct Measures {
    rounds: IntCounterVec,
    probes: Gauge,
    failed: Gauge,
    failures: GaugeVec,
    last: Gauge,
    duration: Gauge,
    certificates: GaugeVec,
    /// The labels `scope` and `target` of each place.
    places: Vec<[String; 2]>,
}

const ROUNDS: Family = Family {
    name: "signpost_smoke_rounds_total",
    labels: &["result"],
    help: "Rounds of the smoke test: ok, or failed.",
};

const PROBES: Family = Family {
    name: "signpost_smoke_probes",
    labels: &[],
    help: "Probes of the last round that could run.",
};

const FAILED: Family = Family {
    name: "signpost_smoke_failed_probes",
    labels: &[],
    help: "Probes that failed in the last round that could run.",
};

const FAILURES: Family = Family {
    name: "signpost_smoke_failures",
    labels: &["scope", "target", "stage"],
    help: "What failed in the last round, by place and stage; the scope all if it could not run.",
};

const LAST: Family = Family {
    name: "signpost_smoke_last_round_timestamp_seconds",
    labels: &[],
    help: "Time when the last round ended; that of the start before the first.",
};

const DURATION: Family = Family {
    name: "signpost_smoke_round_duration_seconds",
    labels: &[],
    help: "How long the last round took.",
};

const INTERVAL: Family = Family {
    name: "signpost_smoke_interval_seconds",
    labels: &[],
    help: "How long after the beginning of a round the next one begins, as --every says.",
};

const CERTIFICATE_END: Family = Family {
    name: "signpost_smoke_certificate_end_timestamp_seconds",
    labels: &["host"],
    help: "When the certificate of the edge or of a target ends, as it was last shown.",
};

impl Measures {
    /// Figures that are zero.
    pub(crate) fn new(
        registry: &Registry,
        places: &Places,
        every: Duration,
        started: OffsetDateTime,
    ) -> Result<Self, Failure> {
        let kinds = [Place::Edge, Place::Origin, Place::Host(String::new())];
        let kinds = kinds.iter().map(|place| labels(place.kind(), ""));
        let targets = places.targets().map(|name| labels("target", name));
        let measures = Self {
            rounds: ROUNDS.counters(registry)?,
            probes: PROBES.gauge(registry)?,
            failed: FAILED.gauge(registry)?,
            failures: FAILURES.gauges(registry)?,
            last: LAST.gauge(registry)?,
            duration: DURATION.gauge(registry)?,
            certificates: CERTIFICATE_END.gauges(registry)?,
            places: kinds.chain(targets).collect(),
        };
        INTERVAL.gauge(registry)?.set(every.as_secs_f64());
        measures.last.set(seconds(started));
        // Prometheus sees that a counter has grown only if it has seen it before.
        for result in ["ok", "failed"] {
            measures.rounds.with_label_values(&[result]);
        }
        measures.note_failures(&Found::default());
        measures.note_run(true);
        Ok(measures)
    }

    /// Notes a round.
    pub(crate) fn note(&self, round: &Round, found: &Found, places: &Places) {
        let result = if round.passed() { "ok" } else { "failed" };
        self.rounds.with_label_values(&[result]).inc();
        self.last.set(seconds(round.began + round.took));
        self.duration.set(round.took.as_secs_f64());
        self.note_run(round.report.is_ok());
        let Ok(report) = &round.report else {
            return;
        };
        let totals = report.totals();
        self.probes.set(number(totals.probes));
        self.failed.set(number(totals.failed));
        self.note_failures(found);
        for (host, certificate) in &report.certificates {
            // Other hosts come from answers, and could be any number.
            let is_known = !matches!(places.of_host(host), Place::Host(_));
            if let Some(end) = certificate.end.filter(|_| is_known) {
                let gauge = self.certificates.with_label_values(&[host]);
                gauge.set(seconds(end));
            }
        }
    }

    fn note_run(&self, ran: bool) {
        let all = [Place::All.kind(), "", ""];
        let failed = if ran { 0.0 } else { 1.0 };
        self.failures.with_label_values(&all).set(failed);
    }

    fn note_failures(&self, found: &Found) {
        for [scope, target] in &self.places {
            let faults: Vec<&Fault> = found
                .faults
                .iter()
                .filter(|(key, _)| is_at(&key.place, scope, target))
                .map(|(_, fault)| fault)
                .collect();
            for stage in Stage::VARIANTS {
                let counts = faults.iter().filter_map(|fault| fault.stages.get(stage));
                let labels = [scope, target, stage.code()];
                let gauge = self.failures.with_label_values(&labels);
                gauge.set(number(counts.sum()));
            }
        }
    }
}

fn labels(scope: &str, target: &str) -> [String; 2] {
    [scope, target].map(str::to_owned)
}

/// Whether a place has these labels. All hosts have the same.
fn is_at(place: &Place, scope: &str, target: &str) -> bool {
    let is_target = matches!(place, Place::Target(_));
    place.kind() == scope && (!is_target || place.name() == Some(target))
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Seconds since 1970.
fn seconds(time: OffsetDateTime) -> f64 {
    (time - OffsetDateTime::UNIX_EPOCH).as_seconds_f64()
}
