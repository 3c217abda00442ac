use std::path::{Path, PathBuf};

use clap::Args;
use signpost::values::Switch;

use super::known::Known;
use super::options::{Common, PRODUCTION};
use super::plan::{Plan, Rollback};
use super::record::{Record, RecordFile};
use super::sides::WayBack;
use super::smoke::Smoke;
use crate::output::Failure;

/// The arguments of a rollback.
#[derive(Debug, Args)]
pub(super) struct RollbackArguments {
    /// The record of a release: the version, the configuration and all identifiers
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present_all = ["version", "service_id", "store_id", "edge"],
        conflicts_with_all = ["version", "service_id", "store_id"]
    )]
    from: Option<PathBuf>,
    /// The number of the version to roll back to
    #[arg(long, value_name = "NUMBER", requires_all = ["service_id", "store_id", "edge"])]
    version: Option<u64>,
    /// The identifier of the Compute service
    #[arg(long, value_name = "ID", requires = "version")]
    service_id: Option<String>,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID", requires = "version")]
    store_id: Option<String>,
    /// The address at which the service answers, for the smoke test
    #[arg(long, value_name = "URL")]
    edge: Option<String>,
    /// The configuration that is in force after it, as people write it
    /// [default: the one that FILE names, or config/crates-io.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// More arguments for `signpost smoke` [default: those of the release that FILE records]
    #[arg(last = true, value_name = "SMOKE ARGUMENTS")]
    arguments: Vec<String>,
    #[command(flatten)]
    pub(super) common: Common,
}

impl RollbackArguments {
    /// The plan of the rollback.
    pub(super) fn plan(&self) -> Result<Plan, Failure> {
        let record = match &self.from {
            Some(file) => Record::read(file)?,
            None => self.record(),
        };
        let config = match (&self.config, &self.from) {
            (Some(config), _) => config.clone(),
            (None, Some(file)) => beside(file, record.deployed_config),
            (None, None) => record.deployed_config,
        };
        let service = record.service_id.as_deref();
        let service = service.map(|id| self.common.service(id));
        let store = self.common.store(&record.store_id);
        let edge = self.edge.as_deref().unwrap_or(&record.edge);
        let arguments = match self.arguments.as_slice() {
            [] => &record.smoke_arguments,
            arguments => arguments,
        };
        let smoke = Smoke::new(edge, arguments)?;
        let file = self.from.clone().map(RecordFile::Named);
        let switch = record.switch.as_deref().map(str::parse::<Switch>);
        let switch = switch.transpose();
        let switch = switch.map_err(|error| Failure::new(format!("in the record, {error}")))?;
        let rollback = match (switch, file, service) {
            (Some(_), Some(file), service) => WayBack {
                store,
                smoke,
                config,
                record: file,
                service,
                has_config: record.next.is_some(),
                is_takedown: record.release.is_empty(),
            }
            .steps(),
            (_, file, Some(service)) => Rollback {
                service,
                store,
                smoke,
                config,
                record: file,
            }
            .steps(),
            (_, _, None) => return Err(Failure::new("there is no version to roll back to")),
        };
        Ok(Plan {
            known: Known {
                version: record.version,
                config: self.from.is_some().then_some(record.config),
                draft: record.draft,
                switch,
                next: record.next,
                release: Some(record.release).filter(|release| !release.is_empty()),
                // Nobody knows how far it came.
                may_have_stored_next: true,
                may_have_stored_config: true,
                ..Known::default()
            },
            rollback,
            record: self.from.clone(),
            ..Plan::default()
        })
    }

    /// What a record would say; the parser has seen to it that all of this is there.
    fn record(&self) -> Record {
        Record {
            service_id: self.service_id.clone(),
            store_id: self.store_id.clone().unwrap_or_default(),
            edge: self.edge.clone().unwrap_or_default(),
            deployed_config: PRODUCTION.config.into(),
            version: self.version,
            config: String::new(),
            switch: None,
            next: None,
            draft: None,
            release: String::new(),
            smoke_arguments: Vec::new(),
        }
    }
}

/// The file as the record names it or, if there is none, the one of that name beside the record, as an
/// artifact of the workflow has it.
fn beside(record: &Path, file: PathBuf) -> PathBuf {
    let folder = record.parent().unwrap_or(Path::new(""));
    let name = file.file_name().map(|name| folder.join(name));
    name.filter(|beside| !file.exists() && beside.exists())
        .unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::beside;

    #[test]
    fn a_configuration_is_found_beside_the_record_that_came_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let record = folder.path().join("way-back.json");
        let kept = folder.path().join("kept.toml");
        fs::write(&kept, "").unwrap();
        for (named, found) in [
            ("kept.toml".into(), &kept),
            (kept.clone(), &kept),
            ("config/kept.toml".into(), &kept),
            ("none.toml".into(), &"none.toml".into()),
        ] {
            assert_eq!(beside(&record, named), *found, "{found:?}");
        }
    }
}
