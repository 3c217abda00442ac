//! Judges how long the certificates of servers last.

use signpost_logs::text::counted;
use time::{Duration, OffsetDateTime};

use crate::smoke::ask::certificates::Certificate;
use crate::smoke::gather::probes::Probe;
use crate::smoke::judge::stage::{Column, Stage};
use crate::smoke::judge::verdict::Verdict;

/// The verdict on the certificate of `host`, which must last for `days`.
pub(crate) fn certificate(
    host: &str,
    certificate: &Certificate,
    days: u16,
    now: OffsetDateTime,
) -> Verdict {
    let mut verdict = Verdict::new(Probe::of_certificate(host));
    verdict.tried.push(Column::Answer);
    let place = certificate.address.map(|address| format!(" at {address}"));
    let whose = format!("the certificate of {host}{}", place.unwrap_or_default());
    match certificate.end {
        None => verdict.failed(
            Stage::Certificate,
            format!("{whose} does not say when it ends"),
        ),
        Some(end) if end - now < Duration::days(days.into()) => {
            let (left, days) = ((end - now).whole_days(), counted(days, "day"));
            let left = counted(left, "day");
            verdict.failed(
                Stage::Certificate,
                format!(
                    "{whose} ends on {}, in {left}, and --certificate-days asks for {days}: renew it",
                    end.date()
                ),
            );
        }
        Some(_) => {}
    }
    verdict
}

#[cfg(test)]
mod tests {
    use time::{Duration, OffsetDateTime};

    use super::certificate;
    use crate::smoke::ask::certificates::Certificate;
    use crate::smoke::judge::stage::Stage;

    #[test]
    fn a_certificate_must_last_for_the_days_that_are_asked_for() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let days = |days| Some(now + Duration::days(days));
        let rows = [
            ("too short", days(13), 14, "ends on 1970-01-14, in 13 days"),
            ("long enough", days(14), 14, ""),
            (
                "one day",
                days(1),
                2,
                "at 192.0.2.1:443 ends on 1970-01-02, in 1 day, and",
            ),
            ("none asked for", days(0), 0, ""),
            ("unreadable", None, 14, "does not say when it ends"),
        ];
        for (row, end, asked_for, words) in rows {
            let shown = Certificate {
                end,
                address: Some("192.0.2.1:443".parse().unwrap()),
            };
            let verdict = certificate("a.example", &shown, asked_for, now);
            assert_eq!(verdict.passed(), words.is_empty(), "{row}");
            for finding in verdict.findings {
                assert_eq!(finding.stage, Stage::Certificate, "{row}");
                assert!(
                    finding.message.contains(words),
                    "{row}: {}",
                    finding.message
                );
            }
        }
    }
}
