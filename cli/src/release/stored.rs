use serde_json::Value;
use signpost::values::{Position, Share, Switch};

use super::deployed::{Deployed, revision, shown};
use crate::output::Failure;

/// The entries of a Config Store that a release reads and writes, as they are stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) switch: Option<String>,
    pub(crate) config: Option<String>,
    pub(crate) next: Option<String>,
    /// Where the release that runs has its record.
    pub(crate) release: Option<String>,
}

/// What a release expects to find in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A configuration, and no release that has not ended.
    AnyConfig,
    /// This configuration, any readable position of the switch, and no release that has not ended.
    Config(Deployed),
    /// The same, and a switch at which redirects leave: they are what a share of `next` tries.
    Redirects(Deployed),
    /// A configuration. A takedown has to work whatever else goes on.
    Anything,
}

impl Stored {
    /// Reads what `fastly config-store-entry list --json` prints.
    pub(crate) fn read(list: &str) -> Result<Self, Failure> {
        let list: Value = serde_json::from_str(list).map_err(|error| {
            Failure::new(format!("cannot read the list of entries as JSON: {error}"))
        })?;
        let entries = match &list {
            // The CLI's word for an empty store.
            Value::Null => &[],
            _ => list.as_array().map(Vec::as_slice).ok_or_else(|| {
                Failure::new("cannot read the list of entries: it is not a list, but an object")
            })?,
        };
        let value = |key| {
            let mut entries = entries.iter();
            let entry = entries.find(|entry| entry["item_key"] == key)?;
            entry["item_value"].as_str().map(str::to_owned)
        };
        Ok(Self {
            switch: value("switch"),
            config: value("config"),
            next: value("next"),
            release: value("release"),
        })
    }

    /// Refuses entries from which a release cannot begin.
    pub(crate) fn check(&self, expected: &Expected) -> Result<(), Failure> {
        if *expected != Expected::Anything {
            self.check_ended()?;
        }
        let config = self.config.as_deref().ok_or_else(|| {
            Failure::new(
                "the store has no entry `config`, so there is none to roll back to: a first one \
                 comes with Terraform, or with `fastly config-store-entry create`",
            )
        })?;
        if let Expected::Config(deployed) | Expected::Redirects(deployed) = expected {
            self.switch()?;
            deployed.check(config)?;
        }
        match expected {
            Expected::Redirects(_) => self.check_redirects(),
            _ => Ok(()),
        }
    }

    /// The switch as it is stored.
    pub(crate) fn switch(&self) -> Result<Switch, Failure> {
        let Some(switch) = &self.switch else {
            return Err(Failure::new(
                "the store has no entry `switch`, so its position is not known: set it with \
                 `signpost release switch`",
            ));
        };
        switch
            .parse()
            .map_err(|error| Failure::new(format!("{error}, with `signpost release switch`")))
    }

    /// The switch that is in force, or soon: a missing one is `shadow` in new sandboxes, and one that cannot
    /// be read is `off`.
    pub(crate) fn switch_in_force(&self) -> Switch {
        match &self.switch {
            None => Switch::SHADOW,
            Some(switch) => switch.parse().unwrap_or(Switch::OFF),
        }
    }

    fn check_redirects(&self) -> Result<(), Failure> {
        match self.switch()?.position() {
            Position::Enforce(share) if share != Share::NONE => Ok(()),
            _ => {
                let switch = self.switch.as_deref().unwrap_or_default();
                Err(Failure::new(format!(
                    "at `{switch}` no redirect leaves, so a share of `next` would try none: set the \
                     switch to `enforce` first, or release with --through-origin"
                )))
            }
        }
    }

    /// Refuses entries of a release that has not ended.
    pub(crate) fn check_ended(&self) -> Result<(), Failure> {
        let switch = self.switch.as_deref().unwrap_or_default();
        let share = switch.parse().map_or(Share::NONE, Switch::next);
        let release = self.release.as_ref();
        let signs = [
            release.map(|record| format!("the entry `release` names its record, {record}")),
            self.next
                .as_ref()
                .map(|next| format!("the entry `next` has {}", revision(next))),
            (share != Share::NONE).then(|| format!("the switch reads `{switch}`")),
        ];
        let signs: Vec<_> = signs.into_iter().flatten().collect();
        if signs.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "another release has begun and not ended: {}. If it still runs, wait for it. If not, roll \
             it back with `signpost release rollback --from FILE --execute`; FILE is its record. \
             Without the record, write the switch without a share of `next`, remove the entries `next` \
             and `release` with `fastly config-store-entry delete`, and see whether `config` and the \
             active version are those that you trust",
            signs.join(", and ")
        )))
    }

    /// Refuses entries that differ from these, because somebody else changed them.
    pub(crate) fn check_same(&self, now: &Self) -> Result<(), Failure> {
        for (key, before, after) in [
            ("switch", &self.switch, &now.switch),
            ("config", &self.config, &now.config),
            ("next", &self.next, &now.next),
            ("release", &self.release, &now.release),
        ] {
            if before != after {
                return Err(Failure::new(format!(
                    "somebody else changed the entry `{key}`: the release left {} there, and now \
                     there is {}",
                    shown(key, before.as_deref()),
                    shown(key, after.as_deref())
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Deployed, Expected, Stored};

    fn stored([switch, config, next, release]: [&str; 4]) -> Stored {
        let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Stored {
            switch: value(switch),
            config: value(config),
            next: value(next),
            release: value(release),
        }
    }

    #[test]
    fn what_the_cli_lists_is_read() {
        let switch = r#"{"item_key":"switch","item_value":"enforce"}"#;
        let config = r#"{"item_key":"config","item_value":"{}\n","store_id":"s"}"#;
        for (list, expected) in [
            (format!("[{switch},{config}]"), ["enforce", "{}\n", "", ""]),
            ("[]".to_owned(), [""; 4]),
            ("null".to_owned(), [""; 4]),
        ] {
            assert_eq!(Stored::read(&list).unwrap(), stored(expected), "{list}");
        }
        for list in ["", "{}", "SUCCESS"] {
            assert!(Stored::read(list).is_err(), "{list}");
        }
    }

    const CONFIG: &str = r#"{"revision":"abc"}"#;

    #[test]
    fn a_release_begins_only_from_what_it_expects() {
        let deployed = |revision: &str| Deployed {
            file: "old.toml".into(),
            json: format!(r#"{{"revision":"{revision}"}}"#),
        };
        let any = || Expected::AnyConfig;
        let this = || Expected::Config(deployed("abc"));
        let redirects = || Expected::Redirects(deployed("abc"));
        let ready = ["enforce 25%", CONFIG, "", ""];
        for (name, entries, expected, said) in [
            ("all is there", ready, redirects(), ""),
            ("a package at off", ["off", CONFIG, "", ""], this(), ""),
            ("a first one", ["", "{}", "", ""], any(), ""),
            (
                "a takedown",
                ["of", CONFIG, "x", "y"],
                Expected::Anything,
                "",
            ),
            ("off", ["off", CONFIG, "", ""], redirects(), "at `off` no"),
            (
                "none",
                ["enforce 0%", CONFIG, "", ""],
                redirects(),
                "`enforce 0%`",
            ),
            (
                "`next`",
                ["enforce", CONFIG, CONFIG, ""],
                any(),
                "the revision abc",
            ),
            (
                "broken",
                ["off", CONFIG, "x", ""],
                this(),
                "no configuration",
            ),
            (
                "a share",
                ["shadow, next 5%", CONFIG, "", ""],
                any(),
                "shadow, next 5%",
            ),
            (
                "a release",
                ["enforce", CONFIG, "", "way.json"],
                this(),
                "way.json",
            ),
            (
                "no switch",
                ["", CONFIG, "", ""],
                this(),
                "no entry `switch`",
            ),
            ("no position", ["of", CONFIG, "", ""], this(), "reads `of`"),
            ("no config", ["off", "", "", ""], any(), "no entry `config`"),
            (
                "another",
                ["enforce", CONFIG, "", ""],
                Expected::Config(deployed("x")),
                "old.toml compiles to the revision x",
            ),
        ] {
            let found = stored(entries).check(&expected);
            let found = found.err().map_or_else(String::new, |it| it.to_string());
            assert_eq!(found.is_empty(), said.is_empty(), "{name}: {found}");
            assert!(found.contains(said), "{name}: {found}");
        }
    }

    #[test]
    fn a_change_by_somebody_else_is_named() {
        let entries = ["enforce", "{}", CONFIG, "way.json"];
        let before = stored(entries);
        assert!(before.check_same(&before.clone()).is_ok());
        for (key, value, expected) in [
            (0, "off", "`switch`"),
            (1, "", "`config`"),
            (2, "", "`next`: the release left the revision abc"),
            (3, "other.json", "`release`"),
        ] {
            let mut now = entries;
            now[key] = value;
            let said = before.check_same(&stored(now)).unwrap_err().to_string();
            assert!(said.contains(expected), "{said}");
        }
    }
}
