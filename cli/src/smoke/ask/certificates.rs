//! The certificates that servers show.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use reqwest::Response;
use reqwest::tls::TlsInfo;
use time::OffsetDateTime;
use x509_parser::parse_x509_certificate;

use crate::smoke::ask::ways::host_of;

/// For each host, the certificate that ends first.
#[derive(Debug, Default)]
pub(crate) struct Certificates(Mutex<BTreeMap<String, Certificate>>);

/// A certificate of a host. Orders by its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Certificate {
    /// Nothing if it cannot be read.
    pub(crate) end: Option<OffsetDateTime>,
    /// The server that showed it.
    pub(crate) address: Option<SocketAddr>,
}

impl Certificates {
    /// Keeps the certificate that came with an answer; nothing comes without TLS.
    pub(crate) fn keep(&self, response: &Response) {
        let info = response.extensions().get::<TlsInfo>();
        let Some(bytes) = info.and_then(TlsInfo::peer_certificate) else {
            return;
        };
        let certificate = Certificate {
            end: end_of(bytes),
            address: response.remote_addr(),
        };
        let host = host_of(response.url());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entry(host)
            .and_modify(|first| *first = certificate.clone().min(first.clone()))
            .or_insert(certificate);
    }

    /// Each host, and its certificate that ends first.
    pub(crate) fn by_host(&self) -> Vec<(String, Certificate)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone().into_iter().collect()
    }
}

fn end_of(bytes: &[u8]) -> Option<OffsetDateTime> {
    let (_, certificate) = parse_x509_certificate(bytes).ok()?;
    Some(certificate.validity().not_after.to_datetime())
}
