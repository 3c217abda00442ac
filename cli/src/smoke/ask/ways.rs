//! The ways to a host: as DNS says, by a detour, or to one of its addresses.

use std::net::{Ipv6Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::time::timeout;
use url::{Position, Url};

use crate::file::in_words;
use crate::https::{self, words_of};
use crate::output::Failure;
use crate::smoke::ask::connect::Detour;

/// The clients for all ways.
pub(crate) struct Ways {
    settings: Settings,
    direct: reqwest::Client,
    by_detour: Vec<ByDetour>,
}

/// What all clients have in common.
struct Settings {
    user_agent: String,
    tls: ClientConfig,
    timeout: Duration,
    connect_timeout: Duration,
}

/// A client that takes a detour.
struct ByDetour {
    detour: Detour,
    client: reqwest::Client,
    is_used: AtomicBool,
}

impl Ways {
    /// The ways of clients that trust the system's authorities and those in these files.
    pub(crate) fn new(
        user_agent: &str,
        detours: Vec<Detour>,
        authorities: &[PathBuf],
        timeout: Duration,
        connect_timeout: Duration,
    ) -> Result<Self, Failure> {
        // A second call finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut trusted = Vec::new();
        for file in authorities {
            trusted.extend(read_authorities(file)?);
        }
        let failure = |error: &dyn std::fmt::Display| {
            Failure::new(format!(
                "cannot make an HTTP client: {error}; certificate authorities are the system's and those that --ca names"
            ))
        };
        let settings = Settings {
            user_agent: user_agent.to_owned(),
            tls: https::tls(trusted).map_err(|error| failure(&error))?,
            timeout,
            connect_timeout,
        };
        let built = |client: Result<_, _>| client.map_err(|error| failure(&words_of(error)));
        let by_detour = detours.into_iter().map(|detour| {
            let client = settings.builder();
            let client = client.resolve_to_addrs(&detour.host, &detour.addresses);
            Ok(ByDetour {
                client: built(client.build())?,
                detour,
                is_used: AtomicBool::new(false),
            })
        });
        let by_detour = by_detour.collect::<Result<_, Failure>>()?;
        Ok(Self {
            direct: built(settings.builder().build())?,
            settings,
            by_detour,
        })
    }

    /// The client that connects to a URL's host as the run is told.
    pub(crate) fn to(&self, url: &Url) -> reqwest::Client {
        self.detour(url).unwrap_or(&self.direct).clone()
    }

    /// A client that connects to one address of a URL's host.
    pub(crate) fn to_address(
        &self,
        url: &Url,
        address: SocketAddr,
    ) -> Result<reqwest::Client, reqwest::Error> {
        let host = url.host_str().unwrap_or_default();
        self.settings.builder().resolve(host, address).build()
    }

    /// The addresses of a URL's host.
    pub(crate) async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, String> {
        let mut detours = self.by_detour.iter();
        if let Some(by) = detours.find(|by| by.detour.leads_to(url)) {
            return Ok(by.detour.addresses.clone());
        }
        let host = url.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let port = url.port_or_known_default().unwrap_or_default();
        let found = tokio::net::lookup_host((bare, port));
        let found = timeout(self.settings.connect_timeout, found).await;
        let found = found.map_err(|_| "no answer came in time".to_owned())?;
        Ok(found.map_err(|error| error.to_string())?.collect())
    }

    /// The detours that neither a request took nor one of these URLs would.
    pub(crate) fn unused_detours(&self, urls: &[Url]) -> Vec<String> {
        let unused = self.by_detour.iter().filter(|by_detour| {
            let leads = urls.iter().any(|url| by_detour.detour.leads_to(url));
            !leads && !by_detour.is_used.load(Ordering::Relaxed)
        });
        unused.map(|unused| unused.detour.to_string()).collect()
    }

    pub(crate) fn detours(&self) -> Vec<String> {
        let detours = self.by_detour.iter();
        detours.map(|by| by.detour.to_string()).collect()
    }

    fn detour(&self, url: &Url) -> Option<&reqwest::Client> {
        let mut detours = self.by_detour.iter();
        let found = detours.find(|by_detour| by_detour.detour.leads_to(url))?;
        found.is_used.store(true, Ordering::Relaxed);
        Some(&found.client)
    }
}

impl Settings {
    fn builder(&self) -> ClientBuilder {
        ClientBuilder::new()
            .user_agent(&self.user_agent)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            // A pooled connection could hide that new ones fail.
            .pool_max_idle_per_host(0)
            // A proxy would be tested instead, and its DNS.
            .no_proxy()
            .tls_backend_preconfigured(self.tls.clone())
            .tls_info(true)
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
    }
}

/// The host of a URL, and its port if it is written.
pub(crate) fn host_of(url: &Url) -> String {
    url[Position::BeforeHost..Position::AfterPort].to_owned()
}

/// Whether this machine could reach an address. Only routes to IPv6 are often missing.
pub(crate) fn has_route(address: SocketAddr) -> bool {
    // Connecting a UDP socket looks the route up, and sends nothing.
    let connects = || UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))?.connect(address);
    address.is_ipv4() || connects().is_ok()
}

fn read_authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let failure = |words: &str| Failure::new(format!("cannot use {}: {words}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| failure(&in_words(&error)))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| failure(&error.to_string()))?;
    if certificates.is_empty() {
        return Err(failure("it holds no certificate in PEM form"));
    }
    Ok(certificates)
}
