use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use signpost_testbed::FastlyApi;
use tempfile::TempDir;
use tokio::process::Command;

/// What is stored before anything is done.
pub(crate) const OLD_CONFIG: &str = "{\"revision\":\"of before\"}\n";

/// Commands with the real Fastly CLI, a stand-in for its API and one for `signpost`.
pub(crate) struct Trial {
    pub(crate) api: FastlyApi,
    directory: TempDir,
    interrupted_at: Option<&'static str>,
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
        }
    }

    /// Interrupts the release while it tries the edge with the switch in this position.
    pub(crate) fn interrupted_at(mut self, switch: &'static str) -> Self {
        self.interrupted_at = Some(switch);
        self
    }

    /// `cargo xtask release staging` or `production`, with all that it needs.
    pub(crate) async fn release(&self, environment: &str, more: &[&str]) -> Output {
        let saved = self.saved_config();
        let package = from_environment("SIGNPOST_PACKAGE");
        let mut words = vec![environment];
        words.extend(["--service-id", FastlyApi::SERVICE]);
        words.extend(["--store-id", FastlyApi::STORE]);
        words.extend(["--edge", "https://edge.example"]);
        words.extend(["--saved-config", saved.to_str().unwrap()]);
        words.extend(["--package", package.to_str().unwrap()]);
        words.extend(["--signpost", stand_in_signpost()]);
        words.extend(more);
        self.command(&words).await
    }

    /// `cargo xtask release` with these words and the Fastly CLI of the lane.
    pub(crate) async fn command(&self, words: &[&str]) -> Output {
        let fastly = from_environment("SIGNPOST_FASTLY");
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["release", words[0], "--fastly"]);
        command.arg(fastly).args(&words[1..]);
        self.output(command).await
    }

    /// A script, in a shell that has the programs of a person at work.
    pub(crate) async fn shell(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new("sh");
        command.args(["-e", "-c", script]);
        command.envs(variables.iter().copied());
        command.env("PATH", self.path());
        self.output(command).await
    }

    /// Where the stored configuration is kept.
    pub(crate) fn saved_config(&self) -> PathBuf {
        self.directory.path().join("previous config.json")
    }

    async fn output(&self, mut command: Command) -> Output {
        let compiled = self.directory.path().join("compiled.json");
        fs::write(&compiled, new_config()).unwrap();
        if let Some(switch) = self.interrupted_at {
            command.env("STAND_IN_INTERRUPTS_AT", switch);
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
            .kill_on_drop(true)
            .output()
            .await
            .unwrap()
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

/// What production's configuration compiles to.
pub(crate) fn new_config() -> String {
    let text = fs::read_to_string(root().join("config/crates-io.toml")).unwrap();
    let authored = signpost::config::Authored::from_toml(&text).unwrap();
    format!("{}\n", authored.config().to_json())
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
