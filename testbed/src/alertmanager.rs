use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Child;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::child::dies_with_us;
use crate::client;
use crate::server::{Server, listens, plain};
use crate::transcript::Transcript;

/// How long it may take to start.
const START_LIMIT: Duration = Duration::from_mins(1);

/// A real Alertmanager, and the webhook that it notifies, until this value is dropped.
///
/// It notifies without waiting for more alerts of a group, and of each alert by itself.
#[derive(Debug)]
pub struct Alertmanager {
    address: SocketAddr,
    prefix: &'static str,
    notices: watch::Receiver<Vec<Notice>>,
    _webhook: Server,
    _child: Child,
    _directory: TempDir,
}

/// What the webhook was told of one alert.
#[derive(Clone, Debug)]
pub struct Notice {
    /// When the webhook had it.
    pub at: Instant,
    /// `status`, `labels`, `annotations`, `startsAt` and `endsAt`.
    pub alert: Value,
}

listens!(Alertmanager, "http", address);

impl Alertmanager {
    /// The program that [`start`](Self::start) runs, as Debian's package names it.
    pub const PROGRAM: &str = "prometheus-alertmanager";

    /// Starts one, once it listens.
    ///
    /// # Errors
    ///
    /// When it cannot be run, or ends before it listens; then the error holds what it printed.
    pub async fn start() -> Result<Self> {
        Self::start_below("").await
    }

    /// Starts one whose paths begin with `prefix`, such as `/alerts`.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub async fn start_below(prefix: &'static str) -> Result<Self> {
        let (sender, notices) = watch::channel(Vec::new());
        let sender = Arc::new(sender);
        let webhook = Server::start(move |request| note(request, Arc::clone(&sender))).await?;
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let config = directory.path().join("alertmanager.yml");
        let text = format!(
            "route: {{receiver: webhook, group_by: ['...'], group_wait: 0s, group_interval: 1s}}\n\
             receivers: [{{name: webhook, webhook_configs: [{{url: 'http://{}/'}}]}}]\n",
            webhook.address
        );
        fs::write(&config, text).context("cannot write the Alertmanager's configuration")?;
        let mut child = dies_with_us(Self::PROGRAM)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.path={}",
                directory.path().join("data").display()
            ))
            .arg(format!("--web.route-prefix={prefix}/"))
            .arg("--web.listen-address=127.0.0.1:0")
            // It looks for no others.
            .arg("--cluster.listen-address=")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run `{}`", Self::PROGRAM))?;
        let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            bail!("the output of `{}` cannot be read", Self::PROGRAM);
        };
        let transcript = Transcript::of(output, errors);
        let listening = transcript
            .wait_for(
                Self::PROGRAM,
                |line| listening_on(line).is_some(),
                START_LIMIT,
            )
            .await?;
        let address = listening_on(&listening).context("it listens nowhere")?;
        Ok(Self {
            address,
            prefix,
            notices,
            _webhook: webhook,
            _child: child,
            _directory: directory,
        })
    }

    /// Its URL, with the prefix of its paths.
    pub fn base(&self) -> String {
        format!("{}{}", self.url(), self.prefix)
    }

    /// The alerts that it has and that have not ended, as its API gives them.
    ///
    /// # Errors
    ///
    /// When it does not answer with JSON.
    pub async fn alerts(&self) -> Result<Vec<Value>> {
        let path = format!("{}/api/v2/alerts", self.prefix);
        let request = Request::get(path).body(Bytes::new())?;
        let answer = client::send(self.address, request).await?;
        serde_json::from_slice(answer.body()).context("the alerts are not a list in JSON")
    }

    /// What the webhook was told so far.
    pub fn notices(&self) -> Vec<Notice> {
        self.notices.borrow().clone()
    }

    /// Waits until the webhook was told of an alert that `wanted` accepts, before this call or after it.
    ///
    /// # Errors
    ///
    /// When that has not happened after `limit`; the error holds what the webhook was told.
    pub async fn notice(&self, wanted: impl Fn(&Value) -> bool, limit: Duration) -> Result<Notice> {
        let mut notices = self.notices.clone();
        let find = |notices: &Vec<Notice>| {
            let mut notices = notices.iter();
            notices.find(|notice| wanted(&notice.alert)).cloned()
        };
        let told = timeout(limit, notices.wait_for(|notices| find(notices).is_some())).await;
        if let Ok(Ok(notices)) = told
            && let Some(notice) = find(&notices)
        {
            return Ok(notice);
        }
        let told = self.notices();
        bail!("the webhook was not told within {limit:?} what was waited for, but {told:?}")
    }
}

/// Notes each alert of a notification.
async fn note(
    request: Request<Incoming>,
    notices: Arc<watch::Sender<Vec<Notice>>>,
) -> Response<Full<Bytes>> {
    let at = Instant::now();
    let Ok(body) = request.into_body().collect().await else {
        return plain(StatusCode::BAD_REQUEST);
    };
    let Ok(mut body) = serde_json::from_slice::<Value>(&body.to_bytes()) else {
        return plain(StatusCode::BAD_REQUEST);
    };
    if let Value::Array(alerts) = body["alerts"].take() {
        let told = alerts.into_iter().map(|alert| Notice { at, alert });
        notices.send_modify(|notices| notices.extend(told));
    }
    plain(StatusCode::OK)
}

fn listening_on(line: &str) -> Option<SocketAddr> {
    let (_, address) = line.split_once(r#"msg="Listening on" address="#)?;
    address.trim().parse().ok()
}
