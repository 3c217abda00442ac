//! The part of a deployment that a finding is about.

use std::fmt;

use serde::Serialize;
use signpost::config::Config;
use url::Url;

use crate::smoke::ask::edge_url::EdgeUrl;
use crate::smoke::ask::ways::host_of;
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::probes::Kind;
use crate::smoke::judge::stage::Stage;
use crate::smoke::judge::verdict::Verdict;

/// Whom to look at. In JSON it has a `kind`, and a `name` if there can be several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "lowercase")]
pub(crate) enum Place {
    /// The test could not run.
    All,
    Edge,
    /// What the edge leaves to the origin.
    Origin,
    Target(String),
    /// A server that showed a certificate, and is none of the others.
    Host(String),
}

impl Place {
    /// The kind, as in JSON and in labels.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Edge => "edge",
            Self::Origin => "origin",
            Self::Target(_) => "target",
            Self::Host(_) => "host",
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Target(name) | Self::Host(name) => Some(name),
            Self::All | Self::Edge | Self::Origin => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        self.name().map_or(Ok(()), |name| write!(f, " {name}"))
    }
}

/// The places of a deployment, and their hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    edge: String,
    /// The host and the name of each target.
    targets: Vec<(String, String)>,
}

impl Places {
    pub(crate) fn of(edge: &EdgeUrl, config: &Config) -> Self {
        let host = |url: &str| {
            let url = Url::parse(url).ok()?;
            Some(host_of(&url))
        };
        let targets = config.targets().filter_map(|target| {
            let host = host(target.base().as_str())?;
            Some((host, target.name().to_owned()))
        });
        Self {
            edge: edge.host().to_owned(),
            targets: targets.collect(),
        }
    }

    /// The names of the targets.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(|(_, name)| name.as_str())
    }

    /// Where each finding of a verdict is, in their order.
    pub(crate) fn of_findings(&self, verdict: &Verdict) -> Vec<Place> {
        let findings = verdict.findings.iter().enumerate();
        let places = findings.map(|(index, finding)| {
            let is_at_target = verdict.probe.kind == Kind::Chain && index >= verdict.of_edge;
            match finding.stage {
                Stage::Certificate => self.of_host(&verdict.probe.request),
                Stage::Origin => Place::Origin,
                Stage::Edge
                | Stage::Status
                | Stage::Location
                | Stage::Vary
                | Stage::Decision
                | Stage::Answer
                | Stage::Negative
                | Stage::Json => Place::Edge,
                Stage::Head | Stage::Range | Stage::Condition | Stage::Cors if !is_at_target => {
                    Place::Edge
                }
                _ => match (&verdict.target, &verdict.probe.expected) {
                    (Some(target), _) => Place::Target(target.clone()),
                    (None, Expected::Origin { .. }) => Place::Origin,
                    // The edge sent to a location that no target has.
                    (None, _) => Place::Edge,
                },
            }
        });
        places.collect()
    }

    /// Whose host this is.
    pub(crate) fn of_host(&self, host: &str) -> Place {
        if host == self.edge {
            return Place::Edge;
        }
        let mut targets = self.targets.iter();
        let target = targets.find(|(at, _)| at == host);
        target.map_or_else(
            || Place::Host(host.to_owned()),
            |(_, name)| Place::Target(name.clone()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Places};
    use crate::file::Loaded;
    use crate::small::small;
    use crate::smoke::gather::expected::Expected;
    use crate::smoke::gather::probes::{Kind, Probe};
    use crate::smoke::judge::stage::Stage;
    use crate::smoke::judge::verdict::Verdict;
    use crate::smoke::report::tests::report;

    fn places() -> Places {
        let loaded = Loaded::of(&small(&[("a", 1), ("b", 1)], &[], ""));
        Places::of(
            &"https://registry.example".parse().unwrap(),
            loaded.config(),
        )
    }

    #[test]
    fn a_finding_is_where_it_was_found() {
        let places = places();
        let probe = || report().verdicts[0].probe.clone();
        let of_kind = |kind| Probe { kind, ..probe() };
        let b = || Some("b".to_owned());
        let at_b = Place::Target("b".to_owned());
        let certificate = Probe::of_certificate;
        for (row, probe, target, of_edge, stage, place) in [
            ("edge", probe(), None, 0, Stage::Location, Place::Edge),
            ("HEAD", probe(), b(), 0, Stage::Head, Place::Edge),
            ("file", probe(), b(), 0, Stage::CdnStatus, at_b.clone()),
            ("origin", probe(), None, 0, Stage::Origin, Place::Origin),
            ("its way", probe(), None, 0, Stage::CdnStatus, Place::Origin),
            (
                "elsewhere",
                Probe {
                    expected: Expected::Certificate,
                    ..probe()
                },
                None,
                0,
                Stage::CdnStatus,
                Place::Edge,
            ),
            (
                "direct",
                of_kind(Kind::Target),
                b(),
                0,
                Stage::Checksum,
                at_b.clone(),
            ),
            (
                "range",
                of_kind(Kind::Chain),
                b(),
                0,
                Stage::Range,
                at_b.clone(),
            ),
            (
                "range at the edge",
                of_kind(Kind::Chain),
                b(),
                1,
                Stage::Range,
                Place::Edge,
            ),
            (
                "certificate of the edge",
                certificate("registry.example"),
                None,
                0,
                Stage::Certificate,
                Place::Edge,
            ),
            (
                "of a target",
                certificate("b.example"),
                None,
                0,
                Stage::Certificate,
                at_b.clone(),
            ),
            (
                "of another",
                certificate("b.example:8443"),
                None,
                0,
                Stage::Certificate,
                Place::Host("b.example:8443".to_owned()),
            ),
        ] {
            let mut verdict = Verdict::new(probe);
            verdict.target = target;
            verdict.failed(stage, "wrong");
            verdict.of_edge = of_edge;
            assert_eq!(places.of_findings(&verdict), [place], "{row}");
        }
    }

    #[test]
    fn a_place_has_a_kind_and_perhaps_a_name() {
        for (place, shown, json) in [
            (Place::All, "all", r#"{"kind":"all"}"#),
            (Place::Edge, "edge", r#"{"kind":"edge"}"#),
            (Place::Origin, "origin", r#"{"kind":"origin"}"#),
            (
                Place::Target("b".to_owned()),
                "target b",
                r#"{"kind":"target","name":"b"}"#,
            ),
            (
                Place::Host("c".to_owned()),
                "host c",
                r#"{"kind":"host","name":"c"}"#,
            ),
        ] {
            assert_eq!(place.to_string(), shown);
            assert_eq!(serde_json::to_string(&place).unwrap(), json);
        }
    }
}
