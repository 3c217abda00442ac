//! Sends requests: one connection each. Follows and repeats none.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, USER_AGENT};
use reqwest::{Method, Response};
use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval};
use url::Url;

use crate::output::Failure;
use crate::smoke::ask::answered::Answered;
use crate::smoke::ask::certificates::Certificates;
use crate::smoke::ask::connect::Detour;
use crate::smoke::ask::edge_url::EdgeUrl;
use crate::smoke::ask::heard::Heard;
use crate::smoke::ask::token::Token;
use crate::smoke::ask::trouble::{Trouble, TroubleKind};
use crate::smoke::ask::user_agent::UserAgent;
use crate::smoke::ask::ways::Ways;

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
    ways: Ways,
    pace: Mutex<Interval>,
    sent: AtomicUsize,
    certificates: Certificates,
}

impl Client {
    /// A client without connections.
    pub(crate) fn new(options: Options<'_>) -> Result<Self, Failure> {
        let user_agent = UserAgent::for_new_run()?;
        let ways = Ways::new(
            user_agent.as_str(),
            options.detours,
            options.authorities,
            options.timeout,
            options.connect_timeout,
        )?;
        let mut pace = interval(Duration::from_secs(1) / options.rate.max(1));
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            edge: options.edge,
            token: options.token,
            user_agent,
            ways,
            pace: Mutex::new(pace),
            sent: AtomicUsize::new(0),
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

    /// The ways to hosts.
    pub(crate) fn ways(&self) -> &Ways {
        &self.ways
    }

    /// How many requests were sent.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn user_agent(&self) -> &UserAgent {
        &self.user_agent
    }

    /// The certificates of the edge and of the targets.
    pub(crate) fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// Gets a file of a target, at one of its addresses or at any.
    pub(crate) async fn get_file(
        &self,
        url: &Url,
        address: Option<SocketAddr>,
    ) -> Result<Response, Trouble> {
        let client = match address {
            Some(address) => self.ways.to_address(url, address),
            None => Ok(self.ways.to(url)),
        };
        let client = client.map_err(|error| self.trouble(error))?;
        let response = self.send(&client, Method::GET, url, HeaderMap::new());
        Ok(self.kept(response.await?))
    }

    /// Asks a target, and reads the beginning of its answer. `server` is what failures call it.
    pub(crate) async fn hear_target(
        &self,
        server: &str,
        method: Method,
        url: &Url,
        headers: HeaderMap,
    ) -> Result<Heard, Trouble> {
        let response = self.send(&self.ways.to(url), method, url, headers).await?;
        let heard = Heard::read(server, self.kept(response)).await;
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
        let heard = Heard::read("the edge", response).await;
        heard.map_err(|error| self.trouble(error))
    }

    /// Gets a URL outside the edge, without the token.
    pub(crate) async fn get(&self, url: &Url) -> Result<Response, Trouble> {
        let client = self.ways.to(url);
        self.send(&client, Method::GET, url, HeaderMap::new()).await
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
        let client = self.ways.to(&url);
        let response = self.kept(self.send(&client, method, &url, headers).await?);
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

    /// Keeps the certificate that came with an answer.
    fn kept(&self, response: Response) -> Response {
        self.certificates.keep(&response);
        response
    }

    async fn send(
        &self,
        client: &reqwest::Client,
        method: Method,
        url: &Url,
        headers: HeaderMap,
    ) -> Result<Response, Trouble> {
        self.sent.fetch_add(1, Ordering::Relaxed);
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
