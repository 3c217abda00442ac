//! The certificates of the targets.

use serde::Serialize;
use time::OffsetDateTime;

use crate::smoke::ask::client::Client;
use crate::smoke::judge::certificate::certificate;

/// A certificate that a target showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shown {
    pub(crate) host: String,
    /// Nothing if it does not say when it ends.
    pub(crate) days_left: Option<i64>,
    /// Why it does not last.
    #[serde(skip)]
    pub(crate) finding: Option<String>,
}

/// The certificate of each host that was asked over TLS, which must last for `days`.
pub(crate) fn certificates(client: &Client, days: u16) -> Vec<Shown> {
    let now = OffsetDateTime::now_utc();
    let shown = client.certificates().by_host().into_iter();
    shown
        .map(|(host, shown)| {
            let findings = certificate(&host, &shown, days, now).findings;
            let finding = findings.into_iter().next();
            Shown {
                host,
                days_left: shown.end.map(|end| (end - now).whole_days()),
                finding: finding.map(|finding| finding.message),
            }
        })
        .collect()
}
