//! `cargo xtask release`: what brings a package and a configuration to where they serve.

mod calls;
mod execute;
mod line;
mod plan;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::{Args, Subcommand};
use signpost::switch::{Share, Switch};

use crate::compile;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;
use calls::{Service, Smoke, Store};
use execute::{Ended, execute};
use line::{Input, Version};
use plan::{Plan, Release, Rollback};

/// Bring a package and a configuration to staging or production, or take them back
///
/// Without --execute it runs nothing: it prints the commands that it would run, which can be pasted
/// into a shell that has the Fastly CLI and jq. The CLI reads its token from the environment
/// variable `FASTLY_API_TOKEN`; no command holds it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask release production --service-id SERVICE --store-id STORE --edge https://crates.io\n  \
    cargo xtask release switch off --store-id STORE --execute\n  \
    cargo xtask release rollback --version 41 --service-id SERVICE --store-id STORE \
--edge https://crates.io --execute\n\n\
    Exit codes: 0 done, or printed; 1 it failed, and nothing was changed or the way back was gone \
to its end; 2 it failed, and so did a step that was to help: see what it printed and do it by hand")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A new version and configuration to staging, all at once
    Staging(ReleaseArguments),
    /// A new version and configuration to production, share by share
    Production(ReleaseArguments),
    /// The switch alone
    Switch(SwitchArguments),
    /// The configuration alone, compiled
    Config(ConfigArguments),
    /// The switch to `off`, and back to a version that served before
    Rollback(RollbackArguments),
}

#[derive(Debug, Args)]
struct ReleaseArguments {
    #[command(flatten)]
    place: Place,
    /// The configuration, as people write it [default: that of crates.io for this environment]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The configuration that is deployed now, as people write it, if its routes are others
    /// [default: the one of --config]
    #[arg(long, value_name = "FILE")]
    deployed_config: Option<PathBuf>,
    /// Where to keep the stored configuration for the way back [default: in the target directory]
    #[arg(long, value_name = "FILE")]
    saved_config: Option<PathBuf>,
    /// The package, which `fastly compute build` makes
    #[arg(long, value_name = "FILE", default_value = "pkg/signpost.tar.gz")]
    package: PathBuf,
    /// The shares in percent to redirect, one after the other
    /// [default: 1,10,100 in production, 100 in staging]
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', value_parser = read_share)]
    shares: Vec<u8>,
    #[command(flatten)]
    smoke: SmokeArguments,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct SwitchArguments {
    /// `enforce`, `enforce 25%`, `shadow` or `off`
    switch: Switch,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID")]
    store_id: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct ConfigArguments {
    /// The configuration, as people write it
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The identifier of the Config Store
    #[arg(long, value_name = "ID")]
    store_id: String,
    #[command(flatten)]
    signpost: SignpostProgram,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct RollbackArguments {
    /// The number of the version to go back to
    #[arg(long, value_name = "NUMBER")]
    version: u64,
    #[command(flatten)]
    place: Place,
    /// The configuration that is in force after it, as people write it
    #[arg(long, value_name = "FILE", default_value = "config/crates-io.toml")]
    config: PathBuf,
    /// A compiled configuration to store again, such as the one that a release kept
    #[arg(long, value_name = "FILE")]
    saved_config: Option<PathBuf>,
    #[command(flatten)]
    smoke: SmokeArguments,
    #[command(flatten)]
    common: Common,
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

#[derive(Debug, Args)]
struct SignpostProgram {
    /// The program `signpost` [default: the one of this workspace, through cargo]
    #[arg(long = "signpost", value_name = "PROGRAM")]
    program: Option<String>,
}

#[derive(Debug, Args)]
struct Common {
    /// Run the commands, and not only print them
    #[arg(long)]
    execute: bool,
    /// The program of the Fastly CLI
    /// [default: the one on PATH, or one that --execute installs into the target directory]
    #[arg(long, value_name = "PROGRAM")]
    fastly: Option<String>,
}

/// Makes the plan, and prints or runs it.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let common = arguments.command.common();
    let plan = arguments.command.plan(&workspace)?;
    if !common.execute {
        print!("{plan}");
        eprintln!("\nNothing was run: add --execute.");
        return Ok(ExitCode::SUCCESS);
    }
    let ended = execute(&plan)?;
    eprintln!("\n{ended}");
    Ok(ended.code())
}

impl Command {
    fn common(&self) -> &Common {
        match self {
            Self::Staging(arguments) | Self::Production(arguments) => &arguments.common,
            Self::Switch(arguments) => &arguments.common,
            Self::Config(arguments) => &arguments.common,
            Self::Rollback(arguments) => &arguments.common,
        }
    }

    fn plan(&self, workspace: &Workspace) -> Result<Plan> {
        let fastly = self.common().program(workspace)?;
        match self {
            Self::Staging(arguments) => {
                let release = arguments.release(&fastly, workspace, &STAGING)?;
                Ok(release.plan())
            }
            Self::Production(arguments) => {
                let release = arguments.release(&fastly, workspace, &PRODUCTION)?;
                Ok(release.plan())
            }
            Self::Switch(SwitchArguments {
                switch, store_id, ..
            }) => {
                let line = Store::new(&fastly, store_id).set_switch(*switch);
                Ok(Plan::of_one(format!("Set the switch to `{switch}`"), line))
            }
            Self::Config(arguments) => {
                let input = compiled(&arguments.config, &arguments.signpost.words())?;
                let line = Store::new(&fastly, &arguments.store_id).store_config(input);
                Ok(Plan::of_one("Store the configuration", line))
            }
            Self::Rollback(arguments) => Ok(arguments.rollback(&fastly).plan()),
        }
    }
}

/// What is particular to an environment.
struct Environment {
    name: &'static str,
    config: &'static str,
    shares: &'static [u8],
}

const STAGING: Environment = Environment {
    name: "staging",
    config: "config/crates-io-staging.toml",
    shares: &[100],
};

const PRODUCTION: Environment = Environment {
    name: "production",
    config: "config/crates-io.toml",
    shares: &[1, 10, 100],
};

impl ReleaseArguments {
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
        let saved_config = self.saved_config.clone().unwrap_or_else(|| {
            let file = format!("previous-config-{}.json", environment.name);
            workspace.target().join(file)
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
            saved_config,
            switches: switches(shares)?,
            config,
        })
    }
}

impl RollbackArguments {
    fn rollback(&self, fastly: &str) -> Rollback {
        Rollback {
            service: Service::new(fastly, &self.place.service_id),
            store: Store::new(fastly, &self.place.store_id),
            smoke: self.smoke.smoke(),
            version: Version::Number(self.version),
            config: self.config.clone(),
            saved_config: self.saved_config.clone(),
        }
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
    fn words(&self) -> Vec<String> {
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
    fn program(&self, workspace: &Workspace) -> Result<String> {
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

impl Ended {
    fn code(&self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Failed(_) | Self::WentBack(_) => ExitCode::FAILURE,
            Self::Stranded(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => formatter.write_str("Done."),
            Self::Failed(error) => write!(formatter, "error: {error:#}"),
            Self::WentBack(error) => write!(
                formatter,
                "error: {error:#}\nWhat served before serves again, and the switch is `off`."
            ),
            Self::Stranded(errors) => {
                for error in errors {
                    writeln!(formatter, "error: {error:#}")?;
                }
                formatter.write_str("Not all of the way back was gone: do the rest by hand, now.")
            }
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
        compiled: format!("{}\n", authored.config().to_json()),
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
