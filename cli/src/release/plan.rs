use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use signpost::values::Switch;

use super::action::{Action, Compiled};
use super::fastly::{Service, Store};
use super::known::{Known, Position};
use super::record::{Keeping, RecordFile};
use super::smoke::Smoke;
use super::stored::Expected;

/// What to do, in order: a value that can be compared, shown and run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The steps, of which each needs the one before it. A rollback alone has none.
    pub(crate) steps: Vec<Action>,
    /// Steps after the last smoke test. If one fails, the release stays.
    pub(crate) tidy: Vec<Action>,
    /// The rollback after a failed step. Each step runs even if another fails.
    pub(crate) rollback: Vec<Action>,
    /// The record that a rollback comes from.
    pub(crate) record: Option<PathBuf>,
    /// What is known before the first step.
    pub(crate) known: Known,
}

/// A release of one package and one configuration through the origin, as for a first deployment.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) service: Service,
    pub(crate) store: Store,
    pub(crate) smoke: Smoke,
    pub(crate) package: PathBuf,
    pub(crate) config: Compiled,
    /// The configuration that is in force before the release and after a rollback.
    pub(crate) deployed_config: PathBuf,
    pub(crate) record: RecordFile,
    /// The positions of the switch that let redirects leave, from the smallest share.
    pub(crate) switches: Vec<Switch>,
    /// How long the operator wants to watch each share.
    pub(crate) hold: Duration,
}

/// A rollback to a version that served before.
#[derive(Clone, Debug)]
pub(crate) struct Rollback {
    pub(crate) service: Service,
    pub(crate) store: Store,
    pub(crate) smoke: Smoke,
    /// The configuration that is in force afterwards.
    pub(crate) config: PathBuf,
    /// The record of the release, with the configuration to store.
    pub(crate) record: Option<RecordFile>,
}

/// How long a change of a Config Store takes to reach every data centre. A smoke test reaches one.
pub(super) const SPREAD: Duration = Duration::from_secs(30);

impl Release {
    /// The steps of the release: it replaces what serves only while no redirect leaves.
    pub(crate) fn plan(self) -> Plan {
        let mut steps = vec![
            Action::FindVersion(self.service.clone()),
            Action::FindEntries(self.store.clone(), Expected::AnyConfig),
            Action::Keep(self.keeping()),
            Action::Begin(self.store.clone()),
        ];
        steps.extend(self.steps_to(Switch::SHADOW, &self.deployed_config));
        steps.push(Action::Wait(
            SPREAD,
            "until every data centre holds redirects back",
        ));
        steps.extend([
            Action::MakeDraft(self.service.clone()),
            Action::KeepDraft(self.keeping()),
            Action::Upload(self.service.clone(), self.package.clone()),
            Action::Validate(self.service.clone()),
            Action::Look(self.store.clone()),
            Action::LookAtVersion(self.service.clone()),
            Action::Activate(self.service.clone()),
            Action::Look(self.store.clone()),
            Action::StoreConfig(self.store.clone(), self.config.clone()),
            Action::Smoke(self.smoke.before_redirects(&self.config.file)),
            Action::Wait(SPREAD, "until every data centre has the configuration"),
        ]);
        for (index, &switch) in self.switches.iter().enumerate() {
            if index > 0 {
                let hold = hold_of_share(self.hold);
                steps.push(Action::Wait(hold, "to see what this share does"));
            }
            steps.extend(self.steps_to(switch, &self.config.file));
        }
        let tidy = vec![Action::ClearRelease(self.store.clone())];
        let next = Some(self.config.json);
        let rollback = Rollback {
            service: self.service,
            store: self.store,
            smoke: self.smoke,
            config: self.deployed_config,
            record: Some(self.record),
        };
        Plan {
            steps,
            tidy,
            rollback: rollback.steps(),
            known: Known {
                next,
                ..Known::default()
            },
            ..Plan::default()
        }
    }

    fn keeping(&self) -> Keeping {
        Keeping {
            file: self.record.clone(),
            service_id: Some(self.service.id.clone()),
            store_id: self.store.id.clone(),
            smoke: self.smoke.clone(),
            deployed_config: self.deployed_config.clone(),
            leaves_switch: false,
            begins: true,
            next: Some(self.config.json.clone()),
        }
    }

    fn steps_to(&self, switch: Switch, config: &Path) -> [Action; 4] {
        let look = Action::Look(self.store.clone());
        let at_version = Action::LookAtVersion(self.service.clone());
        let set = Action::SetSwitch(self.store.clone(), Position::At(switch));
        [
            look,
            at_version,
            set,
            Action::Smoke(self.smoke.at(switch, config)),
        ]
    }
}

/// How long to hold a share: the operator's time, but at least until every data centre has the change.
pub(super) fn hold_of_share(wanted: Duration) -> Duration {
    wanted.max(SPREAD)
}

impl Rollback {
    /// The steps. The switch comes first, because it helps fastest.
    pub(crate) fn steps(self) -> Vec<Action> {
        let smoke = Action::Smoke(self.smoke.at(Switch::OFF, &self.config));
        let mut steps = vec![Action::SetSwitch(
            self.store.clone(),
            Position::At(Switch::OFF),
        )];
        let store = || self.store.clone();
        match self.record {
            Some(record) => steps.extend([
                Action::PutBackConfig(store(), record),
                Action::TakeBackVersion(self.service.clone()),
                smoke,
                Action::LookBack(store(), Some(self.service)),
                Action::ClearRelease(store()),
            ]),
            None => steps.extend([Action::RestoreVersion(self.service), smoke]),
        }
        steps
    }
}

impl Plan {
    /// A plan of one step.
    pub(crate) fn of_one(step: Action) -> Self {
        Self {
            steps: vec![step],
            ..Self::default()
        }
    }
}

/// The steps as a numbered list, each with the command that it runs.
impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = [&*self.steps, &self.tidy].concat();
        formatter.write_str(&list(&steps, &self.known))?;
        if !self.steps.is_empty() && !self.rollback.is_empty() {
            let looks = self.steps.iter().take_while(|step| step.is_look());
            let first = looks.count() + 1;
            writeln!(
                formatter,
                "\nIf a step from {first} to {last} fails or is interrupted:\n",
                last = self.steps.len()
            )?;
        }
        formatter.write_str(&list(&self.rollback, &self.known))
    }
}

/// A numbered list of steps with their commands.
fn list(steps: &[Action], known: &Known) -> String {
    let lines = steps.iter().zip(1..).map(|(step, number)| {
        let command = step.command(known);
        let command = command.map(|command| format!("      {command}\n"));
        format!("{number:>3}. {step}\n{}", command.unwrap_or_default())
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use signpost::values::{Share, Switch};

    use super::super::action::Compiled;
    use super::super::fastly::{Service, Store};
    use super::super::known::Known;
    use super::super::record::RecordFile;
    use super::super::smoke::Smoke;
    use super::{Plan, Release, Rollback, hold_of_share};

    fn service() -> Service {
        Service {
            fastly: "fastly".to_owned(),
            id: "SERVICE".to_owned(),
        }
    }

    fn store() -> Store {
        Store {
            fastly: "fastly".to_owned(),
            id: "STORE".to_owned(),
        }
    }

    fn smoke() -> Smoke {
        Smoke {
            edge: "https://crates.example".to_owned(),
            arguments: vec!["--missing".to_owned(), "it's here".to_owned()],
        }
    }

    fn release(switches: Vec<Switch>) -> Plan {
        let release = Release {
            service: service(),
            store: store(),
            smoke: smoke(),
            package: "pkg/signpost.tar.gz".into(),
            config: Compiled {
                file: "new.toml".into(),
                json: "{}".to_owned(),
            },
            deployed_config: "old.toml".into(),
            record: RecordFile::Numbered("production"),
            switches,
            hold: Duration::from_mins(2),
        };
        release.plan()
    }

    #[test]
    fn a_release_is_shown_as_a_list_of_steps_with_their_commands() {
        let one_percent = Switch::enforce(Share::percent(1).unwrap());
        let shown = release(vec![one_percent, Switch::ENFORCE]).to_string();
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn a_rollback_is_shown_with_what_its_record_knows() {
        let rollback = Rollback {
            service: service(),
            store: store(),
            smoke: smoke(),
            config: "old.toml".into(),
            record: Some(RecordFile::Named("my records/41.json".into())),
        };
        let plan = Plan {
            rollback: rollback.steps(),
            known: Known {
                version: Some(41),
                ..Known::default()
            },
            ..Plan::default()
        };
        insta::assert_snapshot!(plan);
    }

    #[test]
    fn a_hold_never_shortens_the_wait_for_a_change_to_spread() {
        for (wanted, held) in [(0, 30), (29, 30), (30, 30), (31, 31), (3600, 3600)] {
            let [wanted, held] = [wanted, held].map(Duration::from_secs);
            assert_eq!(hold_of_share(wanted), held, "{wanted:?}");
        }
    }

    #[test]
    fn a_smoke_test_waits_as_long_as_the_operator_says() {
        for (arguments, expected) in [
            (&[][..], "--settle 60s"),
            (&["--settle", "5s"], "--settle 5s"),
            (&["--settle=5s"], "--settle=5s"),
        ] {
            let smoke = Smoke {
                arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
                ..smoke()
            };
            let test = smoke.at(Switch::OFF, "old.toml".as_ref());
            let words = test.words(&Known::default()).join(" ");
            let (_, settle) = words.split_once("--switch off ").unwrap();
            assert_eq!(settle, expected, "{arguments:?}");
        }
    }
}
