use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::known::Known;
use super::smoke::Smoke;
use crate::file::in_words;
use crate::output::Failure;
use crate::replace::Replacement;

/// What a rollback has to know, as a file holds it.
///
/// A release writes it before it changes anything, so that another process can roll back when the
/// release was killed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The identifier of the service, if the release brings a package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) service_id: Option<String>,
    /// The identifier of the Config Store.
    pub(crate) store_id: String,
    /// The address at which the service answers.
    pub(crate) edge: String,
    /// What the operator adds to the smoke tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) smoke_arguments: Vec<String>,
    /// The configuration that is in force after the rollback, as people write it.
    pub(crate) deployed_config: PathBuf,
    /// The version that serves after the rollback, if the release brings a package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<u64>,
    /// The configuration that is stored after the rollback.
    pub(crate) config: String,
    /// The position of the switch, if the release leaves it where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) switch: Option<String>,
    /// The configuration that the release brings beside the previous one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// The version that the release makes, once it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) draft: Option<u64>,
    /// What the entry `release` holds while the release runs.
    pub(crate) release: String,
}

/// What is known of a record before the release begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) file: RecordFile,
    /// The service, if the release brings a package.
    pub(crate) service_id: Option<String>,
    pub(crate) store_id: String,
    pub(crate) smoke: Smoke,
    pub(crate) deployed_config: PathBuf,
    /// Whether the release leaves the position of the switch where it is.
    pub(crate) leaves_switch: bool,
    /// Whether the release says in the entry `release` that it runs.
    pub(crate) begins: bool,
    /// The configuration that the release brings beside the previous one.
    pub(crate) next: Option<String>,
}

/// Where a record is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RecordFile {
    /// At this path.
    Named(PathBuf),
    /// In the current directory, under the name of this environment and the previous version.
    Numbered(&'static str),
    /// In the current directory, under this name and the time in seconds, so that nothing is in its way.
    Timed(&'static str, u64),
}

impl Record {
    /// Reads what a release wrote.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(file).map_err(|error| cannot("read", file, &error))?;
        let refuse = |why: &str| {
            let name = file.display();
            Failure::new(format!("{name} is not a record of a release: {why}"))
        };
        let record: Self =
            serde_json::from_str(&text).map_err(|error| refuse(&error.to_string()))?;
        if record.service_id.is_some() != record.version.is_some() {
            return Err(refuse("it has only one of `service_id` and `version`"));
        }
        if record.switch.is_none() && record.version.is_none() {
            return Err(refuse("it has neither `version` nor `switch`"));
        }
        Ok(record)
    }

    /// Writes the record. Refuses to overwrite another release's, which may be the only copy.
    fn write(&self, file: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string(self).map_err(|error| Failure::new(error.to_string()))?;
        match fs::read_to_string(file) {
            Ok(earlier) if self.follows(&earlier) => {}
            Ok(_) => {
                return Err(Failure::new(format!(
                    "{} holds the record of another release: move it away, or name another file \
                     with --way-back",
                    file.display()
                )));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(cannot("read", file, &error)),
        }
        Replacement::prepare(file, &(text + "\n"))?.commit()
    }

    /// Whether the text is an earlier record of the same release.
    fn follows(&self, earlier: &str) -> bool {
        let earlier: Option<Self> = serde_json::from_str(earlier).ok();
        let is_mine = |earlier: Self| !self.release.is_empty() && earlier.release == self.release;
        earlier.is_some_and(is_mine)
    }

    /// Gives the file of a release an ending once no rollback needs it: the next release may have its name.
    pub(crate) fn set_aside(file: &Path, ending: &str) {
        let mut aside = file.as_os_str().to_owned();
        aside.push(format!(".{ending}"));
        // It is only in the way of the next release, which says so.
        let _ = fs::rename(file, aside);
    }
}

fn cannot(verb: &str, file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!(
        "cannot {verb} {}: {}",
        file.display(),
        in_words(error)
    ))
}

impl Keeping {
    /// Writes the record; returns where it is.
    pub(crate) fn keep(&self, known: &mut Known) -> Result<PathBuf, Failure> {
        let config = known.config.clone();
        let has_version = known.version.is_some() || self.service_id.is_none();
        let Some(config) = config.filter(|_| has_version) else {
            return Err(Failure::new("there is nothing to record yet"));
        };
        let switch = known.switch.filter(|_| self.leaves_switch);
        let file = self.file.path(known.version);
        let release = if !self.begins {
            String::new()
        } else if let Some(release) = &known.release {
            release.clone()
        } else {
            // Two releases may have files of the same name, on two machines.
            let id = getrandom::u32().map_err(|error| Failure::new(error.to_string()))?;
            format!("{} ({id:08x})", file.display())
        };
        let record = Record {
            service_id: self.service_id.clone(),
            store_id: self.store_id.clone(),
            edge: self.smoke.edge.clone(),
            smoke_arguments: self.smoke.arguments.clone(),
            deployed_config: self.deployed_config.clone(),
            version: known.version,
            config,
            switch: switch.map(|switch| switch.to_string()),
            next: self.next.clone(),
            draft: known.draft,
            release: release.clone(),
        };
        record.write(&file)?;
        known.release = Some(release).filter(|release| !release.is_empty());
        Ok(file)
    }
}

impl RecordFile {
    /// A file under this name and the present time.
    pub(crate) fn now(name: &'static str) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self::Timed(name, now.unwrap_or_default().as_secs())
    }

    /// The path of the file, once the previous version is known.
    pub(crate) fn path(&self, version: Option<u64>) -> PathBuf {
        match self {
            Self::Named(file) => file.clone(),
            Self::Timed(name, time) => format!("way-back-{name}-{time}.json").into(),
            Self::Numbered(environment) => {
                let version = version.map_or_else(|| "PREVIOUS".to_owned(), |it| it.to_string());
                format!("way-back-{environment}-{version}.json").into()
            }
        }
    }
}

impl fmt::Display for RecordFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timed(name, _) => write!(formatter, "way-back-{name}-TIME.json"),
            _ => self.path(None).display().fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Keeping, Known, Record, RecordFile, Smoke};

    #[test]
    fn a_record_never_overwrites_another() {
        let directory = tempfile::tempdir().unwrap();
        let keeping = |name: &str| Keeping {
            file: RecordFile::Named(directory.path().join(name)),
            service_id: Some("SERVICE".to_owned()),
            store_id: "STORE".to_owned(),
            smoke: Smoke {
                edge: "https://edge.example".to_owned(),
                arguments: Vec::new(),
            },
            deployed_config: "old.toml".into(),
            leaves_switch: false,
            begins: true,
            next: None,
        };
        let [mut first, mut other] = [(); 2].map(|()| Known {
            version: Some(41),
            config: Some("{}".to_owned()),
            ..Known::default()
        });
        assert!(keeping("a").keep(&mut first).is_ok(), "the first");
        first.draft = Some(42);
        assert!(keeping("a").keep(&mut first).is_ok(), "its draft");
        let error = keeping("a").keep(&mut other).unwrap_err().to_string();
        assert!(error.contains("holds the record of another"), "{error}");
        assert!(keeping("b").keep(&mut other).is_ok(), "another file");
        let record = Record::read(&directory.path().join("a")).unwrap();
        assert_eq!(
            (record.version, &*record.config, record.draft),
            (Some(41), "{}", Some(42))
        );
        assert_eq!(Some(record.release), first.release);
    }

    #[test]
    fn each_release_has_a_file_of_its_own() {
        let numbered = RecordFile::Numbered("production");
        for (version, expected) in [
            (Some(41), "way-back-production-41.json"),
            (Some(42), "way-back-production-42.json"),
            (None, "way-back-production-PREVIOUS.json"),
        ] {
            assert_eq!(numbered.path(version).to_str(), Some(expected));
        }
    }

    #[test]
    fn only_a_record_is_read_as_one() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("record.json");
        for text in ["", "{}", "{\"version\":41}"] {
            std::fs::write(&file, text).unwrap();
            let error = Record::read(&file).unwrap_err().to_string();
            assert!(
                error.contains("is not a record of a release"),
                "{text}: {error}"
            );
        }
    }
}
