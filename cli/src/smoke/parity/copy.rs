//! A target's copy of a file: what is compared of it, and what is wrong whatever the others have.

use std::collections::BTreeMap;

use reqwest::StatusCode;

use crate::smoke::ask::heard::Heard;
use crate::smoke::gather::probes::Probe;
use crate::smoke::gather::redirect::AtTarget;
use crate::smoke::judge::chain;
use crate::smoke::judge::finding::{Finding, Received};
use crate::smoke::judge::stage::Stage;
use crate::smoke::judge::verdict::Verdict;
use crate::smoke::parity::answers::{Answers, Aspect};

pub(crate) struct Copy {
    pub(crate) at: AtTarget,
    /// Nothing if no whole answer came.
    pub(crate) received: Option<Received>,
    /// Which server answered.
    pub(crate) details: Option<String>,
    /// Nothing for what was not asked for.
    values: BTreeMap<Aspect, String>,
    pub(crate) differences: Vec<Difference>,
}

/// What differs from what is right, or from another target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) aspect: Aspect,
    /// The aspect, or the stage at which a smoke test finds it.
    pub(crate) code: &'static str,
    pub(crate) words: String,
}

impl Difference {
    pub(crate) fn new(aspect: Aspect, words: String) -> Self {
        Self {
            aspect,
            code: aspect.name(),
            words,
        }
    }

    fn found(aspect: Aspect, finding: Finding) -> Self {
        Self {
            aspect,
            code: finding.stage.code(),
            words: finding.message,
        }
    }
}

impl Copy {
    pub(crate) fn of(probe: &Probe, at: &AtTarget, answers: Answers) -> Self {
        let mut copy = Self {
            at: at.clone(),
            received: None,
            details: None,
            values: BTreeMap::new(),
            differences: Vec::new(),
        };
        let (received, details) = match answers.file {
            Ok(answered) => answered,
            Err(finding) => {
                copy.failed(Aspect::Status, finding);
                return copy;
            }
        };
        copy.set(Aspect::Status, received.status.to_string());
        if received.status == 200 {
            copy.add_file(probe, &received);
            match answers.range {
                Some(Ok(heard)) => copy.add_range(probe, &received, &heard),
                Some(Err(finding)) => copy.failed(Aspect::Range, finding),
                None => {}
            }
            match answers.head {
                Some(Ok(heard)) => copy.add_head(probe, &received, &heard),
                Some(Err(finding)) => copy.failed(Aspect::Head, finding),
                None => {}
            }
        }
        copy.details = details;
        copy.received = Some(received);
        copy
    }

    pub(crate) fn value(&self, aspect: Aspect) -> Option<&str> {
        self.values.get(&aspect).map(String::as_str)
    }

    pub(crate) fn differs_in(&self, aspect: Aspect) -> bool {
        let mut differences = self.differences.iter();
        differences.any(|difference| difference.aspect == aspect)
    }

    fn set(&mut self, aspect: Aspect, value: impl Into<String>) {
        self.values.insert(aspect, value.into());
    }

    /// No answer came: the stage stands in its place.
    fn failed(&mut self, aspect: Aspect, finding: Finding) {
        self.set(aspect, finding.stage.code());
        self.differences.push(Difference::found(aspect, finding));
    }

    /// The bytes are judged as those of any file are.
    fn add_file(&mut self, probe: &Probe, received: &Received) {
        self.set(Aspect::Bytes, received.bytes.to_string());
        self.set(Aspect::Checksum, received.sha256.clone());
        let media_type = received.content_type.as_deref().map(in_one_form);
        self.set(Aspect::Type, media_type.as_deref().unwrap_or("none"));
        let mut verdict = Verdict::new(probe.clone());
        verdict.compare("it", received);
        for finding in verdict.findings {
            let difference = match (finding.stage, &probe.checksum) {
                (Stage::Checksum, Some(checksum)) => {
                    let [right, here] = [checksum.as_str(), &received.sha256].map(short);
                    let words = format!("{right} is right, {here} here");
                    Difference::new(Aspect::Checksum, words)
                }
                (Stage::CdnBody, _) => Difference::found(Aspect::Bytes, finding),
                _ => Difference::found(Aspect::Checksum, finding),
            };
            self.differences.push(difference);
        }
    }

    /// What a client gets for a range, and whether a page may read it.
    fn add_range(&mut self, probe: &Probe, received: &Received, heard: &Heard) {
        let status = heard.status;
        if status.is_success() {
            let allowed = heard.values("access-control-allow-origin");
            let allowed = match allowed.as_slice() {
                [] => "none".to_owned(),
                values => values.join(", "),
            };
            self.set(Aspect::Cors, allowed);
        }
        self.set(Aspect::Range, status.as_str());
        let mut verdict = Verdict::new(probe.clone());
        if let Some(part) = chain::part(received)
            && status == StatusCode::PARTIAL_CONTENT
        {
            chain::range(&mut verdict, received, &part, heard);
        }
        if let Some(finding) = verdict.findings.into_iter().next() {
            self.set(Aspect::Range, "206, other bytes");
            self.differences
                .push(Difference::found(Aspect::Range, finding));
        }
    }

    /// A length that HEAD leaves out is compared; a wrong one is wrong.
    fn add_head(&mut self, probe: &Probe, received: &Received, heard: &Heard) {
        let status = heard.status;
        let length = heard.values("content-length").join(", ");
        let value = match (status, length.as_str()) {
            (StatusCode::OK, "") => "200, no length".to_owned(),
            (StatusCode::OK, length) if length != received.bytes.to_string() => {
                format!("200, {length} bytes")
            }
            _ => status.as_str().to_owned(),
        };
        self.set(Aspect::Head, value);
        let mut verdict = Verdict::new(probe.clone());
        if status == StatusCode::OK {
            chain::head(&mut verdict, received, heard);
        }
        let findings = verdict.findings.into_iter();
        self.differences
            .extend(findings.map(|finding| Difference::found(Aspect::Head, finding)));
    }
}

/// As many digits of a SHA-256 as people compare.
pub(crate) fn short(checksum: &str) -> &str {
    checksum.get(..12).unwrap_or(checksum)
}

/// A media type without what does not change its meaning.
fn in_one_form(media_type: &str) -> String {
    let parts = media_type.split(';').map(str::trim);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("; ").to_ascii_lowercase()
}
