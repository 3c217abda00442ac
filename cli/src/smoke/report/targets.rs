//! The downloads from each target of routes with several.

use std::fmt;

use serde::Serialize;

use crate::smoke::gather::probes::Kind;
use crate::smoke::judge::verdict::Verdict;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RouteTarget {
    pub(crate) route: String,
    pub(crate) target: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Downloads<'r> {
    #[serde(flatten)]
    at: &'r RouteTarget,
    pub(crate) files: usize,
    /// How many of them no probe led to at this target, so that they were requested directly.
    pub(crate) asked_directly: usize,
}

impl RouteTarget {
    /// Whether a verdict tells how the target serves files. A file that is missing, and may be,
    /// does not.
    pub(crate) fn is_tried_by(&self, verdict: &Verdict) -> bool {
        self.is_of(verdict) && !verdict.missing
    }

    pub(crate) fn downloads(&self, verdicts: &[Verdict]) -> Downloads<'_> {
        let served: Vec<_> = verdicts
            .iter()
            .filter(|verdict| self.is_of(verdict) && verdict.is_served())
            .filter(|verdict| !matches!(verdict.probe.kind, Kind::Address | Kind::Cold))
            .collect();
        let direct = served
            .iter()
            .filter(|verdict| verdict.probe.kind == Kind::Target);
        Downloads {
            at: self,
            files: served.len(),
            asked_directly: direct.count(),
        }
    }

    fn is_of(&self, verdict: &Verdict) -> bool {
        verdict.probe.route == self.route && verdict.target.as_ref() == Some(&self.target)
    }
}

impl fmt::Display for Downloads<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RouteTarget { route, target } = self.at;
        let files = match self.files {
            0 => "no file".to_owned(),
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        write!(
            f,
            "{files} from the target `{target}` of the route `{route}`"
        )?;
        match self.asked_directly {
            0 => Ok(()),
            all if all == self.files => write!(f, ", asked directly: no probe led there"),
            some => write!(f, ", {some} of them asked directly"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RouteTarget;
    use crate::smoke::gather::probes::Kind;
    use crate::smoke::judge::finding::Received;
    use crate::smoke::report::tests::report;

    #[test]
    fn what_a_target_served_is_counted_by_how_it_was_asked() {
        let file = |status| {
            Some(Received {
                status,
                bytes: 1,
                ..Received::default()
            })
        };
        let target = RouteTarget {
            route: "download".to_owned(),
            target: "eu".to_owned(),
        };
        let direct = ", 1 of them asked directly";
        let rows = [
            ("eu", 200, Kind::Example, "2 files", ""),
            ("eu", 200, Kind::Target, "2 files", direct),
            ("eu", 403, Kind::Example, "1 file", ""),
            ("us", 200, Kind::Example, "1 file", ""),
        ];
        for (name, status, kind, files, how) in rows {
            let mut verdicts = report().verdicts;
            for verdict in &mut verdicts {
                verdict.target = Some("eu".to_owned());
                verdict.file = file(200);
            }
            verdicts[1].target = Some(name.to_owned());
            verdicts[1].file = file(status);
            verdicts[1].probe.kind = kind;
            let downloads = target.downloads(&verdicts).to_string();
            let expected = format!("{files} from the target `eu` of the route `download`{how}");
            assert_eq!(downloads, expected, "{name} {status} {kind:?}");
        }
        let nothing = target.downloads(&[]).to_string();
        assert_eq!(
            nothing,
            "no file from the target `eu` of the route `download`"
        );
    }
}
