//! Releases that keep redirects going: the old configuration answers until the new one is proven.

use std::path::PathBuf;
use std::time::Duration;

use signpost::values::Share;

use super::action::{Action, Compiled};
use super::deployed::Deployed;
use super::fastly::{Service, Store};
use super::known::{Known, Position};
use super::plan::{Plan, SPREAD, hold_of_share};
use super::record::{Keeping, RecordFile};
use super::smoke::Smoke;
use super::stored::Expected;
use super::verdict::Requirement;

/// A release of a package, a configuration or both. The package comes first, because a module reads the
/// configurations of all earlier ones.
#[derive(Clone, Debug)]
pub(crate) struct SideBySide {
    pub(crate) store: Store,
    pub(crate) smoke: Smoke,
    pub(crate) deployed: Deployed,
    pub(crate) record: RecordFile,
    pub(crate) package: Option<Package>,
    pub(crate) config: Option<NewConfig>,
    /// The shell command that prints the log, if it is watched.
    pub(crate) log: Option<String>,
}

/// A package, and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) service: Service,
    pub(crate) file: PathBuf,
    /// Where Fastly Staging answers, if the package is tried there.
    pub(crate) staging: Option<String>,
}

/// A configuration, and the shares of the files that it answers, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct NewConfig {
    pub(crate) compiled: Compiled,
    pub(crate) shares: Vec<Share>,
    /// How long the operator wants to watch each share.
    pub(crate) hold: Duration,
    /// Whether it may have no way for what the deployed one redirects.
    pub(crate) may_refuse: bool,
}

/// A configuration that is stored at once, as for a takedown.
#[derive(Clone, Debug)]
pub(crate) struct Takedown {
    pub(crate) store: Store,
    pub(crate) smoke: Smoke,
    pub(crate) deployed_config: PathBuf,
    pub(crate) record: RecordFile,
    pub(crate) compiled: Compiled,
}

/// The way back from a release side by side, or from the part of it that was done.
#[derive(Clone, Debug)]
pub(crate) struct WayBack {
    pub(crate) store: Store,
    pub(crate) smoke: Smoke,
    /// The configuration that is in force afterwards.
    pub(crate) config: PathBuf,
    pub(crate) record: RecordFile,
    /// The service, if the release brings a package.
    pub(crate) service: Option<Service>,
    /// Whether the release brings a configuration.
    pub(crate) has_config: bool,
    /// Whether it was a takedown, beside which another release may have begun.
    pub(crate) is_takedown: bool,
}

impl SideBySide {
    /// The steps of the release. Before each write it looks whether somebody else has changed something.
    pub(crate) fn plan(self) -> Plan {
        let store = || self.store.clone();
        let next = self.config.as_ref();
        let next = next.map(|config| config.compiled.json.clone());
        let service = self.package.as_ref().map(|it| it.service.clone());
        let expected = match next {
            Some(_) => Expected::Redirects(self.deployed.clone()),
            None => Expected::Config(self.deployed.clone()),
        };
        let mut steps = Vec::new();
        steps.extend(service.clone().map(Action::FindVersion));
        steps.extend([
            Action::FindEntries(store(), expected),
            Action::Keep(self.keeping(next.clone())),
        ]);
        let may_refuse = self.config.as_ref().is_some_and(|it| it.may_refuse);
        let watch = |command| Action::Watch(command, may_refuse);
        steps.extend(self.log.clone().map(watch));
        steps.push(Action::Begin(store()));
        if let Some(package) = &self.package {
            steps.extend(self.steps_of_package(package, next.clone()));
        }
        let mut tidy = Vec::new();
        if let Some(config) = &self.config {
            steps.extend(self.steps_of_config(config));
            tidy.push(Action::ClearNext(store()));
        }
        tidy.push(Action::ClearRelease(store()));
        let way_back = WayBack {
            store: self.store,
            smoke: self.smoke,
            config: self.deployed.file,
            record: self.record,
            service,
            has_config: self.config.is_some(),
            is_takedown: false,
        };
        Plan {
            steps,
            tidy,
            rollback: way_back.steps(),
            known: Known {
                next,
                ..Known::default()
            },
            ..Plan::default()
        }
    }

    fn steps_of_package(&self, package: &Package, next: Option<String>) -> Vec<Action> {
        let service = || package.service.clone();
        let smoke = || Action::Smoke(self.smoke.of_config(&self.deployed.file));
        let mut steps = vec![
            Action::MakeDraft(service()),
            Action::KeepDraft(self.keeping(next)),
            Action::Upload(service(), package.file.clone()),
            Action::Validate(service()),
        ];
        if let Some(address) = &package.staging {
            steps.extend([
                Action::Stage(service()),
                Action::Smoke(self.smoke.of_config_at(address, &self.deployed.file)),
            ]);
        }
        steps.extend(self.looks());
        steps.extend([
            Action::Activate(service()),
            smoke(),
            Action::Wait(SPREAD, "until every data centre has the version"),
            smoke(),
        ]);
        steps
    }

    fn steps_of_config(&self, config: &NewConfig) -> Vec<Action> {
        let store = || self.store.clone();
        let new = &config.compiled;
        let smoke =
            |share| Action::Smoke(self.smoke.of_both(share, &self.deployed.file, &new.file));
        let mut steps = self.looks();
        steps.extend([
            Action::StoreNext(store(), new.clone()),
            smoke(Share::NONE),
            Action::Wait(SPREAD, "until every data centre has `next`"),
        ]);
        for &share in &config.shares {
            steps.extend(self.looks());
            steps.extend([
                Action::SetSwitch(store(), Position::Present(share)),
                smoke(share),
                Action::Wait(hold_of_share(config.hold), "to see what this share does"),
                smoke(share),
            ]);
            let requirement = Requirement {
                share,
                may_refuse: config.may_refuse,
            };
            steps.extend(self.log.is_some().then_some(Action::Judge(requirement)));
        }
        steps.extend(self.looks());
        steps.extend([
            Action::StoreConfig(store(), new.clone()),
            Action::Wait(SPREAD, "until every data centre has it as `config`"),
        ]);
        steps.extend(self.looks());
        steps.extend([
            Action::SetSwitch(store(), Position::PRESENT),
            Action::Smoke(self.smoke.of_config(&new.file)),
        ]);
        steps
    }

    fn looks(&self) -> Vec<Action> {
        let mut looks = vec![Action::Look(self.store.clone())];
        let package = self.package.as_ref();
        looks.extend(package.map(|package| Action::LookAtVersion(package.service.clone())));
        looks
    }

    fn keeping(&self, next: Option<String>) -> Keeping {
        let package = self.package.as_ref();
        Keeping {
            file: self.record.clone(),
            service_id: package.map(|package| package.service.id.clone()),
            store_id: self.store.id.clone(),
            smoke: self.smoke.clone(),
            deployed_config: self.deployed.file.clone(),
            leaves_switch: true,
            begins: true,
            next,
        }
    }
}

impl Takedown {
    /// The steps, without a rollback: it would put the file back that is to be taken down.
    pub(crate) fn plan(self) -> Plan {
        let store = || self.store.clone();
        let next = self.compiled.json.clone();
        let keep = Keeping {
            file: self.record,
            service_id: None,
            store_id: self.store.id.clone(),
            smoke: self.smoke.clone(),
            deployed_config: self.deployed_config,
            leaves_switch: true,
            begins: false,
            next: Some(next.clone()),
        };
        Plan {
            steps: vec![
                Action::FindEntries(store(), Expected::Anything),
                Action::Keep(keep),
                Action::StoreConfig(store(), self.compiled.clone()),
                Action::ReplaceNext(store(), self.compiled.clone()),
                Action::Smoke(self.smoke.of_config(&self.compiled.file)),
            ],
            known: Known {
                next: Some(next),
                ..Known::default()
            },
            ..Plan::default()
        }
    }
}

impl WayBack {
    /// The steps. The share comes first, because it helps fastest; redirects go on. The package comes after
    /// the configuration, because an older module may not read a newer one.
    pub(crate) fn steps(self) -> Vec<Action> {
        let store = || self.store.clone();
        let smoke = Action::Smoke(self.smoke.of_config(&self.config));
        let mut steps = Vec::new();
        steps.push(if self.has_config && !self.is_takedown {
            Action::DropShare(store())
        } else {
            Action::SeeSwitch(store())
        });
        if self.has_config {
            steps.extend([
                Action::PutBackConfig(store(), self.record),
                Action::ClearNext(store()),
            ]);
        }
        if let Some(service) = self.service.clone() {
            steps.extend(self.has_config.then_some(Action::WaitForEntries(SPREAD)));
            steps.push(Action::TakeBackVersion(service));
        }
        steps.push(smoke);
        if !self.is_takedown {
            steps.extend([
                Action::LookBack(store(), self.service),
                Action::ClearRelease(store()),
            ]);
        }
        steps
    }
}

#[cfg(test)]
mod tests;
