use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use signpost_testbed::FastlyApi;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// What is stored before anything is done.
pub(crate) const OLD_CONFIG: &str = "{\"revision\":\"of before\"}\n";

/// Commands with the real Fastly CLI and a stand-in for its API.
pub(crate) struct Trial {
    pub(crate) api: Arc<FastlyApi>,
    directory: TempDir,
    environment: Vec<(&'static str, String)>,
    is_read: bool,
    /// What a shell does before each call of the Fastly CLI.
    before_fastly: Option<&'static str>,
    is_disk_full: bool,
}

/// The program in a world where a smoke test is a report to the API and no time passes.
const IN_TRIAL: &str = env!("CARGO_BIN_EXE_signpost-in-trial");

/// How many rows of a test are checked at once.
const AT_ONCE: usize = 4;

/// Checks some rows at once, because each of them mostly waits.
pub(crate) async fn at_once(checks: impl IntoIterator<Item = impl Future<Output = ()>>) {
    let checks = stream::iter(checks);
    checks.for_each_concurrent(AT_ONCE, |check| check).await;
}

/// A stand-in for the API, with a configuration and redirects in force.
pub(crate) async fn api() -> FastlyApi {
    let entries = [("config", OLD_CONFIG), ("switch", "enforce")];
    FastlyApi::start(&entries).await.unwrap()
}

impl Trial {
    pub(crate) async fn new() -> Self {
        Self::with(api().await)
    }

    pub(crate) fn with(api: FastlyApi) -> Self {
        Self {
            api: Arc::new(api),
            directory: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
            is_read: true,
            before_fastly: None,
            is_disk_full: false,
        }
    }

    /// Lets the smoke tests be real.
    pub(crate) fn smoking(mut self) -> Self {
        self.environment.push(("TRIAL_SMOKES", "yes".to_owned()));
        self
    }

    /// Lets time pass.
    pub(crate) fn waiting(mut self) -> Self {
        self.environment.push(("TRIAL_WAITS", "600".to_owned()));
        self
    }

    /// Gives each call of the Fastly CLI this many seconds.
    pub(crate) fn patient(mut self, seconds: u8) -> Self {
        let patience = ("TRIAL_PATIENCE", seconds.to_string());
        self.environment.push(patience);
        self
    }

    /// Sends the signal to the release and all that it has started, as a terminal does, while it
    /// tries the edge with the switch in this position.
    pub(crate) fn interrupted_at(mut self, switch: &'static str, signal: &'static str) -> Self {
        let variables = [("TRIAL_INTERRUPTS_AT", switch), ("TRIAL_SIGNAL", signal)];
        let variables = variables.map(|(name, value)| (name, value.to_owned()));
        self.environment.extend(variables);
        self
    }

    /// Kills the release before the call of the Fastly CLI that would be this one, from 1, of those that
    /// change something. The call is not made.
    pub(crate) fn killed_at(mut self, call: usize) -> Self {
        self.environment.push(("KILL_AT", call.to_string()));
        self.before_fastly(
            r#"case "$*" in *" update "*|*" delete "*|*" clone "*|*" stage "*|*" activate "*)
                calls="$XDG_CONFIG_HOME/calls"
                echo call >> "$calls"
                if [ "$(wc -l < "$calls")" -eq "$KILL_AT" ]; then kill -s KILL "$PPID"; exit 1; fi;;
            esac"#,
        )
    }

    /// Runs this in a shell before each call of the Fastly CLI, whose words are `$*`. The release is
    /// its parent.
    pub(crate) fn before_fastly(mut self, script: &'static str) -> Self {
        self.before_fastly = Some(script);
        self
    }

    /// Changes an entry before this look at all of them, from 1, as somebody else would.
    pub(crate) fn changed_by_somebody_else(mut self, look: u8, key: &str, value: &str) -> Self {
        let look = look.to_string();
        let variables = [
            ("ELSE_LOOK", &*look),
            ("ELSE_KEY", key),
            ("ELSE_VALUE", value),
        ];
        let variables = variables.map(|(name, value)| (name, value.to_owned()));
        self.environment.extend(variables);
        self.before_fastly(
            r#"case "$*" in *" list "*)
                looks="$XDG_CONFIG_HOME/looks"
                echo look >> "$looks"
                if [ "$(wc -l < "$looks")" -eq "$ELSE_LOOK" ]; then
                    "$SIGNPOST_FASTLY" config-store-entry update --store-id=stand-in-store \
                        --key="$ELSE_KEY" --upsert --value="$ELSE_VALUE" > /dev/null
                fi;;
            esac"#,
        )
    }

    /// Activates the version 1 before a call of the Fastly CLI with these words, as somebody else would.
    pub(crate) fn activated_by_somebody_else(mut self, words: &str) -> Self {
        self.environment.push(("ELSE_WORDS", words.to_owned()));
        self.before_fastly(
            r#"case "$*" in *"$ELSE_WORDS"*)
                "$SIGNPOST_FASTLY" service version activate --service-id=stand-in-service \
                    --version=1 > /dev/null;;
            esac"#,
        )
    }

    /// Lets all of standard output fail, as on a full disk.
    pub(crate) fn on_a_full_disk(mut self) -> Self {
        self.is_disk_full = true;
        self
    }

    /// Closes what it prints to.
    pub(crate) fn unread(mut self) -> Self {
        self.is_read = false;
        self
    }

    /// `signpost release staging` or `production` through the origin, with all that it needs.
    pub(crate) async fn release(&self, environment: &str, more: &[&str]) -> Output {
        self.output(self.release_command(environment, more)).await
    }

    /// The same, until it prints a line that ends so; it is then sent the signal, to it alone.
    pub(crate) async fn release_until(&self, line: &str, signal: &str, more: &[&str]) -> Output {
        let mut command = self.release_command("staging", more);
        let mut child = self.prepare(&mut command).spawn().unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut printed = String::new();
        while let Some(next) = errors.next_line().await.unwrap() {
            printed.push_str(&next);
            printed.push('\n');
            if next.ends_with(line) {
                let id = child.id().unwrap().to_string();
                let sent = Command::new("kill").args(["-s", signal, &id]).status();
                assert!(sent.await.unwrap().success());
            }
        }
        let mut output = child.wait_with_output().await.unwrap();
        output.stderr = printed.into_bytes();
        output
    }

    fn release_command(&self, environment: &str, more: &[&str]) -> Command {
        let record = self.record();
        let package = from_environment("SIGNPOST_PACKAGE");
        let edge = match environment {
            "staging" => super::edge(super::STAGING),
            _ => super::edge(super::PRODUCTION),
        };
        let mut words = vec![environment, "--through-origin"];
        for option in [
            ["--service-id", FastlyApi::SERVICE],
            ["--store-id", FastlyApi::STORE],
            ["--edge", edge],
            ["--way-back", record.to_str().unwrap()],
            ["--package", package.to_str().unwrap()],
        ] {
            if !more.contains(&option[0]) {
                words.extend(option);
            }
        }
        words.extend(more);
        self.signpost(&words)
    }

    /// `signpost release` with these words and the Fastly CLI of the lane.
    pub(crate) async fn command(&self, words: &[&str]) -> Output {
        self.output(self.signpost(words)).await
    }

    fn signpost(&self, words: &[&str]) -> Command {
        let mut command = Command::new(IN_TRIAL);
        command.args(["release", words[0], "--fastly"]);
        command.arg(self.fastly()).args(&words[1..]);
        command
    }

    /// A script, in a shell that has the programs of a person at work.
    pub(crate) async fn shell(
        &self,
        shell: &[&str],
        script: &str,
        variables: &[(&str, &str)],
    ) -> Output {
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).args(["-c", script]);
        command.envs(variables.iter().copied());
        command.env("PATH", self.path());
        self.output(command).await
    }

    /// Where a release records what a rollback needs.
    pub(crate) fn record(&self) -> PathBuf {
        self.directory.path().join("way back.json")
    }

    async fn output(&self, mut command: Command) -> Output {
        self.prepare(&mut command);
        if self.is_disk_full {
            command.stdout(fs::File::options().write(true).open("/dev/full").unwrap());
        }
        let mut child = command.spawn().unwrap();
        if !self.is_read {
            drop((child.stdout.take(), child.stderr.take()));
        }
        child.wait_with_output().await.unwrap()
    }

    fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .current_dir(root())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(self.api.variables())
            .env("FASTLY_API_TOKEN", TOKEN)
            // The CLI keeps its settings there: a test leaves the contributor's alone.
            .env("XDG_CONFIG_HOME", self.directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own, as a terminal gives it: what is signalled is not the test.
            .process_group(0)
            .kill_on_drop(true)
    }

    /// The Fastly CLI, perhaps with something before it.
    fn fastly(&self) -> OsString {
        let fastly = from_environment("SIGNPOST_FASTLY");
        let Some(script) = self.before_fastly else {
            return fastly;
        };
        let program = self.directory.path().join("fastly-after-all");
        let fastly = fastly.to_string_lossy();
        write_program(
            &program,
            &format!("#!/bin/sh\n{script}\nexec '{fastly}' \"$@\"\n"),
        );
        program.into_os_string()
    }

    /// Directories with `fastly`, and with the program under test as `signpost`.
    fn path(&self) -> OsString {
        let programs = self.directory.path().join("programs");
        fs::create_dir_all(&programs).unwrap();
        let fastly = from_environment("SIGNPOST_FASTLY");
        for (name, program) in [
            ("fastly", fastly.as_os_str()),
            ("signpost", IN_TRIAL.as_ref()),
        ] {
            let text = format!("#!/bin/sh\nexec '{}' \"$@\"\n", program.to_string_lossy());
            write_program(&programs.join(name), &text);
        }
        let others = env::var_os("PATH").unwrap_or_default();
        let all = [programs].into_iter().chain(env::split_paths(&others));
        env::join_paths(all).unwrap()
    }
}

/// The secret that no output may hold.
pub(crate) const TOKEN: &str = "stand-in-token";

/// What a configuration of this repository compiles to.
pub(crate) fn compile(config: &str) -> String {
    let text = fs::read_to_string(root().join(config)).unwrap();
    let authored = signpost::authoring::Authored::from_toml(&text).unwrap();
    authored.config().to_json().to_owned()
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// All that was printed.
pub(crate) fn printed(output: &Output) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// What `cargo xtask test fastly-cli` sets.
pub(crate) fn from_environment(variable: &str) -> OsString {
    match env::var_os(variable) {
        Some(value) => value,
        None => panic!("{variable} is not set: run `cargo xtask test fastly-cli`, which sets it"),
    }
}

fn write_program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
