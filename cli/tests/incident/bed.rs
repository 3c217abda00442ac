//! The real module, with the entries of a stand-in Fastly API.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use signpost::config::Config;
use signpost_testbed::{
    Edge, FastlyApi, LocalServer, Pipeline, StandInOrigin, client, module_under_test,
};

/// The log endpoint of production's configuration.
const LOG: &str = "signpost-log";

/// How long a line may take.
const LIMIT: Duration = Duration::from_secs(30);

/// An edge with its origin and its store, and a reader of its log.
pub(crate) struct Bed {
    pub(crate) edge: Arc<Edge>,
    api: FastlyApi,
    tail: Pipeline,
    marks: usize,
    _origin: StandInOrigin,
}

/// What a line of the log says of a request.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) location: String,
    pub(crate) has_side: bool,
}

impl Bed {
    pub(crate) async fn start(config: &Config, switch: &str) -> Self {
        let origin = StandInOrigin::start().await.unwrap();
        let config = config.to_json();
        let entries = [("config", &*config), ("switch", switch)];
        let api = FastlyApi::start(&entries).await.unwrap();
        let local_server = LocalServer::of_workspace().backend("origin", origin.url());
        let module = module_under_test();
        let edge = api.start_edge(&module, local_server, LOG);
        let edge = edge.await.unwrap();
        let tail = format!("tail -n +1 -F '{}'", edge.log().display());
        Self {
            tail: Pipeline::start(&tail, &[]).unwrap(),
            edge,
            api,
            marks: 0,
            _origin: origin,
        }
    }

    /// Sets an entry, as the Fastly CLI does.
    pub(crate) async fn set(&self, key: &str, value: &str) {
        let path = format!("/resources/stores/config/{}/item/{key}", FastlyApi::STORE);
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        let request = Request::put(path).body(Bytes::from(format!("item_value={value}")));
        let answer = client::send(self.api.address(), request.unwrap()).await;
        let answer = answer.unwrap();
        assert!(answer.status().is_success(), "{key}: {answer:?}");
    }

    /// Asks for a page and waits for its line: whatever was answered before is in the log then.
    pub(crate) async fn mark(&mut self) -> Line {
        self.marks += 1;
        let path = format!("/marks/{}", self.marks);
        let request = Request::get(&path).body(Bytes::new()).unwrap();
        client::send(self.edge.address(), request).await.unwrap();
        let is_it = |line: &str| line.contains(&format!("{path}\""));
        let line = self.tail.wait_for_line(is_it, LIMIT).await.unwrap();
        Line::read(&line)
    }

    /// All lines so far.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let text = fs::read_to_string(self.edge.log()).unwrap();
        text.lines().map(Line::read).collect()
    }
}

impl Line {
    fn read(line: &str) -> Self {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        let url: url::Url = value["url"].as_str().unwrap().parse().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            path: url.path().to_owned(),
            location: text(&value["signpost"]["location"]),
            has_side: !value["signpost"]["side"].is_null(),
        }
    }
}
