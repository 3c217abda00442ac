use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;

use super::arguments::{Common, PRODUCTION, SignpostProgram};
use super::calls::{Service, Smoke, Store};
use super::line::{Input, Version};
use super::plan::{Plan, Rollback};
use super::record::Record;

/// What the way back is told.
#[derive(Debug, Args)]
pub(super) struct RollbackArguments {
    /// What a release kept for its way back: the version, the configuration and all identifiers
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The number of the version to go back to
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with = "from",
        required_unless_present = "from"
    )]
    version: Option<u64>,
    /// The identifier of the Compute service
    #[arg(
        long,
        value_name = "ID",
        conflicts_with = "from",
        required_unless_present = "from"
    )]
    service_id: Option<String>,
    /// The identifier of the Config Store
    #[arg(
        long,
        value_name = "ID",
        conflicts_with = "from",
        required_unless_present = "from"
    )]
    store_id: Option<String>,
    /// The address at which the service answers, for `signpost smoke`
    #[arg(long, value_name = "URL", required_unless_present = "from")]
    edge: Option<String>,
    /// The configuration that is in force after it, as people write it
    /// [default: the one that FILE names, or config/crates-io.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    signpost: SignpostProgram,
    /// More arguments for `signpost smoke`
    #[arg(last = true, value_name = "SMOKE ARGUMENTS")]
    arguments: Vec<String>,
    #[command(flatten)]
    pub(super) common: Common,
}

impl RollbackArguments {
    /// The plan of the way back.
    pub(super) fn plan(&self, fastly: &str) -> Result<Plan> {
        let smoke = Smoke {
            program: self.signpost.words(),
            edge: self.edge.clone().unwrap_or_default(),
            arguments: self.arguments.clone(),
        };
        let rollback = match &self.from {
            Some(file) => self.rollback_from(file, fastly, smoke)?,
            None => self.rollback_to_version(fastly, smoke)?,
        };
        Ok(rollback.plan())
    }

    fn rollback_from(&self, file: &Path, fastly: &str, smoke: Smoke) -> Result<Rollback> {
        let record = Record::read(file)?;
        Ok(Rollback {
            service: Service::new(fastly, &record.service_id),
            store: Store::new(fastly, &record.store_id),
            smoke: Smoke {
                edge: self.edge.clone().unwrap_or(record.edge),
                ..smoke
            },
            version: Version::Number(record.version),
            config: self.config.clone().unwrap_or(record.deployed_config),
            stored: Some(Input::Kept {
                file: file.to_owned(),
                config: record.config,
            }),
        })
    }

    fn rollback_to_version(&self, fastly: &str, smoke: Smoke) -> Result<Rollback> {
        let config = self.config.clone();
        Ok(Rollback {
            service: Service::new(fastly, self.service_id.as_deref().context(FROM)?),
            store: Store::new(fastly, self.store_id.as_deref().context(FROM)?),
            smoke,
            version: Version::Number(self.version.context(FROM)?),
            config: config.unwrap_or_else(|| PRODUCTION.config.into()),
            stored: None,
        })
    }
}

/// What the parser of the arguments asks for already.
const FROM: &str = "name --from, or --version, --service-id, --store-id and --edge";
