//! What a round found, by cause and place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use signpost_logs::text::beginning;

use crate::outlets::Severity;
use crate::output::Failure;
use crate::smoke::every::place::{Place, Places};
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::probes::Kind;
use crate::smoke::judge::stage::Stage;
use crate::smoke::report::Report;

/// What an alarm can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cause {
    SmokeFailed,
    CertificateEnds,
}

/// What tells one alarm from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) cause: Cause,
    pub(crate) place: Place,
}

/// What is wrong at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// How often each stage failed; none if the test could not run.
    pub(crate) stages: BTreeMap<Stage, usize>,
    /// The first finding.
    pub(crate) message: String,
}

/// The faults of a round, and what it asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) faults: BTreeMap<Key, Fault>,
    asked: BTreeSet<Key>,
}

/// The most characters of a finding.
const MOST: usize = 300;

impl Cause {
    /// The name of the alarm, as Alertmanager and Prometheus have it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SmokeFailed => "SignpostSmokeFailed",
            Self::CertificateEnds => "SignpostCertificateEnds",
        }
    }

    pub(crate) const fn severity(self) -> Severity {
        match self {
            Self::SmokeFailed => Severity::Critical,
            Self::CertificateEnds => Severity::Warning,
        }
    }

    pub(crate) const fn summary(self) -> &'static str {
        match self {
            Self::SmokeFailed => "The smoke test fails",
            Self::CertificateEnds => "A certificate ends",
        }
    }

    pub(crate) fn at(self, place: Place) -> Key {
        Key { cause: self, place }
    }
}

impl Found {
    /// What a report says, or that there is none.
    pub(crate) fn of(report: Result<&Report, &Failure>, places: &Places) -> Self {
        let mut found = Self::default();
        let report = match report {
            Ok(report) => report,
            Err(failure) => {
                let key = Cause::SmokeFailed.at(Place::All);
                found.fault(key, None, &failure.to_string());
                return found;
            }
        };
        found.asked(Place::All);
        found.asked(Place::Edge);
        for verdict in &report.verdicts {
            let probe = &verdict.probe;
            match (&probe.expected, &verdict.target) {
                (Expected::Certificate, _) => {
                    let place = places.of_host(&probe.request);
                    found.asked.insert(Cause::CertificateEnds.at(place));
                }
                (_, Some(target)) => found.asked(Place::Target(target.clone())),
                (Expected::Origin { .. }, None) => {
                    if verdict.passed() && probe.kind != Kind::Negative {
                        found.asked(Place::Origin);
                    }
                }
                (Expected::Redirect(_), None) => {}
            }
            let at = places.of_findings(verdict).into_iter();
            for (place, finding) in at.zip(&verdict.findings) {
                let cause = match finding.stage {
                    Stage::Certificate => Cause::CertificateEnds,
                    _ => Cause::SmokeFailed,
                };
                let message = match place {
                    Place::Edge | Place::Origin => finding.in_a_line(&probe.request),
                    _ => finding.message.clone(),
                };
                found.fault(cause.at(place), Some(finding.stage), &message);
            }
        }
        found
    }

    /// Whether nothing is wrong there. What was not asked is fine if nothing kept the test from asking.
    pub(crate) fn is_fine(&self, key: &Key) -> bool {
        let fails = |key: &Key| key.cause == Cause::SmokeFailed;
        !self.faults.contains_key(key)
            && (self.asked.contains(key) || !self.faults.keys().any(fails))
    }

    fn asked(&mut self, place: Place) {
        self.asked.insert(Cause::SmokeFailed.at(place));
    }

    fn fault(&mut self, key: Key, stage: Option<Stage>, message: &str) {
        let fault = self.faults.entry(key).or_insert_with(|| Fault {
            message: beginning(message, MOST),
            ..Fault::default()
        });
        if let Some(stage) = stage {
            *fault.stages.entry(stage).or_default() += 1;
        }
    }

    /// Only these faults, in a test that asked everything.
    #[cfg(test)]
    pub(crate) fn only(faults: &[Key], asked: &[Key]) -> Self {
        let mut found = Self::default();
        found.asked.extend(asked.iter().cloned());
        for key in faults {
            found.fault(key.clone(), Some(Stage::CdnStatus), "wrong");
        }
        found
    }
}

/// The stages alone, such as `cdn-status (2), checksum (1)`.
impl Fault {
    pub(crate) fn in_short(&self) -> String {
        if self.stages.is_empty() {
            return self.message.clone();
        }
        let stages = self.stages.iter();
        let stages = stages.map(|(stage, count)| format!("{} ({count})", stage.code()));
        stages.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.stages.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}, first: {}", self.in_short(), self.message)
    }
}
