//! A registry of stand-ins behind the module under Viceroy, and its client.

use std::fmt::Debug;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use signpost_testbed::{Lent, RecordedRequest, StandInCdn, StandInOrigin};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::registries::client::{Client, Package, REGISTRY};
use crate::registries::configuration::{CDN, Target, configuration};
use crate::registries::on_503::Run;

/// How long a client may run: far more than any needs, so that a test fails and never hangs.
const LIMIT: Duration = Duration::from_mins(3);

/// What the module is configured with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Configured {
    /// One CDN, which has the files.
    OneCdn,
    /// Nothing: the entry `config` is missing.
    Nothing,
    /// Two CDNs and `[retry]`. Every file is first sent to the one that answers 503.
    FirstOfTwoDead,
}

/// A registry of stand-ins, and the directory in which its client works.
pub(crate) struct Scene {
    client: &'static Client,
    /// The package.
    pub(crate) package: Package,
    /// The CDN that has the files.
    pub(crate) cdn: StandInCdn,
    dead: DeadCdn,
    lent: Lent,
    directory: TempDir,
    /// What the client printed so far.
    printed: String,
}

/// A CDN that answers 503 and records when.
struct DeadCdn {
    origin: StandInOrigin,
    asked: Arc<Mutex<Vec<Instant>>>,
}

impl Scene {
    /// Makes the package and starts all that serves it.
    pub(crate) async fn start(client: &'static Client, configured: Configured) -> Self {
        let packing = tokio::task::spawn_blocking(|| {
            let directory = tempfile::tempdir().unwrap();
            (client.pack)(directory.path())
        });
        let package = packing.await.unwrap();
        let files = package.files.iter();
        let cdn = StandInCdn::start(files.map(|file| (file.at_cdn.clone(), file.content.clone())));
        let cdn = cdn.await.unwrap();
        let dead = DeadCdn::start().await;

        let first = Target {
            name: "dead",
            weight: 1000,
            base: at_cdn_host(&dead.origin.url()),
        };
        let second = Target {
            name: "alive",
            weight: 1,
            base: at_cdn_host(&cdn.url()),
        };
        let targets = match configured {
            Configured::Nothing => vec![],
            Configured::OneCdn => vec![second],
            Configured::FirstOfTwoDead => vec![first, second],
        };
        let served = package.clone();
        let lent = Lent::start(
            move |request| answer(&served, request),
            |server| match targets.as_slice() {
                [] => server.without_config().switch("enforce"),
                targets => {
                    let config = configuration(client.preset, targets);
                    server.config(config.to_json()).switch("enforce")
                }
            },
        );
        let lent = lent.await.unwrap();
        Self {
            client,
            package,
            cdn,
            dead,
            lent,
            directory: tempfile::tempdir().unwrap(),
            printed: String::new(),
        }
    }

    /// Runs the client.
    pub(crate) async fn run(&mut self) -> Run {
        let before = self.counts();
        let mut exit = 0;
        for command in (self.client.fetch)(self.directory.path(), &self.lent.viceroy.url()) {
            let (code, printed) = output(command).await;
            self.printed.push_str(&printed);
            exit = code;
            if exit != 0 {
                break;
            }
        }
        let after = self.counts();
        Run {
            exit,
            dead: after[0] - before[0],
            alive: after[1] - before[1],
            origin: after[2] - before[2],
        }
    }

    /// Runs the client, which has to succeed.
    pub(crate) async fn succeed(&mut self) -> Result<(), String> {
        let run = self.run().await;
        self.same("exit code", &0, &run.exit)?;
        self.same("the package is there", &true, &self.is_fetched())
    }

    /// Compares what is seen with what is expected. A difference comes with all that was printed.
    pub(crate) fn same<T>(&self, what: &str, expected: &T, seen: &T) -> Result<(), String>
    where
        T: Debug + PartialEq + ?Sized,
    {
        if expected == seen {
            return Ok(());
        }
        let lines = self.lent.viceroy.lines().join("\n");
        Err(format!(
            "{what}:\nexpected {expected:?}\nseen     {seen:?}\n{}\n{lines}",
            self.printed
        ))
    }

    /// Whether the client has the package.
    pub(crate) fn is_fetched(&self) -> bool {
        self.directory.path().join(self.client.leaves).is_file()
    }

    /// The paths that were asked at the origin, decoded.
    pub(crate) fn origin_paths(&self) -> Vec<String> {
        self.lent.origin.requests().iter().map(path_of).collect()
    }

    /// How many requests came to the origin with a credential.
    pub(crate) fn credentials_at_origin(&self) -> usize {
        let requests = self.lent.origin.requests();
        let with = |request: &&RecordedRequest| request.headers.contains_key("authorization");
        requests.iter().filter(with).count()
    }

    /// The times between the requests that came to the CDN that answers 503.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        let asked = self.dead.asked.lock().unwrap();
        asked.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// How many files were asked for at the dead CDN, at the other one, and at the origin.
    fn counts(&self) -> [usize; 3] {
        let is_file = |path: &String| self.package.files.iter().any(|file| file.path == *path);
        [
            self.dead.asked.lock().unwrap().len(),
            self.cdn.hits().values().sum(),
            self.origin_paths()
                .iter()
                .filter(|path| is_file(path))
                .count(),
        ]
    }
}

impl DeadCdn {
    async fn start() -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let times = Arc::clone(&asked);
        let origin = StandInOrigin::start_with(move |_| {
            times.lock().unwrap().push(Instant::now());
            plain(StatusCode::SERVICE_UNAVAILABLE)
        });
        Self {
            origin: origin.await.unwrap(),
            asked,
        }
    }
}

/// The URL with the name that the configuration has for CDNs.
fn at_cdn_host(url: &str) -> String {
    url.replace("127.0.0.1", CDN)
}

/// What the origin answers: it has the files, too.
fn answer(package: &Package, request: &RecordedRequest) -> Response<Bytes> {
    let path = path_of(request);
    let mut files = package.metadata.iter().chain(&package.files);
    let Some(file) = files.find(|file| file.path == path) else {
        return plain(StatusCode::NOT_FOUND);
    };
    let host = request.headers["host"].to_str().unwrap();
    let content = match str::from_utf8(&file.content) {
        Ok(text) => Bytes::from(text.replace(REGISTRY, &format!("http://{host}"))),
        Err(_) => file.content.clone(),
    };
    Response::builder()
        .header("content-type", file.content_type)
        .body(content)
        .unwrap()
}

/// An answer that says its status. With an empty body, apt would not repeat its request.
fn plain(status: StatusCode) -> Response<Bytes> {
    let text = Bytes::from(format!("{status}\n"));
    Response::builder().status(status).body(text).unwrap()
}

/// The decoded path of a request.
fn path_of(request: &RecordedRequest) -> String {
    let path = request.target.split('?').next().unwrap_or_default();
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// Runs a command of a client: its exit code, and what it prints.
async fn output(command: Command) -> (i32, String) {
    let shown = format!("{command:?}");
    let mut command = tokio::process::Command::from(command);
    let output = timeout(LIMIT, command.kill_on_drop(true).output()).await;
    let output = output.unwrap_or_else(|_| panic!("{shown} does not end"));
    let output = output.unwrap_or_else(|error| panic!("{shown}: {error}"));
    let printed = [output.stdout, output.stderr].concat();
    let code = output.status.code().unwrap_or(-1);
    (
        code,
        format!("{shown}\n{}", String::from_utf8_lossy(&printed)),
    )
}
