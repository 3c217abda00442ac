//! The steps of a release.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::fastly::{Service, Store};
use super::known::{Known, Position};
use super::record::{Keeping, RecordFile};
use super::smoke::SmokeTest;
use super::stored::Expected;
use super::verdict::Requirement;

/// One step. [`Display`](std::fmt::Display) prints its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Reads which version is active: the previous one from now on.
    FindVersion(Service),
    /// Reads the entries, of which `config` and `switch` are the previous ones from now on. Refuses to begin
    /// if they are not what the release expects.
    FindEntries(Store, Expected),
    /// Writes down what a rollback needs, as far as it is known.
    Keep(Keeping),
    /// Adds the number of the draft: a rollback takes back no other version.
    KeepDraft(Keeping),
    /// Stores the entry `release`, by which other releases see that this one runs.
    Begin(Store),
    /// Reads all entries again, and stops if somebody else has changed one.
    Look(Store),
    /// Reads the active version again, and stops if somebody else has activated another one.
    LookAtVersion(Service),
    /// Sets the switch.
    SetSwitch(Store, Position),
    /// Runs the smoke test.
    Smoke(SmokeTest),
    /// Waits that long, for this reason.
    Wait(Duration, &'static str),
    /// Begins to watch the log that a command prints, perhaps of a `next` that may refuse requests. An alarm ends any
    /// later wait and smoke test.
    Watch(String, bool),
    /// Asks the watch how `next` does at its share.
    Judge(Requirement),
    /// Waits that long if the release may have changed an entry, because an older module may not read the new
    /// one.
    WaitForEntries(Duration),
    /// Clones the previous version.
    MakeDraft(Service),
    /// Puts the package into the draft.
    Upload(Service, PathBuf),
    /// Lets Fastly check the draft.
    Validate(Service),
    /// Lets the draft serve on Fastly Staging alone.
    Stage(Service),
    /// Lets the draft serve.
    Activate(Service),
    /// Stores a configuration.
    StoreConfig(Store, Compiled),
    /// Stores a configuration beside the one in force.
    StoreNext(Store, Compiled),
    /// Stores a configuration as `next` too, if there is a `next`.
    ReplaceNext(Store, Compiled),
    /// Reads where the switch is, of which the smoke test has to know.
    SeeSwitch(Store),
    /// Gives all files to `config`, whatever the switch reads by now. Its position stays what it is.
    DropShare(Store),
    /// Stores the previous configuration, which is in this file too, if the new one was stored.
    PutBackConfig(Store, RecordFile),
    /// Removes the release's own `next`, if it is there.
    ClearNext(Store),
    /// Lets a version serve that the operator names, if another one does: the CLI refuses to activate the
    /// active one.
    RestoreVersion(Service),
    /// Lets the previous version serve, if the release's own one does.
    TakeBackVersion(Service),
    /// Reads the entries once more: a write may have come late.
    LookBack(Store, Option<Service>),
    /// Removes the release's own entry `release`, once all else is done.
    ClearRelease(Store),
}

/// A configuration to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compiled {
    /// The file that people wrote.
    pub(crate) file: PathBuf,
    pub(crate) json: String,
}

impl Action {
    /// Whether it only reads what is deployed, and so changes nothing.
    pub(crate) fn is_look(&self) -> bool {
        matches!(
            self,
            Self::FindVersion(_)
                | Self::FindEntries(..)
                | Self::Look(_)
                | Self::LookAtVersion(_)
                | Self::Keep(_)
                | Self::KeepDraft(_)
                | Self::Watch(..)
        )
    }

    /// Whether it changes what the edge reads.
    pub(crate) fn changes_entries(&self) -> bool {
        matches!(
            self,
            Self::DropShare(_) | Self::PutBackConfig(..) | Self::ClearNext(_)
        )
    }

    /// The words of its command; none if it runs no program. What is not known yet is in capitals.
    pub(crate) fn words(&self, known: &Known) -> Vec<String> {
        let previous = number(known.version, "PREVIOUS");
        let draft = number(known.draft, "DRAFT");
        match self {
            Self::Keep(_)
            | Self::KeepDraft(_)
            | Self::Wait(..)
            | Self::WaitForEntries(_)
            | Self::Judge(_) => Vec::new(),
            Self::Watch(command, _) => ["sh", "-c", command].map(str::to_owned).to_vec(),
            Self::Smoke(test) => test.words(known),
            Self::FindVersion(service) | Self::LookAtVersion(service) => service.list(),
            Self::MakeDraft(service) => service.clone_version(&previous),
            Self::Upload(service, package) => service.upload(&draft, &package.to_string_lossy()),
            Self::Validate(service) => service.version("validate", &draft),
            Self::Stage(service) => service.version("stage", &draft),
            Self::Activate(service) => service.version("activate", &draft),
            Self::RestoreVersion(service) | Self::TakeBackVersion(service) => {
                service.version("activate", &previous)
            }
            Self::FindEntries(store, _)
            | Self::Look(store)
            | Self::SeeSwitch(store)
            | Self::LookBack(store, _) => store.list(),
            Self::Begin(store) => {
                let value = known.release.as_deref().unwrap_or("RECORD");
                store.set("release", value)
            }
            Self::ClearRelease(store) => store.delete("release"),
            Self::SetSwitch(store, position) => store.set("switch", &position.text(known)),
            Self::DropShare(store) => store.set("switch", &Position::PRESENT.text(known)),
            Self::StoreConfig(store, _) | Self::PutBackConfig(store, _) => {
                store.set_to_input("config")
            }
            Self::StoreNext(store, _) | Self::ReplaceNext(store, _) => store.set_to_input("next"),
            Self::ClearNext(store) => store.delete("next"),
        }
    }

    /// What its command reads.
    pub(crate) fn input<'a>(&'a self, known: &'a Known) -> Option<&'a str> {
        match self {
            Self::StoreConfig(_, compiled)
            | Self::StoreNext(_, compiled)
            | Self::ReplaceNext(_, compiled) => Some(&compiled.json),
            Self::PutBackConfig(..) => known.config.as_deref(),
            _ => None,
        }
    }

    /// Its command as a shell takes it; none if it runs no program.
    pub(crate) fn command(&self, known: &Known) -> Option<String> {
        let words = self.words(known);
        let command = quoted(words.iter().map(String::as_str));
        let before = match self {
            Self::StoreConfig(_, Compiled { file, .. })
            | Self::StoreNext(_, Compiled { file, .. })
            | Self::ReplaceNext(_, Compiled { file, .. }) => {
                quoted(["signpost", "compile", &file.to_string_lossy()]) + " | "
            }
            Self::PutBackConfig(_, file) => {
                let file = file.path(known.version);
                quoted(["jq", "-j", ".config", &file.to_string_lossy()]) + " | "
            }
            _ => String::new(),
        };
        (!words.is_empty()).then(|| before + &command)
    }
}

fn number(version: Option<u64>, unknown: &str) -> String {
    version.map_or_else(|| unknown.to_owned(), |number| number.to_string())
}

/// Words as a shell takes them.
pub(super) fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    // No argument of a program holds the one character that cannot be quoted.
    shlex::Quoter::new()
        .allow_nul(true)
        .join(words)
        .unwrap_or_default()
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FindVersion(_) => "Find the version to roll back to",
            Self::FindEntries(..) => "Find the entries to roll back to",
            Self::Keep(keeping) => {
                return write!(f, "Record what a rollback needs in {}", keeping.file);
            }
            Self::KeepDraft(_) => "Record the number of the draft there too",
            Self::Begin(_) => "Say in the entry `release` that a release runs",
            Self::Look(_) => "Look whether somebody else has changed an entry",
            Self::LookAtVersion(_) => "Look whether somebody else has activated a version",
            Self::SetSwitch(_, position) => {
                return match *position {
                    Position::At(switch) => write!(f, "Set the switch to `{switch}`"),
                    Position::PRESENT => f.write_str("Take the share of `next` from the switch"),
                    Position::Present(share) => write!(f, "Give `next` {share} of the files"),
                };
            }
            Self::Smoke(test) => {
                f.write_str("Run the smoke test")?;
                return match test.position() {
                    Position::At(switch) => write!(f, " with the switch at `{switch}`"),
                    Position::PRESENT => Ok(()),
                    Position::Present(share) => write!(f, " with {share} of the files at `next`"),
                };
            }
            Self::Wait(duration, reason) => {
                let duration = humantime::format_duration(*duration);
                return write!(f, "Wait {duration} {reason}");
            }
            Self::Watch(..) => "Watch the log that this prints, until the end",
            Self::Judge(requirement) => {
                let share = requirement.share;
                return write!(f, "Ask the watch how `next` does with {share} of the files");
            }
            Self::WaitForEntries(duration) => {
                let duration = humantime::format_duration(*duration);
                return write!(
                    f,
                    "Wait {duration} if an entry was changed, until it is everywhere"
                );
            }
            Self::MakeDraft(_) => "Clone the active version into a draft",
            Self::Upload(..) => "Put the package into the draft",
            Self::Validate(_) => "Validate the draft",
            Self::Stage(_) => "Put the draft on Fastly Staging",
            Self::Activate(_) => "Activate the draft",
            Self::StoreConfig(..) => "Store the configuration",
            Self::StoreNext(..) => "Store the configuration as `next`",
            Self::ReplaceNext(..) => "Store the configuration as `next` too, if there is one",
            Self::SeeSwitch(_) => "See where the switch is",
            Self::DropShare(_) => "Take the share of `next` from the switch",
            Self::PutBackConfig(..) => "Store the previous configuration",
            Self::ClearNext(_) => "Remove `next`",
            Self::RestoreVersion(_) => "Activate that version",
            Self::TakeBackVersion(_) => "Activate the previous version",
            Self::LookBack(..) => "See that all is as it was",
            Self::ClearRelease(_) => "Remove the entry `release`",
        })
    }
}
