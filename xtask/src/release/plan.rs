use std::fmt;
use std::path::{Path, PathBuf};

use signpost::switch::Switch;

use super::calls::{Service, Smoke, Store};
use super::line::{Input, Line, Version};

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

/// One command, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// What it is for, as a sentence without its full stop.
    pub(crate) aim: String,
    /// The command.
    pub(crate) line: Line,
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
    /// Where the stored configuration is kept for the way back.
    pub(crate) saved_config: PathBuf,
    /// The positions of the switch that let redirects leave, from the smallest share.
    pub(crate) switches: Vec<Switch>,
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
    pub(crate) saved_config: Option<PathBuf>,
}

impl Release {
    /// The steps of the release, which change what serves only while no redirect leaves.
    pub(crate) fn plan(self) -> Plan {
        let looks = vec![
            step("Find the version to go back to", self.service.find_active()),
            step(
                "Keep the configuration to go back to",
                self.store.save_config(&self.saved_config),
            ),
        ];
        let mut steps = self.steps_that_hold().to_vec();
        steps.extend(self.steps_that_replace());
        for &switch in &self.switches {
            steps.extend(self.steps_to(switch, &self.config));
        }
        let way_back = Rollback {
            service: self.service,
            store: self.store,
            smoke: self.smoke,
            version: Version::Previous,
            config: self.deployed_config,
            saved_config: Some(self.saved_config),
        };
        Plan {
            looks,
            steps,
            on_failure: OnFailure::GoBack(way_back.steps()),
        }
    }

    /// What is held back is tried with the configuration that is in force at this point.
    fn steps_that_hold(&self) -> [Step; 2] {
        self.steps_to(Switch::Shadow, &self.deployed_config)
    }

    fn steps_that_replace(&self) -> Vec<Step> {
        let [_, smoke] = self.steps_to(Switch::Shadow, &self.config);
        vec![
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
        ]
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
        if let Some(file) = &self.saved_config {
            steps.push(step(
                "Store the configuration of before",
                self.store.store_config(Input::File(file.clone())),
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

/// The heading under which the way back is shown.
const WAY_BACK: &str = "# If a step fails: all of these, and nothing else";

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Step { aim, line } in &self.looks {
            writeln!(formatter, "# {aim}\n{line}\n")?;
        }
        show_numbered(&self.steps, formatter)?;
        if let OnFailure::GoBack(steps) = &self.on_failure {
            writeln!(formatter, "\n{WAY_BACK}\n")?;
            show_numbered(steps, formatter)?;
        }
        Ok(())
    }
}

fn show_numbered(steps: &[Step], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, Step { aim, line }) in steps.iter().enumerate() {
        let blank = if index == 0 { "" } else { "\n" };
        writeln!(formatter, "{blank}# {}. {aim}\n{line}", index + 1)?;
    }
    Ok(())
}

fn step(aim: impl Into<String>, line: Line) -> Step {
    Step {
        aim: aim.into(),
        line,
    }
}

#[cfg(test)]
mod tests {
    use signpost::switch::{Share, Switch};

    use super::{OnFailure, Plan, Release, Step};
    use crate::release::calls::{Service, Smoke, Store};
    use crate::release::line::Input;

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
                compiled: "{}\n".to_owned(),
            },
            deployed_config: "old.toml".into(),
            saved_config: "old.json".into(),
            switches,
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
                "Make a draft",
                "Put the package into the draft",
                "Let Fastly check the draft",
                "Let the draft serve",
                "Store the configuration",
                "Try it with the switch at `shadow`",
                "Set the switch to `enforce 1%`",
                "Try it with the switch at `enforce 1%`",
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

    #[test]
    fn a_plan_is_shown_as_lines_to_paste() {
        let shown = release(vec![]).to_string();
        let expected = r#"# Find the version to go back to
previous=$(fastly service version list --service-id=SERVICE --json | jq '.[] | select(.Active).Number')

# Keep the configuration to go back to
fastly config-store-entry describe --store-id=STORE --key=config --json | jq -j .item_value > old.json

# 1. Set the switch to `shadow`
fastly config-store-entry update --upsert --store-id=STORE --key=switch --value=shadow

# 2. Try it with the switch at `shadow`
signpost smoke --config old.toml --edge https://crates.example --switch shadow --settle 60s

# 3. Make a draft
new=$(fastly service version clone --service-id=SERVICE --version="$previous" --json | jq .Number)

# 4. Put the package into the draft
fastly compute update --service-id=SERVICE --version="$new" --package=pkg/signpost.tar.gz

# 5. Let Fastly check the draft
fastly service version validate --service-id=SERVICE --version="$new"

# 6. Let the draft serve
fastly service version activate --service-id=SERVICE --version="$new"

# 7. Store the configuration
signpost compile new.toml | fastly config-store-entry update --upsert --store-id=STORE --key=config --stdin

# 8. Try it with the switch at `shadow`
signpost smoke --config new.toml --edge https://crates.example --switch shadow --settle 60s

# If a step fails: all of these, and nothing else

# 1. Let no redirect leave
fastly config-store-entry update --upsert --store-id=STORE --key=switch --value=off

# 2. Store the configuration of before
fastly config-store-entry update --upsert --store-id=STORE --key=config --stdin < old.json

# 3. Let the version of before serve
test "$(fastly service version list --service-id=SERVICE --json | jq '.[] | select(.Active).Number')" = "$previous" ||
  fastly service version activate --service-id=SERVICE --version="$previous"

# 4. Try that the origin answers
signpost smoke --config old.toml --edge https://crates.example --switch off --settle 60s
"#;
        assert_eq!(shown, expected);
    }
}
