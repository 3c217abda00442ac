//! Answers that send to another target than the first of their file, which is right and not usual.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::verdict::Verdict;

/// An answer that sends to another target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Elsewhere {
    /// How it was asked for.
    pub(crate) asked: Asked,
    /// The name of the target that it sends to.
    pub(crate) target: String,
    /// The name of the first target.
    pub(crate) instead_of: String,
    /// When the edge does so.
    #[serde(skip)]
    pub(crate) when: &'static str,
}

/// How an answer was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Asked {
    /// With GET.
    Get,
    /// With HEAD.
    Head,
    /// As JSON.
    Json,
}

/// Where it sends, and why that is right.
impl fmt::Display for Elsewhere {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = match self.asked {
            Asked::Get => "GET",
            Asked::Head => "HEAD",
            Asked::Json => "GET as JSON",
        };
        let Self {
            target,
            instead_of,
            when,
            ..
        } = self;
        write!(
            formatter,
            "{asked} was sent to the target `{target}`, not `{instead_of}`: {when}"
        )
    }
}

/// A note for each pair of targets on each route: with an unhealthy target, many probes have the same.
pub(crate) fn notes(verdicts: &[Verdict]) -> Vec<String> {
    let mut groups: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for verdict in verdicts {
        for elsewhere in &verdict.elsewhere {
            let (target, instead_of) = (&elsewhere.target, &elsewhere.instead_of);
            let key = (&verdict.probe.route, target, instead_of, elsewhere.when);
            let requests = groups.entry(key).or_default();
            if requests.last() != Some(&verdict.probe.request.as_str()) {
                requests.push(&verdict.probe.request);
            }
        }
    }
    let notes = groups.into_iter().map(|(key, requests)| {
        let (route, target, instead_of, when) = key;
        let first = requests.first().copied().unwrap_or_default();
        let probes = match requests.len() {
            1 => format!("{first} was"),
            count => format!("{count} probes of the route `{route}`, {first} first, were"),
        };
        format!("{probes} sent to the target `{target}`, not `{instead_of}`: {when}")
    });
    notes.collect()
}

#[cfg(test)]
mod tests {
    use super::{Asked, Elsewhere, notes};
    use crate::smoke::report::tests::report;

    #[test]
    fn probes_that_were_sent_the_same_way_share_a_note() {
        let to = |asked, target: &str| Elsewhere {
            asked,
            target: target.to_owned(),
            instead_of: "fastly".to_owned(),
            when: "that is unhealthy",
        };
        let all = || [Asked::Get, Asked::Head, Asked::Json].map(|asked| to(asked, "cloudfront"));
        let mut verdicts = report().verdicts;
        assert_eq!(notes(&verdicts), [""; 0]);
        verdicts[0].elsewhere = all().to_vec();
        let one = "/api/v1/crates/a/0.1.1/download was sent to the target `cloudfront`, not `fastly`: that is unhealthy";
        assert_eq!(notes(&verdicts), [one]);
        verdicts[1].elsewhere = [all().to_vec(), vec![to(Asked::Head, "other")]].concat();
        let found = notes(&verdicts);
        let [two, other] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(
            two,
            "2 probes of the route `download`, /api/v1/crates/a/0.1.1/download first, were sent to the target `cloudfront`, not `fastly`: that is unhealthy"
        );
        assert!(
            other.contains(" was sent to the target `other`, not"),
            "{other}"
        );
    }
}
