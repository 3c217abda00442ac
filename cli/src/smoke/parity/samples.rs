//! Answers and files for tests.

use reqwest::StatusCode;
use reqwest::header::{HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};

use crate::smoke::ask::answered::Answered;
use crate::smoke::ask::heard::Heard;
use crate::smoke::gather::package::Checksum;
use crate::smoke::gather::probes::Probe;
use crate::smoke::gather::redirect::AtTarget;
use crate::smoke::judge::finding::{Finding, Received};
use crate::smoke::judge::stage::Stage;
use crate::smoke::parity::answers::Answers;
use crate::smoke::parity::compare::{Compared, compare};
use crate::smoke::parity::copy::Copy;

pub(crate) const FILE: &[u8] = b"\x1f\x8b\x08 a crate, as it is in an archive";

/// The answers for a file of these bytes, which are right in every way.
pub(crate) fn answers(bytes: &[u8]) -> Answers {
    let length = bytes.len().to_string();
    let allowed = ("access-control-allow-origin", "*");
    let range = [("content-range", "bytes 1-8/35"), allowed];
    Answers {
        file: Ok((received(200, bytes), None)),
        range: Some(Ok(heard(206, &range, &bytes[1..=8]))),
        head: Some(Ok(heard(200, &[("content-length", &length)], b""))),
    }
}

fn received(status: u16, bytes: &[u8]) -> Received {
    Received {
        status,
        bytes: bytes.len() as u64,
        sha256: format!("{:x}", Sha256::digest(bytes)),
        content_type: Some("application/gzip".to_owned()),
        beginning: bytes.to_vec(),
        redirect: (status == 302).then(|| "/".to_owned()),
        ..Received::default()
    }
}

fn heard(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Heard {
    let headers = headers.iter().map(|(name, value)| {
        let name = HeaderName::from_static(name);
        (name, HeaderValue::from_str(value).unwrap())
    });
    Heard {
        server: "it".to_owned(),
        status: StatusCode::from_u16(status).unwrap(),
        headers: headers.collect(),
        body: body.to_vec(),
    }
}

/// No file, and so nothing else.
pub(crate) fn without(status: u16) -> Answers {
    Answers {
        file: Ok((received(status, b"no such file"), None)),
        range: None,
        head: None,
    }
}

pub(crate) fn unreached() -> Answers {
    let words = "cloudfront.example cannot be reached: refused";
    Answers {
        file: Err(Finding::new(Stage::CdnConnect, words)),
        range: None,
        head: None,
    }
}

pub(crate) fn changed(change: impl FnOnce(&mut Received)) -> Answers {
    let mut answers = answers(FILE);
    change(&mut answers.file.as_mut().unwrap().0);
    answers
}

pub(crate) fn with_range(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Answers {
    Answers {
        range: Some(Ok(heard(status, headers, body))),
        ..answers(FILE)
    }
}

pub(crate) fn with_head(status: u16, headers: &[(&'static str, &str)]) -> Answers {
    Answers {
        head: Some(Ok(heard(status, headers, b""))),
        ..answers(FILE)
    }
}

pub(crate) fn probe(checksum: Option<&[u8]>, may_be_missing: bool) -> Probe {
    let checksum = checksum.map(|bytes| format!("{:x}", Sha256::digest(bytes)));
    Probe {
        checksum: checksum.and_then(|digits| Checksum::parse(&digits)),
        extension: "crate".to_owned(),
        may_be_missing,
        ..Probe::of_certificate("/crates/a/1.0.0/download")
    }
}

/// The file at targets of these answers.
pub(crate) fn compared(probe: Probe, answers: Vec<Answers>) -> Compared {
    let names = ["static", "cloudfront", "spare"];
    let copies = names.into_iter().zip(answers).map(|(name, answers)| {
        let at = AtTarget {
            name: name.to_owned(),
            base: format!("https://{name}.example"),
            location: format!("https://{name}.example/a"),
            plain: Answered::default(),
            json: Answered::default(),
        };
        Copy::of(&probe, &at, answers)
    });
    let copies = copies.collect();
    compare(probe, copies)
}
