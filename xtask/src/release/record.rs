use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::line::{quoted, quoted_path};

/// What has to be known to take a release back, as a file holds it.
///
/// It is written before the first step, so that another process can go the way back when the one of
/// the release was killed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The identifier of the service.
    pub(crate) service_id: String,
    /// The identifier of the Config Store.
    pub(crate) store_id: String,
    /// The address at which the service answers.
    pub(crate) edge: String,
    /// The configuration that is in force after the way back, as people write it.
    pub(crate) deployed_config: PathBuf,
    /// The version that serves after the way back.
    pub(crate) version: u64,
    /// The configuration that is stored after the way back.
    pub(crate) config: String,
}

/// What is known of a record before the release begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) file: RecordFile,
    pub(crate) service_id: String,
    pub(crate) store_id: String,
    pub(crate) edge: String,
    pub(crate) deployed_config: PathBuf,
}

/// Where a record is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RecordFile {
    /// There.
    Named(PathBuf),
    /// At this beginning of a path, followed by the previous version and `.json`.
    Numbered(PathBuf),
}

impl Record {
    /// Reads what a release wrote.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let name = file.display();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        serde_json::from_str(&text)
            .with_context(|| format!("{name} is not what a release keeps for its way back"))
    }

    /// Writes it, and never over what another release has kept: that may be all there is of it.
    fn write(&self, file: &Path) -> Result<()> {
        let text = format!("{}\n", serde_json::to_string(self)?);
        let name = file.display();
        match fs::read_to_string(file) {
            Ok(earlier) => {
                ensure!(
                    earlier == text,
                    "{name} holds what another release kept for its way back: move it away, or \
                     name another file with --way-back"
                );
                return Ok(());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {name}")),
        }
        fs::write(file, text).with_context(|| format!("cannot write {name}"))
    }
}

impl Keeping {
    /// Writes the record, and says where it is.
    pub(crate) fn keep(&self, version: u64, config: &str) -> Result<PathBuf> {
        let file = self.file.of(version);
        let record = Record {
            service_id: self.service_id.clone(),
            store_id: self.store_id.clone(),
            edge: self.edge.clone(),
            deployed_config: self.deployed_config.clone(),
            version,
            config: config.to_owned(),
        };
        record.write(&file)?;
        Ok(file)
    }
}

/// The same in a shell.
impl fmt::Display for Keeping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        write!(
            formatter,
            "kept=$(jq -n -c --arg service_id {service} --arg store_id {store} --arg edge {edge} \
             --arg deployed_config {deployed} --argjson version \"$previous\" \
             --arg config \"$config\" '$ARGS.named') &&\n\
             {{ test ! -e {file} || test \"$(cat {file})\" = \"$kept\"; }} &&\n\
             printf '%s\\n' \"$kept\" > {file}",
            service = quoted(&self.service_id),
            store = quoted(&self.store_id),
            edge = quoted(&self.edge),
            deployed = quoted_path(&self.deployed_config),
        )
    }
}

impl RecordFile {
    fn of(&self, version: u64) -> PathBuf {
        match self {
            Self::Named(file) => file.clone(),
            Self::Numbered(beginning) => {
                let mut file = beginning.clone().into_os_string();
                file.push(format!("{version}.json"));
                file.into()
            }
        }
    }
}

impl fmt::Display for RecordFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(file) => formatter.write_str(&quoted_path(file)),
            Self::Numbered(beginning) => {
                write!(formatter, "{}\"$previous\".json", quoted_path(beginning))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Keeping, Record, RecordFile};

    #[test]
    fn a_record_is_never_written_over_another() {
        let directory = tempfile::tempdir().unwrap();
        let keeping = Keeping {
            file: RecordFile::Numbered(directory.path().join("way-back-production-")),
            service_id: "SERVICE".to_owned(),
            store_id: "STORE".to_owned(),
            edge: "https://edge.example".to_owned(),
            deployed_config: "old.toml".into(),
        };
        let first = keeping.keep(41, "{}").unwrap();
        assert!(first.ends_with("way-back-production-41.json"));
        for (version, config, expected) in [
            // The next release from the same place, and from another version.
            (41, "{}", None),
            (42, "{ }", None),
            // A release whose way back failed left another configuration behind.
            (41, "{ }", Some("holds what another release kept")),
        ] {
            let kept = keeping.keep(version, config);
            let error = kept.err().map(|error| error.to_string());
            let is_expected = match (&error, expected) {
                (None, None) => true,
                (Some(error), Some(expected)) => error.contains(expected),
                _ => false,
            };
            assert!(is_expected, "{version} {config}: {error:?}");
        }
        let record = Record::read(&first).unwrap();
        assert_eq!((record.version, &*record.config), (41, "{}"));
    }

    #[test]
    fn what_is_no_record_is_not_gone_back_to() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("record.json");
        for text in ["", "{}", "{\"version\":41}"] {
            std::fs::write(&file, text).unwrap();
            let error = Record::read(&file).unwrap_err().to_string();
            assert!(error.contains("is not what a release keeps"), "{error}");
        }
    }
}
