use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

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

/// A certificate for a server of any protocol, or for a client, in PEM form.
#[derive(Debug)]
pub struct Certificate {
    /// The certificate.
    pub(crate) chain: String,
    /// Its private key.
    pub(crate) key: String,
    /// The certificate of its authority.
    pub(crate) authority: String,
}

impl Certificate {
    /// One for `host` that holds today, by an authority that was made for it alone.
    ///
    /// # Errors
    ///
    /// When `host` is not a name.
    pub fn of(host: &str) -> Result<Self> {
        let (certificate, key, authority) = signed(host, Validity::Valid)?;
        Ok(Self {
            chain: certificate.pem(),
            key: key.serialize_pem(),
            authority: authority.pem(),
        })
    }

    /// The certificate of its authority, in PEM form.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

/// What a client needs that trusts an authority, given in PEM form, and that may show a certificate of its own.
pub(crate) fn connector(authority: &str, own: Option<&Certificate>) -> Result<TlsConnector> {
    let mut trusted = RootCertStore::empty();
    trusted.add(CertificateDer::from_pem_slice(authority.as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted);
    let config = match own {
        None => config.with_no_client_auth(),
        Some(own) => config.with_client_auth_cert(
            vec![CertificateDer::from_pem_slice(own.chain.as_bytes())?],
            PrivateKeyDer::from_pem_slice(own.key.as_bytes())?,
        )?,
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A server's TLS with a certificate for `host`, by an authority that was made for it alone.
pub(crate) fn identity(host: &str, validity: Validity, protocol: Protocol) -> Result<Identity> {
    let (certificate, key, authority) = signed(host, validity)?;
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

fn signed(
    host: &str,
    validity: Validity,
) -> Result<(
    rcgen::Certificate,
    KeyPair,
    CertifiedIssuer<'static, KeyPair>,
)> {
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
    Ok((certificate, key, authority))
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let name = "The authority of a stand-in";
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}
