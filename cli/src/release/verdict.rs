//! What the watch of the log has to say before a share may grow.

use signpost::values::Share;

use super::world::Judged;
use crate::output::Failure;

/// What is required of `next` at a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Requirement {
    pub(crate) share: Share,
    /// Whether it may have no way for what `config` redirects.
    pub(crate) may_refuse: bool,
}

impl Requirement {
    /// Refuses what the watch has seen at this share. Alarms are not in it: each ends the release at once.
    pub(crate) fn check(self, judged: &Judged) -> Result<(), Failure> {
        let (share, requests) = (self.share, judged.requests);
        if judged.share != share.as_percent() {
            return Err(Failure::new(format!(
                "the log does not say yet that `next` has {share} of the files: the log is late, or of \
                 another service; correct --log, or write a longer --hold"
            )));
        }
        if judged.refused > 0 && !self.may_refuse {
            let url = judged.refused_url.as_deref().unwrap_or("unknown");
            return Err(Failure::new(format!(
                "`next` has no way for {} requests that `config` redirects, such as {url}: correct it, or, if \
                 that is meant, add --allow-refused",
                judged.refused
            )));
        }
        // With all files there is nothing left to compare with, and the alarms are enough.
        if !judged.is_good && share != Share::ALL {
            return Err(Failure::new(format!(
                "the log has {requests} requests for files of `next`, which are too few to compare: write \
                 a longer --hold, or begin with a larger share"
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use signpost::values::Share;

    use super::{Judged, Requirement};

    #[test]
    fn a_share_grows_only_after_a_good_one() {
        let good = Judged {
            share: 1,
            requests: 1_000,
            is_good: true,
            ..Judged::default()
        };
        let too_few = Judged {
            is_good: false,
            ..good.clone()
        };
        let refused = Judged {
            refused: 2,
            refused_url: Some("/a/b".to_owned()),
            ..good.clone()
        };
        let all = Judged {
            share: 100,
            ..too_few.clone()
        };
        for (name, judged, share, may_refuse, said) in [
            ("good", &good, 1, false, ""),
            ("late", &good, 10, false, "does not say yet"),
            ("too few", &too_few, 1, false, "1000 requests"),
            (
                "refused",
                &refused,
                1,
                false,
                "2 requests that `config` redirects, such as /a/b",
            ),
            ("meant", &refused, 1, true, ""),
            ("all files", &all, 100, false, ""),
        ] {
            let share = Share::percent(share).unwrap();
            let checked = Requirement { share, may_refuse }.check(judged);
            let found = checked.err().map_or_else(String::new, |it| it.to_string());
            assert_eq!(found.is_empty(), said.is_empty(), "{name}: {found}");
            assert!(found.contains(said), "{name}: {found}");
        }
    }
}
