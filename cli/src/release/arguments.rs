//! What the command line says, and the plan that it makes.

use std::path::PathBuf;

use clap::Args;
use signpost::values::{Share, Switch};

use super::action::Action;
use super::check::{check_host, compiled, read};
use super::deployed::Deployed;
use super::known::Position;
use super::options::{Common, Environment, PRODUCTION, PackageOptions, Place, ShareOptions};
use super::plan::{Plan, Release};
use super::record::RecordFile;
use super::sides::{SideBySide, Takedown};
use crate::file::Loaded;
use crate::output::Failure;

/// The arguments of a release of a package and a configuration.
#[derive(Debug, Args)]
pub(super) struct ReleaseArguments {
    #[command(flatten)]
    package: PackageOptions,
    /// The configuration, as people write it [default: that of crates.io for this environment]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The configuration that is deployed now, as people write it
    /// [default: the one of --config, of which then only the package is released]
    #[arg(long, value_name = "FILE")]
    deployed_config: Option<PathBuf>,
    /// Let the origin answer all downloads while both are replaced, and then redirect share by share: for a
    /// first deployment
    #[arg(long, conflicts_with_all = ["staging_address", "allow_refused", "log"])]
    through_origin: bool,
    #[command(flatten)]
    shares: ShareOptions,
    #[command(flatten)]
    pub(super) place: Place,
}

/// The arguments of a release of a configuration alone.
#[derive(Debug, Args)]
pub(super) struct ConfigArguments {
    /// The configuration, as people write it
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The configuration that is deployed now, as people write it: what the files that are not in the
    /// share must get, and all of them after a rollback
    #[arg(long, value_name = "FILE")]
    deployed_config: PathBuf,
    /// Store it at once, as for a takedown: no share, no wait, whatever else goes on, and a smoke test
    /// afterwards. If that fails, the configuration stays
    #[arg(long, conflicts_with_all = ["shares", "hold", "allow_refused", "log"])]
    now: bool,
    #[command(flatten)]
    shares: ShareOptions,
    #[command(flatten)]
    pub(super) place: Place,
}

/// The arguments of a release of a package alone.
#[derive(Debug, Args)]
pub(super) struct PackageArguments {
    #[command(flatten)]
    package: PackageOptions,
    /// The configuration that is deployed, as people write it, for the smoke test
    #[arg(long, value_name = "FILE", default_value = PRODUCTION.config)]
    deployed_config: PathBuf,
    #[command(flatten)]
    pub(super) place: Place,
}

/// The arguments that set the switch.
#[derive(Debug, Args)]
pub(super) struct SwitchArguments {
    /// `enforce`, `enforce 25%`, `shadow` or `off`; without `, next 5%` after it, `config` answers all
    switch: Switch,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID")]
    store_id: String,
    #[command(flatten)]
    pub(super) common: Common,
}

impl ReleaseArguments {
    /// The plan of the release.
    pub(super) fn plan(&self, environment: &Environment) -> Result<Plan, Failure> {
        let file = self.config.clone();
        let file = file.unwrap_or_else(|| environment.config.into());
        let loaded = read(&file)?;
        let deployed_file = self.deployed_config.clone();
        let deployed_file = deployed_file.unwrap_or_else(|| file.clone());
        // Found out now and not during a rollback.
        let deployed = read(&deployed_file)?;
        let place = &self.place;
        // The first smoke test runs against the deployed configuration, later ones against the new.
        check_host(&place.edge, &[&deployed, &loaded])?;
        place.common.check_package(&self.package.package)?;
        let record = place.record(RecordFile::Numbered(environment.name));
        if self.through_origin {
            let shares = self.shares.or(environment.of_redirects)?;
            let release = Release {
                service: place.common.service(&self.package.service_id),
                store: place.store(),
                smoke: place.smoke()?,
                package: self.package.package.clone(),
                config: compiled(file, &loaded),
                deployed_config: deployed_file,
                record,
                switches: shares.into_iter().map(Switch::enforce).collect(),
                hold: self.shares.hold.unwrap_or(environment.hold),
            };
            return Ok(release.plan());
        }
        let is_new = loaded.config().revision() != deployed.config().revision();
        let config = is_new.then(|| {
            let new = (file, &loaded);
            self.shares.config(new, &deployed, environment)
        });
        let release = SideBySide {
            store: place.store(),
            smoke: place.smoke()?,
            deployed: as_deployed(deployed_file, &deployed),
            record,
            package: Some(self.package.package(&place.common)),
            config: config.transpose()?,
            log: place.log.clone(),
        };
        Ok(release.plan())
    }
}

impl ConfigArguments {
    /// The plan of the release.
    pub(super) fn plan(&self) -> Result<Plan, Failure> {
        let loaded = read(&self.config)?;
        let deployed_file = &self.deployed_config;
        let deployed = read(deployed_file)?;
        let place = &self.place;
        check_host(&place.edge, &[&deployed, &loaded])?;
        let revision = loaded.config().revision();
        let new = (self.config.clone(), &loaded);
        if self.now {
            let takedown = Takedown {
                store: place.store(),
                smoke: place.smoke()?,
                deployed_config: deployed_file.clone(),
                record: place.record(RecordFile::now("takedown")),
                compiled: compiled(new.0, new.1),
            };
            return Ok(takedown.plan());
        }
        if revision == deployed.config().revision() {
            return Err(Failure::new(format!(
                "there is nothing to release: {} and {} compile to the same revision, {revision}",
                self.config.display(),
                deployed_file.display()
            )));
        }
        let release = SideBySide {
            store: place.store(),
            smoke: place.smoke()?,
            deployed: as_deployed(deployed_file.clone(), &deployed),
            record: place.record(RecordFile::now("config")),
            package: None,
            config: Some(self.shares.config(new, &deployed, &PRODUCTION)?),
            log: place.log.clone(),
        };
        Ok(release.plan())
    }
}

impl PackageArguments {
    /// The plan of the release.
    pub(super) fn plan(&self) -> Result<Plan, Failure> {
        let deployed = read(&self.deployed_config)?;
        let place = &self.place;
        check_host(&place.edge, &[&deployed])?;
        place.common.check_package(&self.package.package)?;
        let release = SideBySide {
            store: place.store(),
            smoke: place.smoke()?,
            deployed: as_deployed(self.deployed_config.clone(), &deployed),
            record: place.record(RecordFile::Numbered("package")),
            package: Some(self.package.package(&place.common)),
            config: None,
            log: place.log.clone(),
        };
        Ok(release.plan())
    }
}

impl SwitchArguments {
    /// The plan that sets the switch.
    pub(super) fn plan(&self) -> Result<Plan, Failure> {
        if self.switch.next() != Share::NONE {
            return Err(Failure::new(
                "a share of `next` is refused: whatever the entry `next` holds would answer it, tried or not, and an older module reads this switch as `off`; write the position alone, and release with `signpost release config`",
            ));
        }
        let store = self.common.store(&self.store_id);
        Ok(Plan::of_one(Action::SetSwitch(
            store,
            Position::At(self.switch),
        )))
    }
}

fn as_deployed(file: PathBuf, deployed: &Loaded) -> Deployed {
    Deployed {
        file,
        json: deployed.config().to_json().to_owned(),
    }
}
