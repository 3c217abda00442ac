mod call;
mod message;
mod version;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::sync::Mutex as AsyncMutex;

pub use self::call::Call;
use self::message::{Answer, found, item, not_found, refusal, told_to_fail, value_in};
pub use self::version::ServiceVersion;
use crate::edge::Edge;
use crate::local_server::LocalServer;
use crate::server::{Server, listens, lock};
use crate::unreachable::{DeadAddress, refused_address};

/// A stand-in for the Fastly API: one Compute service and one Config Store, in memory.
///
/// The real Fastly CLI uses it with these [`variables`](Self::variables). It records every call and can be told to
/// fail some. A program that stands in for another beside the CLI reports what it was asked with POST to `/report`,
/// so that all of them are recorded in one order.
#[derive(Debug)]
pub struct FastlyApi {
    server: Server,
    state: Arc<Mutex<State>>,
    edge: Follower,
    nowhere: DeadAddress,
}

/// The edge that follows the entries, if there is one. Whoever changes them holds it until the edge has them.
type Follower = Arc<AsyncMutex<Option<Arc<Edge>>>>;

/// How a call fails: it is answered with 500 in both cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done.
    Refused,
    /// What was asked is done all the same, and the answer does not say so.
    AnswerLost,
}

#[derive(Debug, Default)]
struct State {
    versions: Vec<ServiceVersion>,
    staged: Option<u64>,
    entries: BTreeMap<String, String>,
    calls: Vec<Call>,
    faults: BTreeMap<usize, Fault>,
    look_faults: BTreeSet<usize>,
    is_package_invalid: bool,
}

listens!(FastlyApi, "http", server.address);

impl FastlyApi {
    /// The identifier of the service.
    pub const SERVICE: &'static str = "stand-in-service";
    /// The identifier of the Config Store.
    pub const STORE: &'static str = "stand-in-store";

    /// Starts an API whose service has the versions 1 and 2, of which 2 is active, and whose store
    /// has these entries.
    ///
    /// # Errors
    ///
    /// When no loopback port can be bound.
    pub async fn start(entries: &[(&str, &str)]) -> Result<Self> {
        let version = |number, is_active| ServiceVersion {
            number,
            is_active,
            has_package: true,
            is_locked: true,
        };
        let entries = entries
            .iter()
            .map(|&(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let state = Arc::new(Mutex::new(State {
            versions: vec![version(1, false), version(2, true)],
            entries,
            ..State::default()
        }));
        let edge = Follower::default();
        let (shared, follower) = (Arc::clone(&state), Arc::clone(&edge));
        let server = Server::start(move |request| {
            answer(request, Arc::clone(&shared), Arc::clone(&follower))
        });
        Ok(Self {
            server: server.await?,
            state,
            edge,
            nowhere: refused_address()?,
        })
    }

    /// Variables with which the Fastly CLI sends its calls here and nothing to the Internet. With each call it also
    /// asks a host of Fastly's for news; that goes to a proxy that refuses connections.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        [
            ("FASTLY_API_ENDPOINT", self.url()),
            ("FASTLY_ACCOUNT_ENDPOINT", self.url()),
            ("HTTPS_PROXY", self.nowhere.url()),
        ]
    }

    /// Starts an edge that follows the entries, with the log endpoint `endpoint`. From now on, the edge
    /// takes what a call changes within five seconds.
    ///
    /// # Errors
    ///
    /// Those of [`Viceroy::start`](crate::Viceroy::start).
    pub async fn start_edge(
        &self,
        module: &Path,
        local_server: LocalServer,
        endpoint: &str,
    ) -> Result<Arc<Edge>> {
        let mut follower = self.edge.lock().await;
        let entries = lock(&self.state).entries.clone();
        let edge = Edge::start(module, local_server, &entries, endpoint).await?;
        let edge = Arc::new(edge);
        *follower = Some(Arc::clone(&edge));
        Ok(edge)
    }

    /// Lets one call fail: of those that change or check something, the one with this index from 0.
    #[must_use]
    pub fn failing(self, index: usize, fault: Fault) -> Self {
        lock(&self.state).faults.insert(index, fault);
        self
    }

    /// Lets one call fail: of those that only look, the one with this index from 0.
    #[must_use]
    pub fn failing_look(self, index: usize) -> Self {
        lock(&self.state).look_faults.insert(index);
        self
    }

    /// Lets the check of every version say that it is not valid.
    #[must_use]
    pub fn with_invalid_package(self) -> Self {
        lock(&self.state).is_package_invalid = true;
        self
    }

    /// Every call, in the order received. The CLI's question about how to log in does not count.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.state).calls.clone()
    }

    /// The calls that change or check something, and the reports.
    pub fn acts(&self) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| !call.is_look());
        calls
    }

    /// The versions of the service.
    pub fn versions(&self) -> Vec<ServiceVersion> {
        lock(&self.state).versions.clone()
    }

    /// The number of the active version.
    pub fn active(&self) -> Option<u64> {
        let state = lock(&self.state);
        let mut versions = state.versions.iter();
        versions
            .find(|version| version.is_active)
            .map(|version| version.number)
    }

    /// The number of the version on Fastly Staging.
    pub fn staged(&self) -> Option<u64> {
        lock(&self.state).staged
    }

    /// An entry of the store.
    pub fn entry(&self, key: &str) -> Option<String> {
        lock(&self.state).entries.get(key).cloned()
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
    follower: Follower,
) -> Answer {
    let (head, body) = request.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return refusal(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let follower = follower.lock().await;
    let (answer, changed) = {
        let mut state = lock(&state);
        let before = state.entries.clone();
        let answer = state.answer(&head.method, head.uri.path(), &body);
        (
            answer,
            (state.entries != before).then(|| state.entries.clone()),
        )
    };
    if let (Some(edge), Some(entries)) = (&*follower, changed)
        && let Err(error) = edge.take(&entries)
    {
        return refusal(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}"));
    }
    answer
}

impl State {
    fn answer(&mut self, method: &Method, path: &str, body: &[u8]) -> Answer {
        if path.starts_with("/realms/") {
            let url = "http://127.0.0.1/unused";
            return found(&json!({
                "issuer": url, "authorization_endpoint": url, "token_endpoint": url
            }));
        }
        let call = Call {
            method: method.clone(),
            path: path.to_owned(),
            value: value_in(path, body),
        };
        let is_look = call.is_look();
        let alike = self.calls.iter().filter(|one| one.is_look() == is_look);
        let index = alike.count();
        let fault = if is_look {
            self.look_faults.contains(&index).then_some(Fault::Refused)
        } else {
            self.faults.get(&index).copied()
        };
        self.calls.push(call.clone());
        match fault {
            None => self.act(&call, body),
            Some(Fault::AnswerLost) => {
                self.act(&call, body);
                told_to_fail()
            }
            Some(Fault::Refused) => told_to_fail(),
        }
    }

    fn act(&mut self, call: &Call, body: &[u8]) -> Answer {
        let segments: Vec<_> = call.path.trim_matches('/').split('/').collect();
        let version = segments.get(3).and_then(|number| number.parse().ok());
        match (call.method.as_str(), segments.as_slice()) {
            ("POST", ["report"]) => found(&Value::Null),
            ("GET", ["service", FastlyApi::SERVICE, "version"]) => {
                let json = |version: &ServiceVersion| version.json(self.staged);
                let versions: Vec<_> = self.versions.iter().map(json).collect();
                found(&versions.into())
            }
            ("GET" | "PUT", ["service", FastlyApi::SERVICE, "version", _, rest @ ..]) => {
                self.act_on_version(version.unwrap_or(0), rest, body)
            }
            (
                _,
                [
                    "resources",
                    "stores",
                    "config",
                    FastlyApi::STORE,
                    "item",
                    key,
                ],
            ) => self.act_on_entry(&call.method, key, call.value.as_deref()),
            ("GET", ["resources", "stores", "config", FastlyApi::STORE, "items"]) => {
                let items = self.entries.iter().map(|(key, value)| item(key, value));
                found(&items.collect())
            }
            _ => not_found(),
        }
    }

    fn act_on_version(&mut self, number: u64, rest: &[&str], body: &[u8]) -> Answer {
        let Some(of_number) = self.versions.iter().position(|one| one.number == number) else {
            return not_found();
        };
        match rest {
            [] | ["validate"] => {}
            ["clone"] => {
                let clone = ServiceVersion {
                    number: self.versions.len() as u64 + 1,
                    is_active: false,
                    is_locked: false,
                    ..self.versions[of_number].clone()
                };
                let answer = found(&clone.json(None));
                self.versions.push(clone);
                return answer;
            }
            ["package"] => {
                // The beginning of a gzip file, somewhere in the form that brings it.
                self.versions[of_number].has_package =
                    body.windows(3).any(|bytes| bytes == [0x1f, 0x8b, 0x08]);
                return found(&json!({ "id": "package", "metadata": {} }));
            }
            ["activate"] => {
                for version in &mut self.versions {
                    version.is_active = version.number == number;
                    version.is_locked |= version.is_active;
                }
            }
            ["activate", "staging"] => self.staged = Some(number),
            ["deactivate", "staging"] => self.staged = None,
            _ => return not_found(),
        }
        if rest == ["validate"] {
            let status = if self.is_package_invalid {
                "error"
            } else {
                "ok"
            };
            return found(&json!({ "status": status, "msg": null }));
        }
        found(&self.versions[of_number].json(self.staged))
    }

    fn act_on_entry(&mut self, method: &Method, key: &str, value: Option<&str>) -> Answer {
        if method == Method::DELETE {
            return match self.entries.remove(key) {
                Some(_) => found(&json!({ "status": "ok" })),
                None => not_found(),
            };
        }
        if let Some(value) = value {
            self.entries.insert(key.to_owned(), value.to_owned());
        }
        match self.entries.get(key) {
            Some(value) => found(&item(key, value)),
            None => not_found(),
        }
    }
}
