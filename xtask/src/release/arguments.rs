use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use signpost::values::{Share, Switch};

use super::calls::{Service, Smoke, Store};
use super::line::Input;
use super::plan::{Plan, Release};
use super::record::RecordFile;
use crate::compile;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// What a release is told.
#[derive(Debug, Args)]
pub(super) struct ReleaseArguments {
    #[command(flatten)]
    place: Place,
    /// The configuration, as people write it [default: that of crates.io for this environment]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The configuration that is deployed now, as people write it, if its routes are others
    /// [default: the one of --config]
    #[arg(long, value_name = "FILE")]
    deployed_config: Option<PathBuf>,
    /// Where to keep what the way back needs
    /// [default: way-back-ENVIRONMENT-VERSION.json in the target directory]
    #[arg(long, value_name = "FILE")]
    way_back: Option<PathBuf>,
    /// The package, which `fastly compute build` makes
    #[arg(long, value_name = "FILE", default_value = "pkg/signpost.tar.gz")]
    package: PathBuf,
    /// The shares in percent to redirect, one after the other
    /// [default: 1,10,100 in production, 100 in staging]
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', value_parser = read_share)]
    shares: Vec<u8>,
    /// How long to hold each share before the next, and `shadow` before what serves is replaced,
    /// which is at most 30s: a smoke test reaches one data centre [default: 2m in production, 30s in
    /// staging]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    hold: Option<Duration>,
    #[command(flatten)]
    smoke: SmokeArguments,
    #[command(flatten)]
    pub(super) common: Common,
}

/// What the lever of the switch is told.
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

/// What the lever of the configuration is told.
#[derive(Debug, Args)]
pub(super) struct ConfigArguments {
    /// The configuration, as people write it
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID")]
    store_id: String,
    #[command(flatten)]
    signpost: SignpostProgram,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
struct Place {
    /// The identifier of the Compute service
    #[arg(long, value_name = "ID")]
    service_id: String,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID")]
    store_id: String,
}

#[derive(Debug, Args)]
struct SmokeArguments {
    /// The address at which the service answers, for `signpost smoke`
    #[arg(long, value_name = "URL")]
    edge: String,
    #[command(flatten)]
    signpost: SignpostProgram,
    /// More arguments for `signpost smoke`
    #[arg(last = true, value_name = "SMOKE ARGUMENTS")]
    arguments: Vec<String>,
}

/// Which `signpost` is run.
#[derive(Debug, Args)]
pub(super) struct SignpostProgram {
    /// The program `signpost` [default: the one of this workspace, through cargo]
    #[arg(long = "signpost", value_name = "PROGRAM")]
    program: Option<String>,
}

/// What every command is told.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Run the commands, and not only print them
    #[arg(long)]
    pub(super) execute: bool,
    /// The program of the Fastly CLI
    /// [default: the one on PATH, or one that --execute installs into the target directory]
    #[arg(long, value_name = "PROGRAM")]
    fastly: Option<String>,
}

/// What is particular to an environment.
pub(super) struct Environment {
    name: &'static str,
    /// Its configuration, as people write it.
    pub(super) config: &'static str,
    shares: &'static [u8],
    hold: Duration,
}

/// The environment in which a release is tried.
pub(super) const STAGING: Environment = Environment {
    name: "staging",
    config: "config/crates-io-staging.toml",
    shares: &[100],
    hold: Duration::from_secs(30),
};

/// The environment that everybody uses.
pub(super) const PRODUCTION: Environment = Environment {
    name: "production",
    config: "config/crates-io.toml",
    shares: &[1, 10, 100],
    hold: Duration::from_mins(2),
};

impl ReleaseArguments {
    /// The plan of the release.
    pub(super) fn plan(
        &self,
        fastly: &str,
        workspace: &Workspace,
        environment: &Environment,
    ) -> Result<Plan> {
        Ok(self.release(fastly, workspace, environment)?.plan())
    }

    fn release(
        &self,
        fastly: &str,
        workspace: &Workspace,
        environment: &Environment,
    ) -> Result<Release> {
        let config = self.config.clone();
        let config = config.unwrap_or_else(|| environment.config.into());
        let deployed_config = self.deployed_config.as_ref().unwrap_or(&config);
        // Found out now and not on the way back.
        compile::read(deployed_config)?;
        ensure!(
            !self.common.execute || self.package.is_file(),
            "{} is no file: build the package with `fastly compute build`, or name one with \
             --package",
            self.package.display()
        );
        let record = self.way_back.clone().map(RecordFile::Named);
        let record = record.unwrap_or_else(|| {
            let file = format!("way-back-{}-", environment.name);
            RecordFile::Numbered(workspace.target().join(file))
        });
        let shares = match self.shares.as_slice() {
            [] => environment.shares,
            shares => shares,
        };
        Ok(Release {
            service: Service::new(fastly, &self.place.service_id),
            store: Store::new(fastly, &self.place.store_id),
            smoke: self.smoke.smoke(),
            package: self.package.clone(),
            compiled: compiled(&config, &self.smoke.signpost.words())?,
            deployed_config: deployed_config.clone(),
            record,
            switches: switches(shares)?,
            hold: self.hold.unwrap_or(environment.hold),
            config,
        })
    }
}

impl SwitchArguments {
    /// The plan that sets the switch.
    pub(super) fn plan(&self, fastly: &str) -> Plan {
        let line = Store::new(fastly, &self.store_id).set_switch(self.switch);
        Plan::of_one(format!("Set the switch to `{}`", self.switch), line)
    }
}

impl ConfigArguments {
    /// The plan that stores the configuration.
    pub(super) fn plan(&self, fastly: &str) -> Result<Plan> {
        let input = compiled(&self.config, &self.signpost.words())?;
        let line = Store::new(fastly, &self.store_id).store_config(input);
        Ok(Plan::of_one("Store the configuration", line))
    }
}

impl SmokeArguments {
    fn smoke(&self) -> Smoke {
        Smoke {
            program: self.signpost.words(),
            edge: self.edge.clone(),
            arguments: self.arguments.clone(),
        }
    }
}

impl SignpostProgram {
    /// The program and the words before its command.
    pub(super) fn words(&self) -> Vec<String> {
        match &self.program {
            Some(program) => vec![program.clone()],
            None => "cargo run --quiet --package signpost-cli --"
                .split(' ')
                .map(str::to_owned)
                .collect(),
        }
    }
}

impl Common {
    /// The program of the Fastly CLI, which is installed if it is to be run and is missing.
    pub(super) fn program(&self, workspace: &Workspace) -> Result<String> {
        match &self.fastly {
            Some(program) => Ok(program.clone()),
            None if self.execute => {
                tool::ensure(&[tools::fastly_cli(workspace)])?;
                tools::fastly_program(workspace)
            }
            None => Ok("fastly".to_owned()),
        }
    }
}

/// Compiled before the first step, so that a configuration with problems changes nothing.
fn compiled(config: &Path, signpost: &[String]) -> Result<Input> {
    let (_, authored) = compile::read(config)?;
    let file = config.to_string_lossy().into_owned();
    let compile = signpost.iter().cloned();
    Ok(Input::Compiled {
        compile: compile.chain(["compile".to_owned(), file]).collect(),
        // Without a line break: a store takes no letter more than the largest configuration has.
        compiled: authored.config().to_json().to_owned(),
    })
}

fn read_share(text: &str) -> Result<u8, String> {
    let share = text.trim_end_matches('%').parse().ok();
    share
        .filter(|percent| (1..=100).contains(percent))
        .ok_or_else(|| "write whole numbers from 1 to 100, such as 1,10,100".to_owned())
}

fn switches(shares: &[u8]) -> Result<Vec<Switch>> {
    ensure!(
        shares.is_sorted_by(|one, next| one < next),
        "the shares do not grow: write them from the smallest, such as 1,10,100"
    );
    shares
        .iter()
        .map(|&percent| {
            let share = Share::percent(percent).context("a share is at most 100")?;
            Ok(Switch::Enforce(share))
        })
        .collect()
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
