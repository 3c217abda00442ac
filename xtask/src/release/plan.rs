use std::path::{Path, PathBuf};
use std::time::Duration;

use signpost::values::Switch;

use super::calls::{Service, Smoke, Store};
use super::line::{Input, Line, Version};
use super::record::{Keeping, RecordFile};

/// What is to be done, in order: a value that can be compared, shown and run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What has to be known before anything is changed. If one fails, nothing was changed.
    pub(crate) looks: Vec<Step>,
    /// The steps.
    pub(crate) steps: Vec<Step>,
    /// What a step that fails leads to.
    pub(crate) on_failure: OnFailure,
}

/// One action, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// What it is for, as a sentence without its full stop.
    pub(crate) aim: String,
    /// What is done.
    pub(crate) action: Action,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Runs a command.
    Run(Line),
    /// Writes down what the way back needs.
    Keep(Keeping),
    /// Waits that long.
    Hold(Duration),
}

/// What a step that fails leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// Nothing more.
    Stop,
    /// The steps after it, because each helps without the others.
    GoOn,
    /// These and nothing else; each is run whatever became of the others.
    GoBack(Vec<Step>),
}

/// A release of one package and one configuration.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) service: Service,
    pub(crate) store: Store,
    pub(crate) smoke: Smoke,
    pub(crate) package: PathBuf,
    /// The configuration as people write it, and what it compiles to.
    pub(crate) config: PathBuf,
    pub(crate) compiled: Input,
    /// The configuration that is in force before and after a failed release, as people write it.
    pub(crate) deployed_config: PathBuf,
    /// Where what the way back needs is kept.
    pub(crate) record: RecordFile,
    /// The positions of the switch that let redirects leave, from the smallest share.
    pub(crate) switches: Vec<Switch>,
    /// How long each share is held before the next.
    pub(crate) hold: Duration,
}

/// The way back to a version that served before.
#[derive(Clone, Debug)]
pub(crate) struct Rollback {
    pub(crate) service: Service,
    pub(crate) store: Store,
    pub(crate) smoke: Smoke,
    pub(crate) version: Version,
    /// The configuration that will be in force, as people write it.
    pub(crate) config: PathBuf,
    /// The compiled configuration to store again, if it has to be.
    pub(crate) stored: Option<Input>,
}

/// How long a change of a Config Store takes to reach every data centre. A smoke test reaches one.
const SPREAD: Duration = Duration::from_secs(30);

impl Release {
    /// The steps of the release, which change what serves only while no redirect leaves.
    pub(crate) fn plan(self) -> Plan {
        let looks = vec![
            step("Find the version to go back to", self.service.find_active()),
            step(
                "Find the configuration to go back to",
                self.store.find_config(),
            ),
            self.step_that_keeps(),
        ];
        let mut steps = self.steps_that_hold();
        steps.extend(self.steps_that_replace());
        for (index, &switch) in self.switches.iter().enumerate() {
            if index > 0 {
                steps.extend(hold("Wait for what this share shows", self.hold));
            }
            steps.extend(self.steps_to(switch, &self.config));
        }
        let way_back = Rollback {
            service: self.service,
            store: self.store,
            smoke: self.smoke,
            version: Version::Previous,
            config: self.deployed_config,
            stored: Some(Input::Previous),
        };
        Plan {
            looks,
            steps,
            on_failure: OnFailure::GoBack(way_back.steps()),
        }
    }

    fn step_that_keeps(&self) -> Step {
        let keeping = Keeping {
            file: self.record.clone(),
            service_id: self.service.id().to_owned(),
            store_id: self.store.id().to_owned(),
            edge: self.smoke.edge.clone(),
            deployed_config: self.deployed_config.clone(),
        };
        Step {
            aim: "Keep both in a file, but not over those of another release".to_owned(),
            action: Action::Keep(keeping),
        }
    }

    /// What is held back is tried with the configuration that is in force at this point.
    fn steps_that_hold(&self) -> Vec<Step> {
        let mut steps = self
            .steps_to(Switch::Shadow, &self.deployed_config)
            .to_vec();
        let aim = "Wait until every data centre holds redirects back";
        steps.extend(hold(aim, self.hold.min(SPREAD)));
        steps
    }

    fn steps_that_replace(&self) -> Vec<Step> {
        let [_, smoke] = self.steps_to(Switch::Shadow, &self.config);
        let aim = "Wait until every data centre has the configuration";
        let mut steps = vec![
            step("Make a draft", self.service.clone_previous()),
            step(
                "Put the package into the draft",
                self.service.upload(&self.package),
            ),
            step("Let Fastly check the draft", self.service.validate_new()),
            step("Let the draft serve", self.service.activate_new()),
            step(
                "Store the configuration",
                self.store.store_config(self.compiled.clone()),
            ),
            smoke,
        ];
        steps.extend(hold(aim, self.hold.min(SPREAD)));
        steps
    }

    fn steps_to(&self, switch: Switch, config: &Path) -> [Step; 2] {
        [
            step(
                format!("Set the switch to `{switch}`"),
                self.store.set_switch(switch),
            ),
            step(
                format!("Try it with the switch at `{switch}`"),
                self.smoke.at(switch, config),
            ),
        ]
    }
}

impl Rollback {
    /// The steps of the rollback alone.
    pub(crate) fn plan(&self) -> Plan {
        Plan {
            looks: Vec::new(),
            steps: self.steps(),
            on_failure: OnFailure::GoOn,
        }
    }

    /// The switch comes first, because it is the fastest to help.
    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![step(
            "Let no redirect leave",
            self.store.set_switch(Switch::Off),
        )];
        if let Some(stored) = &self.stored {
            steps.push(step(
                "Store the configuration of before",
                self.store.store_config(stored.clone()),
            ));
        }
        steps.push(step(
            "Let the version of before serve",
            self.service.activate_again(self.version),
        ));
        steps.push(step(
            "Try that the origin answers",
            self.smoke.at(Switch::Off, &self.config),
        ));
        steps
    }
}

impl Plan {
    /// A plan of one step.
    pub(crate) fn of_one(aim: impl Into<String>, line: Line) -> Self {
        Self {
            looks: Vec::new(),
            steps: vec![step(aim, line)],
            on_failure: OnFailure::Stop,
        }
    }
}

fn step(aim: impl Into<String>, line: Line) -> Step {
    Step {
        aim: aim.into(),
        action: Action::Run(line),
    }
}

fn hold(aim: &str, duration: Duration) -> Option<Step> {
    let is_any = !duration.is_zero();
    is_any.then(|| Step {
        aim: aim.to_owned(),
        action: Action::Hold(duration),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use signpost::values::{Share, Switch};

    use super::{OnFailure, Plan, Release, Step};
    use crate::release::calls::{Service, Smoke, Store};
    use crate::release::line::Input;
    use crate::release::record::RecordFile;

    fn release(switches: Vec<Switch>) -> Plan {
        let release = Release {
            service: Service::new("fastly", "SERVICE"),
            store: Store::new("fastly", "STORE"),
            smoke: Smoke {
                program: vec!["signpost".to_owned()],
                edge: "https://crates.example".to_owned(),
                arguments: Vec::new(),
            },
            package: "pkg/signpost.tar.gz".into(),
            config: "new.toml".into(),
            compiled: Input::Compiled {
                compile: ["signpost", "compile", "new.toml"]
                    .map(str::to_owned)
                    .to_vec(),
                compiled: "{}".to_owned(),
            },
            deployed_config: "old.toml".into(),
            record: RecordFile::Numbered("target/way-back-".into()),
            switches,
            hold: Duration::from_mins(2),
        };
        release.plan()
    }

    fn aims(steps: &[Step]) -> Vec<&str> {
        steps.iter().map(|step| &*step.aim).collect()
    }

    #[test]
    fn nothing_that_serves_is_replaced_before_every_redirect_is_held_back() {
        let one_percent = Switch::Enforce(Share::percent(1).unwrap());
        let plan = release(vec![one_percent, Switch::ENFORCE]);
        assert_eq!(
            aims(&plan.steps),
            [
                "Set the switch to `shadow`",
                "Try it with the switch at `shadow`",
                "Wait until every data centre holds redirects back",
                "Make a draft",
                "Put the package into the draft",
                "Let Fastly check the draft",
                "Let the draft serve",
                "Store the configuration",
                "Try it with the switch at `shadow`",
                "Wait until every data centre has the configuration",
                "Set the switch to `enforce 1%`",
                "Try it with the switch at `enforce 1%`",
                "Wait for what this share shows",
                "Set the switch to `enforce`",
                "Try it with the switch at `enforce`",
            ]
        );
    }

    #[test]
    fn the_way_back_begins_with_the_switch_and_ends_with_a_try() {
        let OnFailure::GoBack(way_back) = release(vec![Switch::ENFORCE]).on_failure else {
            panic!("a release goes back");
        };
        assert_eq!(
            aims(&way_back),
            [
                "Let no redirect leave",
                "Store the configuration of before",
                "Let the version of before serve",
                "Try that the origin answers",
            ]
        );
    }
}
