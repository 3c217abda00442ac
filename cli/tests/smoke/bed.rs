//! What every test of `signpost smoke` starts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::LazyLock;

use bytes::Bytes;
use http::Response;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use signpost::authoring::Authored;
use signpost::config::Config;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_testbed::{
    Lent, LocalServer, Pair, Protocol, RecordedRequest, TlsCdn, Validity, add_hosts, stand_in_file,
};
use tempfile::TempDir;
use tokio::process::Command;

/// Production's own configuration, at this machine.
pub(crate) static PRODUCTION: LazyLock<String> =
    LazyLock::new(|| add_hosts(signpost_rows::PRODUCTION, &["127.0.0.1"]).unwrap());

/// The path of a download on a route of production's configuration.
pub(crate) const DOWNLOAD: &str = "/api/v1/crates/smallvec/1.10.0/download";

/// The path of its file on the CDN.
pub(crate) const FILE: &str = "/crates/smallvec/smallvec-1.10.0.crate";

/// The host of production's CDN.
pub(crate) const CDN_HOST: &str = "static.crates.io";

/// A version that no example names, whose file the CDN has.
pub(crate) const OTHER_FILE: &str = "/crates/smallvec/smallvec-1.10.1.crate";

/// The real module under Viceroy, with an origin behind it.
pub(crate) struct Module(Lent);

impl Deref for Module {
    type Target = Pair;

    fn deref(&self) -> &Pair {
        &self.0
    }
}

impl Module {
    /// Starts with production's own configuration.
    pub(crate) async fn start(switch: &str) -> Self {
        let config = signpost::authoring::from_toml(&PRODUCTION).unwrap();
        Self::start_with(&config, |server| server.switch(switch)).await
    }

    /// Starts with another configuration, and with changes of its own.
    pub(crate) async fn start_with(
        config: &Config,
        change: impl Fn(LocalServer) -> LocalServer,
    ) -> Self {
        let of_origin = config.clone();
        let reply = move |request: &RecordedRequest| by_origin(&of_origin, request);
        Self::before(reply, |server| change(server.config(config.to_json()))).await
    }

    /// Starts before an origin that answers so.
    pub(crate) async fn before(
        reply: impl Fn(&RecordedRequest) -> Response<Bytes> + Send + Sync + 'static,
        change: impl Fn(LocalServer) -> LocalServer,
    ) -> Self {
        Self(Lent::start(reply, change).await.unwrap())
    }
}

/// A CDN with every example's file, and a lock file that knows the crates among them.
pub(crate) struct Files {
    pub(crate) directory: TempDir,
    pub(crate) cdn: TlsCdn,
    pub(crate) lock_file: PathBuf,
    pub(crate) production: PathBuf,
    authority: PathBuf,
}

/// What crates.io's own server answers: a redirect to the CDN, or that there is no such page.
pub(crate) fn by_origin(config: &Config, recorded: &RecordedRequest) -> Response<Bytes> {
    let request = Request::new(recorded.method.as_str(), "crates.io", &recorded.target);
    let answer = signpost::answer(config, &request, Switch::ENFORCE);
    let Some(location) = answer.decision().location() else {
        let response = Response::builder().status(404);
        return response.body(Bytes::from("no such page\n")).unwrap();
    };
    let response = Response::builder().status(302);
    let response = response.header("location", location.as_str());
    response.body(Bytes::new()).unwrap()
}

/// What a smoke test ended with.
pub(crate) struct Smoke {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Files {
    pub(crate) async fn start(validity: Validity) -> Self {
        Self::start_over(Protocol::Http1, validity).await
    }

    pub(crate) async fn start_over(protocol: Protocol, validity: Validity) -> Self {
        let files = contents();
        let directory = tempfile::tempdir().unwrap();
        let lock_file = directory.path().join("Cargo.lock");
        fs::write(&lock_file, lock_file_of(&files)).unwrap();
        let production = directory.path().join("production.toml");
        fs::write(&production, &*PRODUCTION).unwrap();
        let cdn = TlsCdn::start(CDN_HOST, validity, protocol, files)
            .await
            .unwrap();
        let authority = directory.path().join("authority.pem");
        fs::write(&authority, cdn.authority()).unwrap();
        Self {
            directory,
            cdn,
            lock_file,
            production,
            authority,
        }
    }

    /// Smoke-tests `edge` with production's configuration and a lock file, against this CDN.
    pub(crate) async fn smoke(&self, edge: &str, more: &[&str]) -> Smoke {
        let lock_file = self.lock_file.to_str().unwrap();
        let arguments = [&["--from-lockfile", lock_file], more].concat();
        self.smoke_without_lock_file(edge, &arguments).await
    }

    /// The same, without the lock file.
    pub(crate) async fn smoke_without_lock_file(&self, edge: &str, more: &[&str]) -> Smoke {
        self.smoke_with(&self.production, edge, more).await
    }

    /// How a host is said to be this CDN.
    pub(crate) fn detour(&self, host: &str) -> String {
        format!("{host}:443:{}", self.cdn.address())
    }

    /// The same, with another configuration than production's.
    pub(crate) async fn smoke_with(&self, config: &Path, edge: &str, more: &[&str]) -> Smoke {
        self.smoke_given(Stdio::null(), config, edge, more).await
    }

    /// The same, with something on standard input.
    pub(crate) async fn smoke_given(
        &self,
        input: Stdio,
        config: &Path,
        edge: &str,
        more: &[&str],
    ) -> Smoke {
        let mut command = self.command(config, edge, more);
        Smoke::of(&command.stdin(input).output().await.unwrap())
    }

    /// The same with CDNs of other names alone, which `more` leads to.
    pub(crate) async fn smoke_alone(&self, config: &Path, edge: &str, more: &[&str]) -> Smoke {
        let mut command = self.command_to(config, edge, more);
        Smoke::of(&command.output().await.unwrap())
    }

    /// The command of such a test.
    pub(crate) fn command(&self, config: &Path, edge: &str, more: &[&str]) -> Command {
        let detour = self.detour(CDN_HOST);
        let arguments = [&["--connect-to", &detour], more].concat();
        self.command_to(config, edge, &arguments)
    }

    fn command_to(&self, config: &Path, edge: &str, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
        command
            .arg("smoke")
            .arg("--config")
            .arg(config)
            .args(["--edge", edge])
            .args(["--rate", "1000"])
            .arg("--ca")
            .arg(&self.authority)
            .env("TOKEN", "s3cret-t0ken")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command.args(more);
        command
    }
}

impl Smoke {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// What `--format json` printed.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// What was found wrong of each probe that failed, by its request.
    #[track_caller]
    pub(crate) fn failures(&self) -> BTreeMap<String, Vec<Value>> {
        let json = self.json();
        let verdicts = json["verdicts"].as_array().unwrap();
        verdicts
            .iter()
            .filter(|verdict| verdict["passed"] == false)
            .map(|verdict| {
                let request = verdict["request"].as_str().unwrap().to_owned();
                (request, verdict["findings"].as_array().unwrap().clone())
            })
            .collect()
    }

    /// Asserts that nothing is wrong but the probes that lead to `FILE`, that these are wrong at
    /// `stages` and in `words`, and that every probe ran.
    #[track_caller]
    pub(crate) fn is_wrong_at(&self, row: &str, requests: &[&str], stages: &[&str], words: &str) {
        assert_eq!(self.code, Some(1), "{row}: {}{}", self.stdout, self.stderr);
        let json = self.json();
        assert_eq!(json["probes"], json["verdicts"].as_array().unwrap().len());
        let verdicts = json["verdicts"].as_array().unwrap().iter();
        // If no redirect is followed, there is no target to ask in every way.
        let probes = verdicts.filter(|verdict| verdict["kind"] != "chain");
        assert_eq!(probes.count(), PROBES, "{row}: not all probes ran");
        let failures = self.failures();
        let failed: Vec<_> = failures.keys().map(String::as_str).collect();
        assert_eq!(failed, requests, "{row}: {failures:#?}");
        for findings in failures.values() {
            let found: Vec<_> = findings
                .iter()
                .map(|finding| finding["stage"].as_str().unwrap())
                .collect();
            assert_eq!(found, stages, "{row}: {findings:#?}");
            let text = serde_json::to_string(findings).unwrap();
            assert!(text.contains(words), "{row}: {words} is not in {text}");
        }
    }
}

/// How many probes production's examples, the lock file and the CDN's certificate come to.
pub(crate) const PROBES: usize = 56;

/// The files that production's examples lead to, by their decoded paths.
pub(crate) fn contents() -> BTreeMap<String, Bytes> {
    let authored = Authored::from_toml(&PRODUCTION).unwrap();
    let examples = authored.examples().iter();
    let mut paths: Vec<_> = examples
        .map(|example| {
            let location = example.location().as_str();
            let path = location.strip_prefix("https://static.crates.io").unwrap();
            path.replace("%2B", "+")
        })
        .collect();
    paths.push(OTHER_FILE.to_owned());
    paths
        .into_iter()
        .map(|path| {
            let content = stand_in_file(&path);
            (path, content)
        })
        .collect()
}

/// A lock file of the crates among the files, but for the one that no example names.
fn lock_file_of(files: &BTreeMap<String, Bytes>) -> String {
    let mut text = "version = 4\n".to_owned();
    for (path, content) in files {
        let Some(file) = path.strip_suffix(".crate") else {
            continue;
        };
        if path == OTHER_FILE {
            continue;
        }
        let (directory, file) = file.rsplit_once('/').unwrap();
        let name = directory.rsplit('/').next().unwrap();
        let version = &file[name.len() + 1..];
        let checksum = format!("{:x}", Sha256::digest(content));
        write!(
            text,
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\
             source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
             checksum = \"{checksum}\"\n"
        )
        .unwrap();
    }
    text
}
