use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use signpost::values::Switch;

use super::record::{Keeping, RecordFile};
use crate::output::Failure;

/// One step. [`Display`](std::fmt::Display) prints its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Reads which version is active: the previous one from now on.
    FindVersion(Service),
    /// Reads which configuration is stored: the previous one from now on.
    FindConfig(Store),
    /// Writes both down.
    Keep(Keeping),
    /// Sets the switch.
    SetSwitch(Store, Switch),
    /// Runs `signpost` with these words, for the smoke test with the switch in this position.
    Smoke(Switch, Vec<String>),
    /// Waits that long, for this reason.
    Wait(Duration, &'static str),
    /// Clones the previous version.
    MakeDraft(Service),
    /// Puts the package into the draft.
    Upload(Service, PathBuf),
    /// Lets Fastly check the draft.
    Validate(Service),
    /// Lets the draft serve.
    Activate(Service),
    /// Stores a configuration.
    StoreConfig(Store, Compiled),
    /// Stores the previous configuration, which is in this file too.
    RestoreConfig(Store, RecordFile),
    /// Lets the previous version serve, if it does not: the CLI refuses to activate the active one.
    RestoreVersion(Service),
}

/// A Compute service, and the Fastly CLI that changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) fastly: String,
    pub(crate) id: String,
}

/// A Config Store, and the Fastly CLI that changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Store {
    pub(crate) fastly: String,
    pub(crate) id: String,
}

/// The smoke test of one deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Smoke {
    pub(crate) edge: String,
    /// What the operator adds.
    pub(crate) arguments: Vec<String>,
}

/// A configuration to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compiled {
    /// The file that people wrote.
    pub(crate) file: PathBuf,
    pub(crate) json: String,
}

/// What a run has learnt so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// The version to roll back to.
    pub(crate) version: Option<u64>,
    /// The configuration to roll back to.
    pub(crate) config: Option<String>,
    /// The version that the release makes.
    pub(crate) draft: Option<u64>,
}

impl Action {
    /// Whether it only reads what is deployed, and so changes nothing.
    pub(crate) fn is_look(&self) -> bool {
        matches!(
            self,
            Self::FindVersion(_) | Self::FindConfig(_) | Self::Keep(_)
        )
    }

    /// The words of its command; none if it runs no program. What is not known yet is in capitals.
    pub(crate) fn words(&self, known: &Known) -> Vec<String> {
        let previous = number(known.version, "PREVIOUS");
        let draft = number(known.draft, "DRAFT");
        match self {
            Self::Keep(_) | Self::Wait(..) => Vec::new(),
            Self::Smoke(_, words) => words.clone(),
            Self::FindVersion(service) => service.list(),
            Self::MakeDraft(service) => {
                service.call("service version clone", &["--version", &previous, "--json"])
            }
            Self::Upload(service, package) => {
                let package = package.to_string_lossy();
                service.call(
                    "compute update",
                    &["--version", &draft, "--package", &package],
                )
            }
            Self::Validate(service) => {
                service.call("service version validate", &["--version", &draft])
            }
            Self::Activate(service) => {
                service.call("service version activate", &["--version", &draft])
            }
            Self::RestoreVersion(service) => {
                service.call("service version activate", &["--version", &previous])
            }
            Self::FindConfig(store) => store.call("describe", "config", &["--json"]),
            Self::SetSwitch(store, switch) => {
                let value = switch.to_string();
                store.call("update", "switch", &["--upsert", "--value", &value])
            }
            Self::StoreConfig(store, _) | Self::RestoreConfig(store, _) => {
                store.call("update", "config", &["--upsert", "--stdin"])
            }
        }
    }

    /// What its command reads.
    pub(crate) fn input<'a>(&'a self, known: &'a Known) -> Option<&'a str> {
        match self {
            Self::StoreConfig(_, compiled) => Some(&compiled.json),
            Self::RestoreConfig(..) => known.config.as_deref(),
            _ => None,
        }
    }

    /// Its command as a shell takes it; none if it runs no program.
    pub(crate) fn command(&self, known: &Known) -> Option<String> {
        let words = self.words(known);
        let command = quoted(words.iter().map(String::as_str));
        let before = match self {
            Self::StoreConfig(_, Compiled { file, .. }) => {
                quoted(["signpost", "compile", &file.to_string_lossy()]) + " | "
            }
            Self::RestoreConfig(_, file) => {
                let file = file.path(known.version);
                quoted(["jq", "-j", ".config", &file.to_string_lossy()]) + " | "
            }
            _ => String::new(),
        };
        (!words.is_empty()).then(|| before + &command)
    }
}

impl Service {
    /// The words that list the versions.
    pub(crate) fn list(&self) -> Vec<String> {
        self.call("service version list", &["--json"])
    }

    fn call(&self, command: &str, options: &[&str]) -> Vec<String> {
        words(
            &self.fastly,
            command,
            &[&["--service-id", &self.id], options],
        )
    }
}

impl Store {
    fn call(&self, command: &str, key: &str, options: &[&str]) -> Vec<String> {
        let command = format!("config-store-entry {command}");
        let place = ["--store-id", &self.id, "--key", key];
        words(&self.fastly, &command, &[&place, options])
    }
}

/// The longest wait of a smoke test for a change. Data centres need about half of it.
const SETTLE: &str = "60s";

impl Smoke {
    /// A test with more arguments of the operator's.
    pub(crate) fn new(edge: &str, arguments: &[String]) -> Result<Self, Failure> {
        let names_own = |word: &&String| {
            let name = word.split('=').next().unwrap_or_default();
            ["--targets", "--cold-query"].contains(&name)
        };
        if let Some(word) = arguments.iter().find(names_own) {
            return Err(Failure::new(format!(
                "a release itself says when targets are asked: leave {word} out, and run `signpost smoke` with it beside the release"
            )));
        }
        Ok(Self {
            edge: edge.to_owned(),
            arguments: arguments.to_vec(),
        })
    }

    /// Tries the examples of `config` once `switch` is seen to be in force.
    pub(crate) fn at(&self, switch: Switch, config: &Path) -> Action {
        self.with(switch, config, &[])
    }

    /// The same before any redirect leaves, with files from every target: they must be ready before it
    /// does.
    pub(crate) fn before_redirects(&self, config: &Path) -> Action {
        self.with(Switch::SHADOW, config, &["--targets", "always"])
    }

    fn with(&self, switch: Switch, config: &Path, own: &[&str]) -> Action {
        let config = config.to_string_lossy();
        let position = switch.to_string();
        let place = [
            "--config", &config, "--edge", &self.edge, "--switch", &position,
        ];
        let more: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        let names_settle = |word: &&str| *word == "--settle" || word.starts_with("--settle=");
        let settle: &[_] = if more.iter().any(names_settle) {
            &[]
        } else {
            &["--settle", SETTLE]
        };
        let options = [&place, settle, own, &more];
        Action::Smoke(switch, words("signpost", "smoke", &options))
    }
}

fn words(program: &str, command: &str, options: &[&[&str]]) -> Vec<String> {
    let options = options.concat();
    let all = [program]
        .into_iter()
        .chain(command.split(' '))
        .chain(options);
    all.map(str::to_owned).collect()
}

fn number(version: Option<u64>, unknown: &str) -> String {
    version.map_or_else(|| unknown.to_owned(), |number| number.to_string())
}

fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    // No argument of a program holds the one character that cannot be quoted.
    shlex::Quoter::new()
        .allow_nul(true)
        .join(words)
        .unwrap_or_default()
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::FindVersion(_) => "Find the version to roll back to",
            Self::FindConfig(_) => "Find the configuration to roll back to",
            Self::Keep(keeping) => {
                return write!(formatter, "Record both in {}", keeping.file);
            }
            Self::SetSwitch(_, switch) => {
                return write!(formatter, "Set the switch to `{switch}`");
            }
            Self::Smoke(switch, _) => {
                return write!(
                    formatter,
                    "Run the smoke test with the switch at `{switch}`"
                );
            }
            Self::Wait(duration, reason) => {
                let duration = humantime::format_duration(*duration);
                return write!(formatter, "Wait {duration} {reason}");
            }
            Self::MakeDraft(_) => "Clone the active version into a draft",
            Self::Upload(..) => "Put the package into the draft",
            Self::Validate(_) => "Validate the draft",
            Self::Activate(_) => "Activate the draft",
            Self::StoreConfig(..) => "Store the configuration",
            Self::RestoreConfig(..) => "Store the previous configuration",
            Self::RestoreVersion(_) => "Activate the previous version",
        })
    }
}
