//! The real module with the entries of a stand-in Fastly API, and all that it leads to.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use signpost::authoring::Authored;
use signpost::config::Config;
use signpost::request::Request;
use signpost::sides::Sides;
use signpost::values::Switch;
use signpost_testbed::{
    Crate, Edge, FastlyApi, LocalServer, Pipeline, RecordedRequest, StandInCdn, StandInOrigin,
    client, module_under_test, stand_in_file,
};
use tempfile::TempDir;
use tokio::process::Command;

use crate::configs::{good, of_2023};
use crate::line::Line;
use crate::{crates, path};

/// The log endpoint of production's configuration.
const LOG: &str = "signpost-log";

/// How long a line may take.
const LIMIT: Duration = Duration::from_secs(30);

/// An edge with its store, its CDN and its origin, and a reader of its log.
pub(crate) struct Bed {
    pub(crate) edge: Arc<Edge>,
    pub(crate) config: Config,
    pub(crate) next: Config,
    api: FastlyApi,
    tail: Pipeline,
    marks: usize,
    directory: TempDir,
    _cdn: StandInCdn,
    _origin: StandInOrigin,
}

impl Bed {
    /// Starts with a CDN that has these files, a good configuration in force, and that of 2023 at hand.
    pub(crate) async fn start(files: &[Crate], has_retry: bool, switch: &str) -> Self {
        let cdn = files.iter().map(|file| (on_cdn(file), file.bytes.clone()));
        let cdn = StandInCdn::start(cdn).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let configs = [
            ("config.toml", good(&cdn.url(), has_retry)),
            ("next.toml", of_2023(has_retry)),
        ];
        let [good, of_2023] = configs.map(|(name, text)| {
            fs::write(directory.path().join(name), &text).unwrap();
            Authored::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}"))
        });
        for example in good.examples() {
            let location = example.location().as_str();
            let path = location
                .strip_prefix(&cdn.url())
                .unwrap()
                .replace("%2B", "+");
            if !files.iter().any(|file| on_cdn(file) == path) {
                let content = stand_in_file(&path);
                cdn.insert(path, content);
            }
        }
        let lock_file = directory.path().join("Cargo.lock");
        fs::write(lock_file, crates::lock_file(files)).unwrap();

        let config = good.config().to_json();
        let entries = [("config", config), ("switch", switch)];
        let api = FastlyApi::start(&entries).await.unwrap();
        let by_origin = good.config().clone();
        let origin = StandInOrigin::start_with(move |request| answer(&by_origin, request));
        let origin = origin.await.unwrap();
        let local_server = LocalServer::of_workspace().backend("origin", origin.url());
        let module = module_under_test();
        let edge = api.start_edge(&module, local_server, LOG).await.unwrap();
        let tail = format!("tail -n +1 -F '{}'", edge.log().display());
        Self {
            edge,
            config: good.config().clone(),
            next: of_2023.config().clone(),
            api,
            tail: Pipeline::start(&tail, &[]).unwrap(),
            marks: 0,
            directory,
            _cdn: cdn,
            _origin: origin,
        }
    }

    /// Sets an entry, as the Fastly CLI does.
    pub(crate) async fn set(&self, key: &str, value: &str) {
        let path = format!("/resources/stores/config/{}/item/{key}", FastlyApi::STORE);
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        let request = http::Request::put(path).body(Bytes::from(format!("item_value={value}")));
        let answer = client::send(self.api.address(), request.unwrap()).await;
        let answer = answer.unwrap();
        assert!(answer.status().is_success(), "{key}: {answer:?}");
    }

    /// Asks for a page and waits for its line: whatever was answered before is in the log then.
    pub(crate) async fn mark(&mut self) -> Line {
        self.marks += 1;
        let path = format!("/marks/{}", self.marks);
        let request = http::Request::get(&path).body(Bytes::new()).unwrap();
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

    /// Those of the files that this switch puts on the side of `next`.
    pub(crate) fn files_of_next(&self, files: &[Crate], switch: &str) -> Vec<Crate> {
        let switch = switch.parse().unwrap();
        let sides = Sides::new(&self.config, Some(&self.next));
        let is_of_next = |file: &&Crate| {
            let path = path(file);
            let request = Request::new("GET", "127.0.0.1", &path);
            sides.next_for(&request, switch).is_some()
        };
        files.iter().filter(is_of_next).cloned().collect()
    }

    /// Runs a smoke test of some files with this switch, which must end so and print this.
    pub(crate) async fn smoke(&self, switch: &str, code: i32, wanted: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
        command.args(["smoke", "--rate", "1000", "--switch", switch]);
        command.args(["--edge", &self.edge.url()]);
        command.arg("--config").arg(self.file("config.toml"));
        command.arg("--from-lockfile").arg(self.file("Cargo.lock"));
        command.args(["--sample", "50"]);
        if switch.contains("next") {
            command.arg("--next").arg(self.file("next.toml"));
        }
        let output = command.kill_on_drop(true).output().await.unwrap();
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{switch}: {printed}");
        assert!(printed.contains(wanted), "{switch}: {printed}");
    }

    /// `config.toml`, `next.toml` or `Cargo.lock`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// Answers as crates.io's own server does: with a redirect to the CDN.
fn answer(config: &Config, recorded: &RecordedRequest) -> Response<Bytes> {
    let request = Request::new(recorded.method.as_str(), "127.0.0.1", &recorded.target);
    let answer = signpost::answer(config, &request, Switch::ENFORCE);
    let response = match answer.decision().location() {
        Some(location) => Response::builder()
            .status(302)
            .header("location", location.as_str()),
        None => Response::builder().status(404),
    };
    response.body(Bytes::new()).unwrap()
}

/// Where the CDN has it.
fn on_cdn(file: &Crate) -> String {
    format!("/crates/{0}/{0}-{1}.crate", file.name, file.version)
}
