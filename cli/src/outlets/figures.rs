//! The figures that Prometheus reads. Their names are stable: docs/operating.md lists them.

mod families;
mod names;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus::core::Collector;
use prometheus::{
    Error, Gauge, GaugeVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};
use time::OffsetDateTime;

use self::families::{Family, PerPart};
use self::names::Names;
use super::notification::Notification;
use crate::output::Failure;

/// Counters that only grow, and gauges.
#[derive(Debug)]
pub(crate) struct Figures {
    registry: Registry,
    all: Counters,
    edge_locations: Counters,
    routes: Counters,
    targets: Counters,
    names: Mutex<Names>,
    reasons: IntCounterVec,
    refusals: IntCounter,
    limit: Gauge,
    alarms: IntCounterVec,
    open_alarms: IntGaugeVec,
    lines: IntCounter,
    unreadable: IntCounter,
    last_line: Gauge,
    delay: Gauge,
    started: f64,
    alertmanager_failures: IntCounter,
}

/// The requests that figures are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    All,
    EdgeLocation(&'a str),
    Route(&'a str),
    Target(&'a str),
}

/// What is new since figures were last added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) redirects: u64,
    pub(crate) preflights: u64,
    pub(crate) origin: u64,
    /// Without a decision in the line.
    pub(crate) other: u64,
    /// Those that should be redirected, and are not.
    pub(crate) not_redirected: u64,
    /// Requests that were compared with earlier ones, and how many of them repeat one.
    pub(crate) compared: u64,
    pub(crate) repeats: u64,
}

/// The counters of all parts of one kind.
#[derive(Debug)]
struct Counters {
    requests: IntCounterVec,
    compared: IntCounterVec,
    repeats: IntCounterVec,
    not_redirected: Option<IntCounterVec>,
}

impl Figures {
    /// Figures that are zero. `alarms` are the names of all alarms that can be.
    pub(crate) fn new(alarms: &[&str]) -> Result<Self, Failure> {
        let failure = |error| Failure::new(format!("cannot make metrics: {error}"));
        let figures = Self::make().map_err(failure)?;
        // Prometheus sees that a counter has grown only if it has seen it before.
        for name in alarms {
            figures.alarms.with_label_values(&[*name, "all"]);
            figures.open_alarms.with_label_values(&[*name, "all"]);
        }
        figures.add(Part::All, &Tally::default());
        Ok(figures)
    }

    fn make() -> Result<Self, Error> {
        let registry = Registry::new();
        let counter = |family: &Family| {
            registered(&registry, IntCounterVec::new(family.opts(), family.labels))
        };
        let plain = |family: &Family| registered(&registry, IntCounter::with_opts(family.opts()));
        let gauge = |family: &Family| registered(&registry, Gauge::with_opts(family.opts()));
        let counters = |families: &PerPart| {
            Ok::<_, Error>(Counters {
                requests: counter(&families.requests)?,
                compared: counter(&families.compared)?,
                repeats: counter(&families.repeats)?,
                not_redirected: families.not_redirected.as_ref().map(&counter).transpose()?,
            })
        };
        let build = registered(
            &registry,
            GaugeVec::new(families::BUILD_INFO.opts(), families::BUILD_INFO.labels),
        )?;
        build
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1.0);
        let open_alarms =
            IntGaugeVec::new(families::OPEN_ALARMS.opts(), families::OPEN_ALARMS.labels);
        Ok(Self {
            all: counters(&families::ALL)?,
            edge_locations: counters(&families::EDGE_LOCATIONS)?,
            routes: counters(&families::ROUTES)?,
            targets: counters(&families::TARGETS)?,
            names: Mutex::default(),
            reasons: counter(&families::REASONS)?,
            refusals: plain(&families::REFUSALS)?,
            limit: gauge(&families::LIMIT)?,
            alarms: counter(&families::ALARMS)?,
            open_alarms: registered(&registry, open_alarms)?,
            lines: plain(&families::LINES)?,
            unreadable: plain(&families::UNREADABLE)?,
            last_line: gauge(&families::LAST_LINE)?,
            delay: gauge(&families::DELAY)?,
            started: now(),
            alertmanager_failures: plain(&families::ALERTMANAGER_FAILURES)?,
            registry,
        })
    }

    /// Adds the new requests of a part.
    pub(crate) fn add(&self, part: Part<'_>, tally: &Tally) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        match part {
            Part::All => self.all.add(None, tally),
            Part::EdgeLocation(name) => {
                let name = names.edge_locations.bounded(name);
                self.edge_locations.add(Some(&name), tally);
            }
            Part::Route(name) => self.routes.add(Some(&names.routes.bounded(name)), tally),
            Part::Target(name) => self.targets.add(Some(&names.targets.bounded(name)), tally),
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
    pub(super) fn to_text(&self) -> Result<String, Error> {
        let last = self.last_line.get();
        let since = if last == 0.0 { self.started } else { last };
        self.delay.set((now() - since).max(0.0));
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

impl Counters {
    /// Adds to the counters of the named part; without a name, to those of all requests.
    fn add(&self, name: Option<&str>, tally: &Tally) {
        let labels = |value| name.into_iter().chain([value]).collect::<Vec<_>>();
        for (decision, requests) in [
            ("redirect", tally.redirects),
            ("preflight", tally.preflights),
            ("origin", tally.origin),
            ("other", tally.other),
        ] {
            let counter = self.requests.with_label_values(&labels(decision));
            counter.inc_by(requests);
        }
        let label = name.as_slice();
        for (counter, number) in [
            (Some(&self.compared), tally.compared),
            (Some(&self.repeats), tally.repeats),
            (self.not_redirected.as_ref(), tally.not_redirected),
        ] {
            if let Some(counter) = counter {
                counter.with_label_values(label).inc_by(number);
            }
        }
    }
}

impl Family {
    fn opts(&self) -> Opts {
        Opts::new(self.name, self.help)
    }
}

fn registered<C: Collector + Clone + 'static>(
    registry: &Registry,
    collector: Result<C, Error>,
) -> Result<C, Error> {
    let collector = collector?;
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
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
