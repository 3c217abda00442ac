use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use signpost_testbed::FastlyApi;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// What is stored before anything is done.
pub(crate) const OLD_CONFIG: &str = "{\"revision\":\"of before\"}\n";

/// Commands with the real Fastly CLI, a stand-in for its API and one for `signpost`.
pub(crate) struct Trial {
    pub(crate) api: FastlyApi,
    directory: TempDir,
    interrupted_at: Option<(&'static str, &'static str)>,
    is_read: bool,
    interrupts_way_back: bool,
    compiles: bool,
}

impl Trial {
    pub(crate) async fn new() -> Self {
        let entries = [("config", OLD_CONFIG), ("switch", "enforce")];
        Self::with(FastlyApi::start(&entries).await.unwrap())
    }

    pub(crate) fn with(api: FastlyApi) -> Self {
        Self {
            api,
            directory: tempfile::tempdir().unwrap(),
            interrupted_at: None,
            is_read: true,
            interrupts_way_back: false,
            compiles: true,
        }
    }

    /// Sends the signal to the release and all that it has started, as a terminal does, while it
    /// tries the edge with the switch in this position.
    pub(crate) fn interrupted_at(mut self, switch: &'static str, signal: &'static str) -> Self {
        self.interrupted_at = Some((switch, signal));
        self
    }

    /// Interrupts the way back too, when it sets the switch.
    pub(crate) fn interrupted_again(mut self) -> Self {
        self.interrupts_way_back = true;
        self
    }

    /// Lets nobody read what is printed.
    pub(crate) fn unread(mut self) -> Self {
        self.is_read = false;
        self
    }

    /// Lets the configuration of the printed commands not compile.
    pub(crate) fn without_compiler(mut self) -> Self {
        self.compiles = false;
        self
    }

    /// `cargo xtask release staging` or `production`, with all that it needs.
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
        let mut words = vec![environment];
        words.extend(["--service-id", FastlyApi::SERVICE]);
        words.extend(["--store-id", FastlyApi::STORE]);
        words.extend(["--edge", "https://edge.example"]);
        words.extend(["--way-back", record.to_str().unwrap()]);
        words.extend(["--package", package.to_str().unwrap()]);
        words.extend(["--signpost", stand_in_signpost()]);
        if !more.contains(&"--hold") {
            words.extend(["--hold", "0s"]);
        }
        words.extend(more);
        self.xtask(&words)
    }

    /// `cargo xtask release` with these words and the Fastly CLI of the lane.
    pub(crate) async fn command(&self, words: &[&str]) -> Output {
        self.output(self.xtask(words)).await
    }

    fn xtask(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["release", words[0], "--fastly"]);
        command.arg(self.fastly()).args(&words[1..]);
        command.env("STAND_IN_REFUSES_TOKEN", "yes");
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

    /// Where what the way back needs is kept.
    pub(crate) fn record(&self) -> PathBuf {
        self.directory.path().join("way back.json")
    }

    async fn output(&self, mut command: Command) -> Output {
        let mut child = self.prepare(&mut command).spawn().unwrap();
        if !self.is_read {
            drop((child.stdout.take(), child.stderr.take()));
        }
        child.wait_with_output().await.unwrap()
    }

    fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let compiled = self.directory.path().join("compiled");
        fs::create_dir_all(&compiled).unwrap();
        if self.compiles {
            for file in ["crates-io.toml", "crates-io-staging.toml"] {
                let text = compile(&format!("config/{file}"));
                fs::write(compiled.join(file), format!("{text}\n")).unwrap();
            }
        }
        if let Some((switch, signal)) = self.interrupted_at {
            command.env("STAND_IN_INTERRUPTS_AT", switch);
            command.env("STAND_IN_SIGNAL", signal);
        }
        command
            .current_dir(root())
            .env("FASTLY_API_ENDPOINT", self.api.url())
            .env("FASTLY_ACCOUNT_ENDPOINT", self.api.url())
            .env("FASTLY_API_TOKEN", TOKEN)
            .env("STAND_IN_COMPILED", compiled)
            // The CLI keeps its settings there: a test leaves the contributor's alone.
            .env("XDG_CONFIG_HOME", self.directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own, as a terminal gives it: what is signalled is not the test.
            .process_group(0)
            .kill_on_drop(true)
    }

    /// The Fastly CLI, or a program before it that interrupts the way back.
    fn fastly(&self) -> OsString {
        let fastly = from_environment("SIGNPOST_FASTLY");
        if !self.interrupts_way_back {
            return fastly;
        }
        let program = self.directory.path().join("interrupting-fastly");
        let text = format!(
            "#!/bin/sh\n\
             case \"$*\" in *--value=off) kill -s INT -- \"-$PPID\";; esac\n\
             exec '{}' \"$@\"\n",
            fastly.to_string_lossy()
        );
        write_program(&program, &text);
        program.into_os_string()
    }

    /// Directories with `fastly`, `signpost`, and a `cargo` whose `xtask` is the one under test and
    /// which runs what stands in for `signpost`.
    fn path(&self) -> OsString {
        let programs = self.directory.path().join("programs");
        fs::create_dir_all(&programs).unwrap();
        let cargo = format!(
            "#!/bin/sh\n\
             case \"$1\" in\n\
             xtask) shift; exec '{xtask}' \"$@\";;\n\
             run) while [ \"$1\" != -- ]; do shift; done; shift; exec '{signpost}' \"$@\";;\n\
             *) exec '{cargo}' \"$@\";;\n\
             esac\n",
            xtask = env!("CARGO_BIN_EXE_xtask"),
            signpost = stand_in_signpost(),
            cargo = env!("CARGO"),
        );
        write_program(&programs.join("cargo"), &cargo);
        let fastly = from_environment("SIGNPOST_FASTLY");
        let fastly = format!("#!/bin/sh\nexec '{}' \"$@\"\n", fastly.to_string_lossy());
        write_program(&programs.join("fastly"), &fastly);
        let signpost = format!("#!/bin/sh\nexec '{}' \"$@\"\n", stand_in_signpost());
        write_program(&programs.join("signpost"), &signpost);

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

/// The program that stands in for `signpost`.
pub(crate) fn stand_in_signpost() -> &'static str {
    concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/release/stand_in_signpost.mjs"
    )
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
fn from_environment(variable: &str) -> OsString {
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
