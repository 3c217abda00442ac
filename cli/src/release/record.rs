use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::known::Known;
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) release: Option<String>,
}

/// What is known of a record before the release begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) file: RecordFile,
    /// The service, if the release brings a package.
    pub(crate) service_id: Option<String>,
    pub(crate) store_id: String,
    pub(crate) edge: String,
    pub(crate) deployed_config: PathBuf,
    /// Whether the release leaves the position of the switch where it is.
    pub(crate) leaves_switch: bool,
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

    /// Whether the text is the record of the same release, before its draft was made.
    fn follows(&self, earlier: &str) -> bool {
        let earlier: Option<Self> = serde_json::from_str(earlier).ok();
        earlier.is_some_and(|earlier| {
            let draft = earlier.draft.or(self.draft);
            Self { draft, ..earlier } == *self
        })
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
    pub(crate) fn keep(&self, known: &Known) -> Result<PathBuf, Failure> {
        let config = known.config.clone();
        let has_version = known.version.is_some() || self.service_id.is_none();
        let Some(config) = config.filter(|_| has_version) else {
            return Err(Failure::new("there is nothing to record yet"));
        };
        let switch = known.switch.filter(|_| self.leaves_switch);
        let file = self.file.path(known.version);
        let record = Record {
            service_id: self.service_id.clone(),
            store_id: self.store_id.clone(),
            edge: self.edge.clone(),
            deployed_config: self.deployed_config.clone(),
            version: known.version,
            config,
            switch: switch.map(|switch| switch.to_string()),
            next: self.next.clone(),
            draft: known.draft,
            release: Some(file.to_string_lossy().into_owned()),
        };
        record.write(&file)?;
        Ok(file)
    }
}

impl RecordFile {
    /// The path of the file, once the previous version is known.
    pub(crate) fn path(&self, version: Option<u64>) -> PathBuf {
        match self {
            Self::Named(file) => file.clone(),
            Self::Numbered(environment) => {
                let version = version.map_or_else(|| "PREVIOUS".to_owned(), |it| it.to_string());
                format!("way-back-{environment}-{version}.json").into()
            }
        }
    }
}

impl fmt::Display for RecordFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path(None).display().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::{Keeping, Known, Record, RecordFile};

    #[test]
    fn a_record_never_overwrites_another() {
        let directory = tempfile::tempdir().unwrap();
        let keeping = |name: &str| Keeping {
            file: RecordFile::Named(directory.path().join(name)),
            service_id: Some("SERVICE".to_owned()),
            store_id: "STORE".to_owned(),
            edge: "https://edge.example".to_owned(),
            deployed_config: "old.toml".into(),
            leaves_switch: false,
            next: None,
        };
        for (name, file, version, config, expected) in [
            ("the first", "a", 41, "{}", None),
            ("the same once more", "a", 41, "{}", None),
            ("another file", "b", 42, "{ }", None),
            (
                "another configuration",
                "a",
                41,
                "{ }",
                Some("holds the record of another"),
            ),
            (
                "another version",
                "a",
                42,
                "{}",
                Some("holds the record of another"),
            ),
        ] {
            let kept = keeping(file).keep(&Known {
                version: Some(version),
                config: Some(config.to_owned()),
                ..Known::default()
            });
            let error = kept
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            assert_eq!(!error.is_empty(), expected.is_some(), "{name}: {error}");
            assert!(
                error.contains(expected.unwrap_or_default()),
                "{name}: {error}"
            );
        }
        let record = Record::read(&directory.path().join("a")).unwrap();
        assert_eq!((record.version, &*record.config), (Some(41), "{}"));
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
