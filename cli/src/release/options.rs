//! Options that several commands have.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use signpost::values::Share;

use super::check::{check_refused, compiled, growing, read_share};
use super::fastly::{Service, Store};
use super::record::RecordFile;
use super::sides::{NewConfig, Package};
use super::smoke::Smoke;
use crate::file::Loaded;
use crate::output::Failure;

/// A package, and the service that it is for.
#[derive(Debug, Args)]
pub(super) struct PackageOptions {
    /// The identifier of the Compute service
    #[arg(long, value_name = "ID")]
    pub(super) service_id: String,
    /// The package, which `fastly compute build` makes
    #[arg(long, value_name = "FILE", default_value = "pkg/signpost.tar.gz")]
    pub(super) package: PathBuf,
    /// Try the package on Fastly Staging first, which answers for this service at this host or address
    #[arg(long, value_name = "ADDRESS")]
    pub(super) staging_address: Option<String>,
}

/// The shares of a release.
#[derive(Debug, Args)]
pub(super) struct ShareOptions {
    /// The shares of the files in percent, one after the other
    /// [default: 1,10,50,100 in production, 50,100 in staging]
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', value_parser = read_share)]
    pub(super) shares: Vec<u8>,
    /// How long to hold each share before the next; at least 30s, which a change needs to reach every
    /// data centre [default: 2m in production, 30s in staging]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(super) hold: Option<Duration>,
    /// Release a configuration that has no way for requests that the deployed one redirects
    #[arg(long)]
    pub(super) allow_refused: bool,
}

/// Where a release goes.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// Where to record what a rollback needs
    /// [default: way-back-WHAT-VERSION.json in the current directory]
    #[arg(long, value_name = "FILE")]
    pub(super) way_back: Option<PathBuf>,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID")]
    pub(super) store_id: String,
    /// The address at which the service answers, for the smoke tests
    #[arg(long, value_name = "URL")]
    pub(super) edge: String,
    /// Watch the log that this shell command prints, such as `tail -n 0 -F signpost.log`: an alarm fails the
    /// release, and `next` must be as good as `config` at each share
    #[arg(long, value_name = "COMMAND")]
    pub(super) log: Option<String>,
    /// More arguments for the smoke tests, as `signpost smoke` takes them
    #[arg(last = true, value_name = "SMOKE ARGUMENTS")]
    pub(super) smoke_arguments: Vec<String>,
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

/// What is usual in an environment.
pub(super) struct Environment {
    pub(super) name: &'static str,
    /// Its configuration, as people write it.
    pub(super) config: &'static str,
    pub(super) shares: &'static [u8],
    /// The shares of a release through the origin.
    pub(super) of_redirects: &'static [u8],
    pub(super) hold: Duration,
}

/// Where a release is tried.
pub(super) const STAGING: Environment = Environment {
    name: "staging",
    config: "config/crates-io-staging.toml",
    shares: &[50, 100],
    of_redirects: &[100],
    hold: Duration::from_secs(30),
};

/// Where everybody downloads.
pub(super) const PRODUCTION: Environment = Environment {
    name: "production",
    config: "config/crates-io.toml",
    shares: &[1, 10, 50, 100],
    of_redirects: &[1, 10, 100],
    hold: Duration::from_mins(2),
};

impl PackageOptions {
    pub(super) fn package(&self, common: &Common) -> Package {
        Package {
            service: common.service(&self.service_id),
            file: self.package.clone(),
            staging: self.staging_address.clone(),
        }
    }
}

impl ShareOptions {
    /// The new configuration, which answers all files in the end.
    pub(super) fn config(
        &self,
        (file, new): (PathBuf, &Loaded),
        deployed: &Loaded,
        environment: &Environment,
    ) -> Result<NewConfig, Failure> {
        if !self.allow_refused {
            check_refused(&file, new, deployed)?;
        }
        let shares = self.or(environment.shares)?;
        if shares.last() != Some(&Share::ALL) {
            return Err(Failure::new(
                "the last share is not 100: the configuration would be stored for all files without being tried on them; write shares such as 1,10,100",
            ));
        }
        Ok(NewConfig {
            compiled: compiled(file, new),
            shares,
            hold: self.hold.unwrap_or(environment.hold),
            may_refuse: self.allow_refused,
        })
    }

    pub(super) fn or(&self, usual: &[u8]) -> Result<Vec<Share>, Failure> {
        growing(match self.shares.as_slice() {
            [] => usual,
            shares => shares,
        })
    }
}

impl Place {
    pub(super) fn store(&self) -> Store {
        self.common.store(&self.store_id)
    }

    pub(super) fn smoke(&self) -> Result<Smoke, Failure> {
        Smoke::new(&self.edge, &self.smoke_arguments)
    }

    pub(super) fn record(&self, usual: RecordFile) -> RecordFile {
        let named = self.way_back.clone().map(RecordFile::Named);
        named.unwrap_or(usual)
    }
}

impl Common {
    /// Refuses to begin without the package.
    pub(super) fn check_package(&self, package: &Path) -> Result<(), Failure> {
        if self.execute && !package.is_file() {
            return Err(Failure::new(format!(
                "there is no file {}: build the package with `fastly compute build`, or name it \
                 with --package",
                package.display()
            )));
        }
        Ok(())
    }

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
