//! Notes on answers that are right, and not by whom they could be: they named another target than the first of
//! their file, or `config` answers what `next` has no way for.

use std::collections::{BTreeMap, BTreeSet};

use signpost::decision::Because;
use signpost_logs::text::counted;

use crate::smoke::judge::verdict::Verdict;

/// A note on the paths that `config` must answer because `next` has no way for them.
pub(crate) fn refused_by_next(verdicts: &[Verdict]) -> Option<String> {
    let code = Because::NextRefused.code();
    let probes = verdicts.iter().map(|verdict| &verdict.probe);
    let refused = probes.filter(|probe| {
        let decision = probe.expected.decision().unwrap_or_default();
        !probe.kind.is_direct() && decision.contains(code)
    });
    let paths: BTreeSet<_> = refused.map(|probe| &probe.request).collect();
    let path = paths.first()?;
    let (paths, them) = match paths.len() {
        1 => (format!("{path} is"), "it".to_owned()),
        count => (
            format!("{} are", counted(count, "path")),
            format!("them, such as {path}"),
        ),
    };
    Some(format!(
        "{paths} answered by `config`, because `next` has no way for {them}"
    ))
}

/// A note for each pair of targets on each route: an unhealthy target affects many probes.
pub(crate) fn elsewhere(verdicts: &[Verdict]) -> Vec<String> {
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
    use super::{elsewhere, refused_by_next};
    use crate::smoke::gather::expected::Expected;
    use crate::smoke::gather::probes::Kind;
    use crate::smoke::judge::elsewhere::{Asked, Elsewhere};
    use crate::smoke::report::tests::report;

    #[test]
    fn paths_that_next_has_no_way_for_share_a_note() {
        let mut verdicts = report().verdicts;
        assert_eq!(refused_by_next(&verdicts), None);
        let refused = Expected::Origin {
            decision: "origin;reason=\"switch-shadow\";because=\"next-refused\"".to_owned(),
        };
        verdicts[1].probe.expected = refused.clone();
        verdicts[1].probe.request = "/b".to_owned();
        let one = "/b is answered by `config`, because `next` has no way for it";
        assert_eq!(refused_by_next(&verdicts).as_deref(), Some(one));
        verdicts.push(verdicts[1].clone());
        assert_eq!(refused_by_next(&verdicts).as_deref(), Some(one));
        verdicts[0].probe.expected = refused;
        verdicts[0].probe.request = "/a".to_owned();
        let two =
            "2 paths are answered by `config`, because `next` has no way for them, such as /a";
        assert_eq!(refused_by_next(&verdicts).as_deref(), Some(two));
        for verdict in &mut verdicts {
            verdict.probe.kind = Kind::Address;
        }
        assert_eq!(refused_by_next(&verdicts), None);
    }

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
        assert_eq!(elsewhere(&verdicts), [""; 0]);
        verdicts[0].elsewhere = all().to_vec();
        let one = "/api/v1/crates/a/0.1.1/download was sent to the target `cloudfront`, not `fastly`: that is unhealthy";
        assert_eq!(elsewhere(&verdicts), [one]);
        verdicts[1].elsewhere = [all().to_vec(), vec![to(Asked::Head, "other")]].concat();
        let found = elsewhere(&verdicts);
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
