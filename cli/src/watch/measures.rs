//! The figures of a watch that Prometheus reads, beside those of alarms.

mod families;
mod names;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Gauge, IntCounter, IntCounterVec, Registry};
use signpost_logs::watch::{Figures, Scope};
use time::OffsetDateTime;

use self::families::PerPart;
use self::names::Names;
use crate::outlets::registered;
use crate::output::Failure;

/// Counters that only grow, and gauges.
#[derive(Debug)]
pub(crate) struct Measures {
    all: Counters,
    edge_locations: Counters,
    routes: Counters,
    targets: Counters,
    sides: Counters,
    names: Mutex<Names>,
    reasons: IntCounterVec,
    refusals: IntCounter,
    next_refused: IntCounter,
    next_retried: IntCounter,
    limit: Gauge,
    lines: IntCounter,
    unreadable: IntCounter,
    last_line: Gauge,
}

/// The counters of all scopes of one kind.
#[derive(Debug)]
struct Counters {
    requests: IntCounterVec,
    compared: IntCounterVec,
    repeats: IntCounterVec,
    not_redirected: Option<IntCounterVec>,
}

/// How long the latest line is ago when somebody asks.
#[derive(Clone, Debug)]
struct Delay {
    last_line: Gauge,
    started: f64,
    gauge: Gauge,
}

impl Measures {
    /// Figures that are zero.
    pub(crate) fn new(registry: &Registry) -> Result<Self, Failure> {
        let counters = |families: &PerPart| {
            let not_redirected = families.not_redirected.as_ref();
            Ok::<_, Failure>(Counters {
                requests: families.requests.counters(registry)?,
                compared: families.compared.counters(registry)?,
                repeats: families.repeats.counters(registry)?,
                not_redirected: not_redirected
                    .map(|family| family.counters(registry))
                    .transpose()?,
            })
        };
        let last_line = families::LAST_LINE.gauge(registry)?;
        let delay = Gauge::with_opts(families::DELAY.opts()).map(|gauge| Delay {
            last_line: last_line.clone(),
            started: now(),
            gauge,
        });
        registered(registry, delay)?;
        let measures = Self {
            all: counters(&families::ALL)?,
            edge_locations: counters(&families::EDGE_LOCATIONS)?,
            routes: counters(&families::ROUTES)?,
            targets: counters(&families::TARGETS)?,
            sides: counters(&families::SIDES)?,
            names: Mutex::default(),
            reasons: families::REASONS.counters(registry)?,
            refusals: families::REFUSALS.counter(registry)?,
            next_refused: families::NEXT_REFUSED.counter(registry)?,
            next_retried: families::NEXT_RETRIED.counter(registry)?,
            limit: families::LIMIT.gauge(registry)?,
            lines: families::LINES.counter(registry)?,
            unreadable: families::UNREADABLE.counter(registry)?,
            last_line,
        };
        // Prometheus sees that a counter has grown only if it has seen it before.
        measures.add(&Scope::All, &Figures::default());
        Ok(measures)
    }

    /// Adds the new requests of a scope.
    pub(crate) fn add(&self, scope: &Scope, figures: &Figures) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        match scope {
            Scope::All => self.all.add(None, figures),
            Scope::EdgeLocation(name) => {
                let name = names.edge_locations.bounded(name);
                self.edge_locations.add(Some(&name), figures);
            }
            Scope::Route(name) => self.routes.add(Some(&names.routes.bounded(name)), figures),
            Scope::Target(name) => self
                .targets
                .add(Some(&names.targets.bounded(name)), figures),
            Scope::Side(side) => self.sides.add(Some(side.name()), figures),
        }
    }

    /// Adds requests that the origin answered for this reason.
    pub(crate) fn add_reason(&self, reason: &str, requests: u64) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let reason = names.reasons.bounded(reason);
        self.reasons.with_label_values(&[&*reason]).inc_by(requests);
    }

    /// Adds requests whose location the proof refused.
    pub(crate) fn add_refusals(&self, requests: u64) {
        self.refusals.inc_by(requests);
    }

    /// Adds requests on the side of `next` that it left to `config`.
    pub(crate) fn add_left(&self, refused: u64, retried: u64) {
        self.next_refused.inc_by(refused);
        self.next_retried.inc_by(retried);
    }

    /// Notes the limit of the repeat ratio of all requests.
    pub(crate) fn note_limit(&self, limit: f64) {
        self.limit.set(limit);
    }

    /// Notes how many lines there are so far.
    pub(crate) fn note_lines(&self, lines: u64, unreadable: u64) {
        for (counter, now) in [(&self.lines, lines), (&self.unreadable, unreadable)] {
            counter.inc_by(now.saturating_sub(counter.get()));
        }
    }

    /// Notes the time of the latest line.
    pub(crate) fn note_time(&self, time: OffsetDateTime) {
        self.last_line.set(seconds(time));
    }
}

impl Counters {
    /// Adds to the counters of the named scope; without a name, to those of all requests.
    fn add(&self, name: Option<&str>, figures: &Figures) {
        let labels = |value| name.into_iter().chain([value]).collect::<Vec<_>>();
        for (decision, requests) in [
            ("redirect", figures.redirects),
            ("preflight", figures.preflights),
            ("origin", figures.origin),
            ("other", figures.other),
        ] {
            let counter = self.requests.with_label_values(&labels(decision));
            counter.inc_by(requests);
        }
        let label = name.as_slice();
        for (counter, number) in [
            (Some(&self.compared), figures.compared),
            (Some(&self.repeats), figures.repeats),
            (self.not_redirected.as_ref(), figures.not_redirected),
        ] {
            if let Some(counter) = counter {
                counter.with_label_values(label).inc_by(number);
            }
        }
    }
}

impl Collector for Delay {
    fn desc(&self) -> Vec<&Desc> {
        self.gauge.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let last = self.last_line.get();
        let since = if last == 0.0 { self.started } else { last };
        self.gauge.set((now() - since).max(0.0));
        self.gauge.collect()
    }
}

/// Seconds since 1970 by the machine's clock.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}

/// Seconds since 1970.
fn seconds(time: OffsetDateTime) -> f64 {
    (time - OffsetDateTime::UNIX_EPOCH).as_seconds_f64()
}
