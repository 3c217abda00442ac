use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use signpost::values::{Share, Switch};
use url::Url;

use super::action::{Action, Compiled, Service, Smoke, Store};
use super::plan::{Plan, Release};
use super::record::RecordFile;
use crate::file::{Loaded, is_dash};
use crate::output::Failure;

/// The arguments of a release.
#[derive(Debug, Args)]
pub(super) struct ReleaseArguments {
    /// The identifier of the Compute service
    #[arg(long, value_name = "ID")]
    service_id: String,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID")]
    store_id: String,
    /// The configuration, as people write it [default: that of crates.io for this environment]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The configuration that is deployed now, as people write it, if its routes differ
    /// [default: the one of --config]
    #[arg(long, value_name = "FILE")]
    deployed_config: Option<PathBuf>,
    /// Where to record what a rollback needs
    /// [default: way-back-ENVIRONMENT-VERSION.json in the current directory]
    #[arg(long, value_name = "FILE")]
    way_back: Option<PathBuf>,
    /// The package, which `fastly compute build` makes
    #[arg(long, value_name = "FILE", default_value = "pkg/signpost.tar.gz")]
    package: PathBuf,
    /// The shares in percent to redirect, one after the other
    /// [default: 1,10,100 in production, 100 in staging]
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', value_parser = read_share)]
    shares: Vec<u8>,
    /// How long to hold each share before the next; at least 30s, which a change needs to reach every
    /// data centre [default: 2m in production, 30s in staging]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    hold: Option<Duration>,
    /// The address at which the service answers, for the smoke tests
    #[arg(long, value_name = "URL")]
    edge: String,
    /// More arguments for the smoke tests, as `signpost smoke` takes them
    #[arg(last = true, value_name = "SMOKE ARGUMENTS")]
    smoke_arguments: Vec<String>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// The arguments that set the switch.
#[derive(Debug, Args)]
pub(super) struct SwitchArguments {
    /// `enforce`, `enforce 25%`, `shadow` or `off`
    switch: Switch,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID")]
    store_id: String,
    #[command(flatten)]
    pub(super) common: Common,
}

/// The arguments that store a configuration.
#[derive(Debug, Args)]
pub(super) struct ConfigArguments {
    /// The configuration, as people write it
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID")]
    store_id: String,
    #[command(flatten)]
    pub(super) common: Common,
}

/// The arguments of every command.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Run the steps, and not only print them
    #[arg(long)]
    pub(super) execute: bool,
    /// The program of the Fastly CLI
    #[arg(long, value_name = "PROGRAM", default_value = "fastly")]
    fastly: String,
}

/// Where a release goes.
pub(super) struct Environment {
    name: &'static str,
    /// Its configuration, as people write it.
    pub(super) config: &'static str,
    shares: &'static [u8],
    hold: Duration,
}

/// Where a release is tried.
pub(super) const STAGING: Environment = Environment {
    name: "staging",
    config: "config/crates-io-staging.toml",
    shares: &[100],
    hold: Duration::from_secs(30),
};

/// Where everybody downloads.
pub(super) const PRODUCTION: Environment = Environment {
    name: "production",
    config: "config/crates-io.toml",
    shares: &[1, 10, 100],
    hold: Duration::from_mins(2),
};

impl ReleaseArguments {
    /// The plan of the release.
    pub(super) fn plan(&self, environment: &Environment) -> Result<Plan, Failure> {
        let file = self.config.clone();
        let file = file.unwrap_or_else(|| environment.config.into());
        let loaded = read(&file)?;
        let deployed_config = self.deployed_config.as_ref().unwrap_or(&file).clone();
        // Found out now and not during a rollback.
        let deployed = read(&deployed_config)?;
        // The smoke test refuses an `--edge` that is not a URL.
        let edge = Url::parse(&self.edge).ok();
        if let Some(host) = edge.as_ref().and_then(Url::host_str) {
            // The first smoke test runs against the deployed configuration, later ones against the new.
            deployed.check_host(host)?;
            loaded.check_host(host)?;
        }
        if self.common.execute && !self.package.is_file() {
            return Err(Failure::new(format!(
                "there is no file {}: build the package with `fastly compute build`, or name it \
                 with --package",
                self.package.display()
            )));
        }
        let record = self.way_back.clone().map(RecordFile::Named);
        let shares = match self.shares.as_slice() {
            [] => environment.shares,
            shares => shares,
        };
        let release = Release {
            service: self.common.service(&self.service_id),
            store: self.common.store(&self.store_id),
            smoke: Smoke::new(&self.edge, &self.smoke_arguments)?,
            package: self.package.clone(),
            config: compiled(file, &loaded),
            deployed_config,
            record: record.unwrap_or(RecordFile::Numbered(environment.name)),
            switches: switches(shares)?,
            hold: self.hold.unwrap_or(environment.hold),
        };
        Ok(release.plan())
    }
}

impl SwitchArguments {
    /// The plan that sets the switch.
    pub(super) fn plan(&self) -> Result<Plan, Failure> {
        if self.switch.next() != Share::NONE {
            return Err(Failure::new(
                "a share of `next` is refused: whatever the entry `next` holds would answer it, tried or not, and an older module reads this switch as `off`; write the position alone",
            ));
        }
        let store = self.common.store(&self.store_id);
        Ok(Plan::of_one(Action::SetSwitch(store, self.switch)))
    }
}

impl ConfigArguments {
    /// The plan that stores the configuration.
    pub(super) fn plan(&self) -> Result<Plan, Failure> {
        let store = self.common.store(&self.store_id);
        let config = compiled(self.config.clone(), &read(&self.config)?);
        Ok(Plan::of_one(Action::StoreConfig(store, config)))
    }
}

impl Common {
    /// The service of this identifier.
    pub(super) fn service(&self, id: &str) -> Service {
        Service {
            fastly: self.fastly.clone(),
            id: id.to_owned(),
        }
    }

    /// The Config Store of this identifier.
    pub(super) fn store(&self, id: &str) -> Store {
        Store {
            fastly: self.fastly.clone(),
            id: id.to_owned(),
        }
    }
}

/// Reads a configuration before the first step, so that one with problems changes nothing.
fn read(file: &Path) -> Result<Loaded, Failure> {
    if is_dash(file) {
        let words = "a release reads the configuration several times, and standard input can be read once; \
                     name a file";
        return Err(Failure::new(words));
    }
    let loaded = Loaded::read(file)?;
    if loaded.examples().is_empty() {
        return Err(Failure::new(format!(
            "{} has no examples for a smoke test: name the TOML file that it was compiled from",
            file.display()
        )));
    }
    Ok(loaded)
}

fn compiled(file: PathBuf, loaded: &Loaded) -> Compiled {
    Compiled {
        file,
        // Without a line break: a store takes no letter more than the largest configuration has.
        json: loaded.config().to_json().to_owned(),
    }
}

fn read_share(text: &str) -> Result<u8, String> {
    let share = text.trim_end_matches('%').parse().ok();
    share
        .filter(|percent| (1..=100).contains(percent))
        .ok_or_else(|| "write whole numbers from 1 to 100, such as 1,10,100".to_owned())
}

fn switches(shares: &[u8]) -> Result<Vec<Switch>, Failure> {
    if !shares.is_sorted_by(|one, next| one < next) {
        return Err(Failure::new(
            "the shares do not grow: write them from the smallest, such as 1,10,100",
        ));
    }
    let switches = shares.iter().map(|&percent| {
        let share = Share::percent(percent);
        share
            .map(Switch::enforce)
            .ok_or_else(|| Failure::new("a share is at most 100"))
    });
    switches.collect()
}

#[cfg(test)]
mod tests {
    use super::{read_share, switches};

    #[test]
    fn shares_are_percent_and_grow() {
        let shown = |shares: &[u8]| -> Option<Vec<String>> {
            let switches = switches(shares).ok()?;
            Some(switches.iter().map(ToString::to_string).collect())
        };
        for (shares, expected) in [
            (
                [1, 10, 100].as_slice(),
                Some(vec!["enforce 1%", "enforce 10%", "enforce"]),
            ),
            (&[100], Some(vec!["enforce"])),
            (&[10, 1], None),
            (&[1, 1], None),
        ] {
            let expected = expected.map(|all| all.into_iter().map(str::to_owned).collect());
            assert_eq!(shown(shares), expected, "{shares:?}");
        }
        for (text, share) in [
            ("1", Some(1)),
            ("10%", Some(10)),
            ("0", None),
            ("101", None),
            ("", None),
        ] {
            assert_eq!(read_share(text).ok(), share, "{text}");
        }
    }
}
