//! What nearly every test of the module uses: Viceroy with the module, and a stand-in origin behind it.

use std::ops::Deref;

use bytes::Bytes;
use http::header::HOST;
use http::{Request, Response};
use signpost::config::Config;
use signpost_rows::{PRODUCTION, changed};
use signpost_testbed::{Lent, LocalServer, Pair, RecordedRequest, StandInOrigin};

/// The path of a download on a route of production's configuration.
pub(crate) const DOWNLOAD: &str = "/api/v1/crates/smallvec/1.10.0/download";

/// Where it leads.
pub(crate) const LOCATION: &str = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate";

/// The module under Viceroy, with an origin behind it.
pub(crate) struct Bed(Lent);

impl Deref for Bed {
    type Target = Pair;

    fn deref(&self) -> &Pair {
        &self.0
    }
}

impl Bed {
    /// Starts with production's configuration, changed by `change`, and the default origin.
    pub(crate) async fn start(change: impl Fn(LocalServer) -> LocalServer) -> Self {
        Self::start_with(StandInOrigin::said, change).await
    }

    /// Starts with an origin that answers so.
    pub(crate) async fn start_with(
        reply: impl Fn(&RecordedRequest) -> Response<Bytes> + Send + Sync + 'static,
        change: impl Fn(LocalServer) -> LocalServer,
    ) -> Self {
        let lent = Lent::start(reply, |server| change(in_force(server)));
        Self(lent.await.unwrap())
    }

    /// Changes the entries of the store.
    pub(crate) async fn take(&mut self, change: impl FnOnce(LocalServer) -> LocalServer) {
        self.0.take(change).await.unwrap();
    }

    /// Gets a target and gives the whole answer.
    pub(crate) async fn get(&self, target: &str) -> Response<Bytes> {
        self.send(request("GET", target)).await
    }

    /// Sends a request and gives the whole answer.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.viceroy.send(request).await.unwrap()
    }
}

/// Production's configuration at `enforce`.
pub(crate) fn in_force(server: LocalServer) -> LocalServer {
    server.config(production().to_json()).switch("enforce")
}

/// A request to `crates.io` without headers or body.
#[track_caller]
pub(crate) fn request(method: &str, target: &str) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(target)
        .header(HOST, "crates.io")
        .body(Bytes::new())
        .unwrap()
}

/// The value of a header that stands at most once.
#[track_caller]
pub(crate) fn header<'r>(response: &'r Response<Bytes>, name: &str) -> Option<&'r str> {
    let mut values = response.headers().get_all(name).iter();
    let value = values.next().map(|value| value.to_str().unwrap());
    assert!(values.next().is_none(), "{name} stands twice: {response:?}");
    value
}

/// Checks an answer to a request that the origin was to answer for this reason, and no backend did.
///
/// Why not, Viceroy does not tell for most causes.
#[track_caller]
pub(crate) fn assert_unavailable(answer: &Response<Bytes>, method: &str, reason: &str, row: &str) {
    assert_failed(answer, method, "proxy_internal_error", reason, row);
}

/// The same for a cause that Viceroy tells.
#[track_caller]
pub(crate) fn assert_failed(
    answer: &Response<Bytes>,
    method: &str,
    error: &str,
    reason: &str,
    row: &str,
) {
    let (status, retry_after) = match (method, error) {
        ("GET" | "HEAD" | "OPTIONS", _) | (_, "destination_not_found") => (503, Some("5")),
        _ => (502, None),
    };
    assert_eq!(answer.status(), status, "{row}");
    assert_eq!(header(answer, "retry-after"), retry_after, "{row}");
    let decision = format!("origin;reason=\"{reason}\"");
    let said = header(answer, "signpost-decision");
    assert_eq!(said, Some(&*decision), "{row}");
    let proxy_status = header(answer, "proxy-status");
    let error = format!("signpost;error={error}");
    assert_eq!(proxy_status, Some(&*error), "{row}");
    assert_eq!(header(answer, "cache-control"), Some("no-store"), "{row}");
    assert_eq!(header(answer, "location"), None, "{row}");
}

/// A configuration without a problem.
#[track_caller]
pub(crate) fn read(toml: &str) -> Config {
    signpost::authoring::from_toml(toml).unwrap_or_else(|problems| panic!("{problems}\nin\n{toml}"))
}

/// Production's own configuration.
#[track_caller]
pub(crate) fn production() -> Config {
    read(PRODUCTION)
}

/// Production's configuration with another backend before its own, compiled.
pub(crate) fn two_backends() -> String {
    with_origin(r#"backends = ["first", "origin"]"#)
}

/// Production's configuration with these lines as its table `[origin]`, compiled.
#[track_caller]
pub(crate) fn with_origin(lines: &str) -> String {
    let toml = changed(PRODUCTION, r#"backends = ["origin"]"#, lines);
    read(&toml).to_json().to_owned()
}
