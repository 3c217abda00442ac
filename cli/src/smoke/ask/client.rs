//! Sends requests: one connection each. Follows and repeats none.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Method, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval};
use url::Url;

use crate::file::in_words;
use crate::https::{self, words_of};
use crate::output::Failure;
use crate::smoke::ask::answered::Answered;
use crate::smoke::ask::certificates::Certificates;
use crate::smoke::ask::connect::Detour;
use crate::smoke::ask::edge_url::EdgeUrl;
use crate::smoke::ask::heard::Heard;
use crate::smoke::ask::token::Token;
use crate::smoke::ask::trouble::{Trouble, TroubleKind};
use crate::smoke::ask::user_agent::UserAgent;

/// The most bytes read of an edge's answer: a location has at most 2,048.
const MAX_ANSWER: usize = 64 * 1024;

pub(crate) struct Options<'a> {
    pub(crate) edge: EdgeUrl,
    /// Sent to the edge alone.
    pub(crate) token: Option<Token>,
    pub(crate) detours: Vec<Detour>,
    /// Trusted in addition to the system's.
    pub(crate) authorities: &'a [PathBuf],
    /// The most requests a second.
    pub(crate) rate: u32,
    /// The most time for an exchange.
    pub(crate) timeout: Duration,
    /// The most time for connecting.
    pub(crate) connect_timeout: Duration,
}

/// Sends requests to the edge and to locations.
pub(crate) struct Client {
    edge: EdgeUrl,
    token: Option<Token>,
    user_agent: UserAgent,
    direct: reqwest::Client,
    by_detour: Vec<ByDetour>,
    pace: Mutex<Interval>,
    certificates: Certificates,
}

/// A client that takes a detour.
struct ByDetour {
    detour: Detour,
    client: reqwest::Client,
    is_used: AtomicBool,
}

impl Client {
    /// A client without connections.
    pub(crate) fn new(options: Options<'_>) -> Result<Self, Failure> {
        // A second call finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut authorities = Vec::new();
        for file in options.authorities {
            authorities.extend(read_authorities(file)?);
        }
        let failure = |error: &dyn std::fmt::Display| {
            Failure::new(format!(
                "cannot make an HTTP client: {error}; certificate authorities are the system's and those that --ca names"
            ))
        };
        let user_agent = UserAgent::for_new_run()?;
        let tls = https::tls(authorities).map_err(|error| failure(&error))?;
        let build = |change: &dyn Fn(ClientBuilder) -> ClientBuilder| {
            let builder = ClientBuilder::new()
                .user_agent(user_agent.as_str())
                .redirect(Policy::none())
                .retry(reqwest::retry::never())
                // A pooled connection could hide that new ones fail.
                .pool_max_idle_per_host(0)
                // A proxy would be tested instead, and its DNS.
                .no_proxy()
                .tls_backend_preconfigured(tls.clone())
                .tls_info(true)
                .timeout(options.timeout)
                .connect_timeout(options.connect_timeout);
            let built = change(builder).build();
            built.map_err(|error| failure(&words_of(error)))
        };
        let direct = build(&|builder| builder)?;
        let by_detour = options
            .detours
            .into_iter()
            .map(|detour| {
                let client =
                    build(&|builder| builder.resolve_to_addrs(&detour.host, &detour.addresses))?;
                Ok(ByDetour {
                    detour,
                    client,
                    is_used: AtomicBool::new(false),
                })
            })
            .collect::<Result<_, Failure>>()?;
        let mut pace = interval(Duration::from_secs(1) / options.rate.max(1));
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            edge: options.edge,
            token: options.token,
            user_agent,
            direct,
            by_detour,
            pace: Mutex::new(pace),
            certificates: Certificates::default(),
        })
    }

    /// Waits until the next request may be sent. Call it before every request.
    pub(crate) async fn turn(&self) {
        self.pace.lock().await.tick().await;
    }

    /// Asks the edge and reads its answer, up to the longest that Signpost sends.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        accept: Option<&str>,
    ) -> Result<Answered, Trouble> {
        let accept = accept.and_then(|accept| accept.parse().ok());
        let headers = accept.map(|accept| (ACCEPT, accept));
        self.ask_with(method, path, headers.into_iter().collect())
            .await
    }

    /// The same with other headers.
    pub(crate) async fn ask_with(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
    ) -> Result<Answered, Trouble> {
        let (head, mut response) = self.ask_edge(method, path, headers).await?;
        let mut body = Vec::new();
        while body.len() < MAX_ANSWER {
            let chunk = response.chunk().await;
            let Some(chunk) = chunk.map_err(|error| self.trouble(error))? else {
                break;
            };
            body.extend_from_slice(&chunk);
        }
        body.truncate(MAX_ANSWER);
        let body = self.hide(&String::from_utf8_lossy(&body));
        Ok(Answered { body, ..head })
    }

    /// Asks the edge for a file that the origin may serve. The answer's body is left in the
    /// response.
    pub(crate) async fn ask_for_file(&self, path: &str) -> Result<(Answered, Response), Trouble> {
        self.ask_edge(Method::GET, path, HeaderMap::new()).await
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

    pub(crate) fn user_agent(&self) -> &str {
        self.user_agent.as_str()
    }

    /// The certificates of the edge and of the targets.
    pub(crate) fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// Gets a file of a target, and keeps the certificate.
    pub(crate) async fn get_file(&self, url: &Url) -> Result<Response, Trouble> {
        self.ask_target(Method::GET, url, HeaderMap::new()).await
    }

    /// Asks a target, and reads the beginning of its answer.
    pub(crate) async fn hear_target(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
    ) -> Result<Heard, Trouble> {
        let response = self.ask_target(method, url, headers).await?;
        let heard = Heard::read(response).await;
        heard.map_err(|error| self.trouble(error))
    }

    /// Asks the edge, and reads the beginning of its answer.
    pub(crate) async fn hear_edge(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
    ) -> Result<Heard, Trouble> {
        let (_, response) = self.ask_edge(method, path, headers).await?;
        let heard = Heard::read(response).await;
        heard.map_err(|error| self.trouble(error))
    }

    async fn ask_target(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
    ) -> Result<Response, Trouble> {
        let response = self.send(method, url, headers).await?;
        self.certificates.keep(&response);
        Ok(response)
    }

    /// Gets a URL outside the edge, without the token.
    pub(crate) async fn get(&self, url: &Url) -> Result<Response, Trouble> {
        self.send(Method::GET, url, HeaderMap::new()).await
    }

    async fn ask_edge(
        &self,
        method: Method,
        path: &str,
        mut headers: HeaderMap,
    ) -> Result<(Answered, Response), Trouble> {
        let url = self.edge.at(path).ok_or_else(|| Trouble {
            kind: TroubleKind::Connect,
            message: format!("no client would ask for the path {path} as it is written"),
        })?;
        if method == Method::GET
            && let Ok(user_agent) = self.user_agent.for_next(path).parse()
        {
            headers.insert(USER_AGENT, user_agent);
        }
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, token.header());
        }
        let response = self.send(method, &url, headers).await?;
        self.certificates.keep(&response);
        let headers = response.headers().iter().map(|(name, value)| {
            let value = self.hide(&String::from_utf8_lossy(value.as_bytes()));
            (name.as_str().to_owned(), value)
        });
        let head = Answered {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: String::new(),
        };
        Ok((head, response))
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
    ) -> Result<Response, Trouble> {
        let mut detours = self.by_detour.iter();
        let client = match detours.find(|by_detour| by_detour.detour.leads_to(url)) {
            Some(by_detour) => {
                by_detour.is_used.store(true, Ordering::Relaxed);
                &by_detour.client
            }
            None => &self.direct,
        };
        let request = client.request(method, url.clone()).headers(headers);
        let sent = request.send().await;
        sent.map_err(|error| self.trouble(error))
    }

    fn trouble(&self, error: reqwest::Error) -> Trouble {
        let Trouble { kind, message } = Trouble::from(error);
        let message = self.hide(&message);
        Trouble { kind, message }
    }

    /// Removes the token from a received text.
    fn hide(&self, text: &str) -> String {
        match &self.token {
            Some(token) => token.hide(text),
            None => text.to_owned(),
        }
    }
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
