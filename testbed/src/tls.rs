use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Whether a certificate still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It holds today.
    Valid,
    /// It ends in a day.
    EndsTomorrow,
    /// It ended in the year 2001.
    Expired,
}

/// The version of HTTP that a server speaks over TLS, and the only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, as CDNs do.
    Http2,
}

/// What a server needs so that clients of its authority trust it.
pub(crate) struct Identity {
    /// Does the handshake of an accepted connection.
    pub(crate) acceptor: TlsAcceptor,
    /// The certificate of the authority, in PEM form.
    pub(crate) authority: String,
}

/// A certificate for `host`, by an authority that was made for it alone.
pub(crate) fn identity(host: &str, validity: Validity, protocol: Protocol) -> Result<Identity> {
    let authority = authority().context("cannot make a certificate authority")?;
    let mut params = CertificateParams::new([host.to_owned()])
        .with_context(|| format!("cannot make a certificate for {host}"))?;
    match validity {
        Validity::Valid => {}
        Validity::EndsTomorrow => {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH)?;
            let tomorrow = since_1970 + Duration::from_hours(36);
            params.not_after = date_time_ymd(1970, 1, 1) + tomorrow;
        }
        Validity::Expired => {
            params.not_before = date_time_ymd(2000, 1, 1);
            params.not_after = date_time_ymd(2001, 1, 1);
        }
    }
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &authority)?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    config.alpn_protocols = vec![match protocol {
        Protocol::Http1 => b"http/1.1".to_vec(),
        Protocol::Http2 => b"h2".to_vec(),
    }];
    Ok(Identity {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        authority: authority.pem(),
    })
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let name = "The authority of a stand-in";
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}
