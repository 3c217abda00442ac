use prometheus::core::Collector;
use prometheus::{Error, Gauge, GaugeVec, IntCounter, IntCounterVec, Opts, Registry};

use crate::output::Failure;

/// A metric with its labels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) labels: &'static [&'static str],
    pub(crate) help: &'static str,
}

impl Family {
    pub(crate) fn counter(&self, registry: &Registry) -> Result<IntCounter, Failure> {
        registered(registry, IntCounter::with_opts(self.opts()))
    }

    pub(crate) fn counters(&self, registry: &Registry) -> Result<IntCounterVec, Failure> {
        registered(registry, IntCounterVec::new(self.opts(), self.labels))
    }

    pub(crate) fn gauge(&self, registry: &Registry) -> Result<Gauge, Failure> {
        registered(registry, Gauge::with_opts(self.opts()))
    }

    pub(crate) fn gauges(&self, registry: &Registry) -> Result<GaugeVec, Failure> {
        registered(registry, GaugeVec::new(self.opts(), self.labels))
    }

    pub(crate) fn opts(&self) -> Opts {
        Opts::new(self.name, self.help)
    }
}

/// Registers a metric, or says why there is none.
pub(crate) fn registered<C: Collector + Clone + 'static>(
    registry: &Registry,
    collector: Result<C, Error>,
) -> Result<C, Failure> {
    let register = |collector: C| {
        registry.register(Box::new(collector.clone()))?;
        Ok(collector)
    };
    collector
        .and_then(register)
        .map_err(|error: Error| Failure::new(format!("cannot make metrics: {error}")))
}
