//! The real module with the entries of a stand-in Fastly API, and all that it leads to.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use signpost::authoring::Authored;
use signpost::config::Config;
use signpost::request::Request;
use signpost::sides::Sides;
use signpost::values::Switch;
use signpost_testbed::{
    Crate, Edge, FastlyApi, LocalServer, Pipeline, RecordedRequest, StandInCdn, StandInOrigin,
    module_under_test, stand_in_file,
};
use tempfile::TempDir;
use tokio::process::Command;

use crate::configs::{New, good};
use crate::line::Line;
use crate::{crates, path};

/// The log endpoint of production's configuration.
const LOG: &str = "signpost-log";

/// How long lines may take. Before some of them, a release has its smoke tests.
const LIMIT: Duration = Duration::from_mins(2);

/// The switch before and after every release.
pub(crate) const SWITCH: &str = "enforce";

const CONFIG: &str = "config.toml";
const NEXT: &str = "next.toml";
const LOCK_FILE: &str = "Cargo.lock";

/// An edge with its store, its CDN and its origin, and a reader of its log.
pub(crate) struct Bed {
    pub(crate) edge: Arc<Edge>,
    pub(crate) config: Config,
    pub(crate) next: Config,
    api: FastlyApi,
    tail: Pipeline,
    directory: TempDir,
    _cdn: StandInCdn,
    origin: StandInOrigin,
}

impl Bed {
    /// Starts with a CDN that has these files, a good configuration in force, and another one at hand.
    pub(crate) async fn start(files: &[Crate], new: New, has_retry: bool) -> Self {
        let cdn = files.iter().map(|file| (on_cdn(file), file.bytes.clone()));
        let cdn = StandInCdn::start(cdn).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let configs = [
            (CONFIG, good(&cdn.url(), has_retry)),
            (NEXT, new.text(&cdn.url(), has_retry)),
        ];
        let [good, next] = configs.map(|(name, text)| {
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
        let lock_file = directory.path().join(LOCK_FILE);
        fs::write(lock_file, crates::lock_file(files)).unwrap();

        let config = good.config().to_json();
        let entries = [("config", config), ("switch", SWITCH)];
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
            next: next.config().clone(),
            api,
            tail: Pipeline::start(&tail, &[]).unwrap(),
            directory,
            _cdn: cdn,
            origin,
        }
    }

    /// Releases the other configuration with the real Fastly CLI, and watches the log. Waits are a fifth as long as
    /// planned: a change has six seconds to spread, and takes five. Smoke tests that are not real pass.
    pub(crate) async fn release(&self, hold: &str, are_smokes_real: bool) -> Output {
        let file = |name| self.directory.path().join(name);
        let log = format!("tail -n +1 -F '{}'", self.edge.log().display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_signpost-in-trial"));
        command.args([
            "release",
            "config",
            "--execute",
            "--log",
            &log,
            "--hold",
            hold,
        ]);
        command.args(["--store-id", FastlyApi::STORE, "--edge", &self.edge.url()]);
        for (option, value) in [
            ("--config", file(NEXT)),
            ("--deployed-config", file(CONFIG)),
            ("--way-back", file("way-back.json")),
            ("--fastly", from_environment("SIGNPOST_FASTLY")),
        ] {
            command.arg(option).arg(value);
        }
        command.args([
            "--",
            "--rate",
            "1000",
            "--sample",
            "10",
            "--connect-timeout",
            "2s",
        ]);
        command.arg("--from-lockfile").arg(file(LOCK_FILE));
        if are_smokes_real {
            command.env("TRIAL_SMOKES", "yes");
        }
        command
            .env("TRIAL_PACE", "5")
            .envs(self.api.variables())
            .env("FASTLY_API_TOKEN", "stand-in-token")
            // The CLI keeps its settings there: a test leaves the contributor's alone.
            .env("XDG_CONFIG_HOME", self.directory.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command.output().await.unwrap()
    }

    /// The entries `config`, `switch`, `next` and `release`.
    pub(crate) fn entries(&self) -> [Option<String>; 4] {
        ["config", "switch", "next", "release"].map(|key| self.api.entry(key))
    }

    /// Waits for a line of the log, of those so far too.
    pub(crate) async fn wait_for(&self, wanted: impl Fn(&Line) -> bool) {
        let is_it = |line: &str| wanted(&Line::read(line));
        self.tail.wait_for_line(is_it, LIMIT).await.unwrap();
    }

    /// What the origin was asked for so far, but for what Viceroy asks when it starts.
    pub(crate) fn asked_of_origin(&self) -> Vec<String> {
        let requests = self.origin.requests().into_iter();
        let targets = requests.map(|request| request.target);
        targets.filter(|target| target != "/").collect()
    }

    /// The lines of all requests that were answered so far, once they are there.
    pub(crate) async fn lines(&self) -> Vec<Line> {
        self.edge.complete_log(LIMIT).await.unwrap();
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
}

/// What `cargo xtask test fastly-cli` sets.
fn from_environment(variable: &str) -> PathBuf {
    match env::var_os(variable) {
        Some(value) => value.into(),
        None => panic!("{variable} is not set: run `cargo xtask test fastly-cli`, which sets it"),
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
