//! The configuration that is deployed: what the operator says, against what is stored.

use std::path::PathBuf;

use serde_json::Value;

use crate::differences;
use crate::file::Loaded;
use crate::output::Failure;

/// The configuration that the operator says is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deployed {
    pub(crate) file: PathBuf,
    /// What it compiles to.
    pub(crate) json: String,
}

impl Deployed {
    /// Refuses a stored configuration that says something else.
    pub(super) fn check(&self, config: &str) -> Result<(), Failure> {
        if config.trim_end() == self.json || self.says_the_same(config) {
            return Ok(());
        }
        let (stored, own) = (revision(config), revision(&self.json));
        let file = self.file.display();
        Err(Failure::new(format!(
            "the store has {stored} in the entry `config`, and {file} compiles to {own}: name the file \
             that is deployed with --deployed-config"
        )))
    }

    /// Whether a configuration says the same, which another version of the compiler may have written.
    fn says_the_same(&self, config: &str) -> bool {
        let [stored, own] = [config, &self.json].map(|text| Loaded::from_text(text).ok());
        let both = stored.zip(own);
        both.is_some_and(|(stored, own)| differences::between(&stored, &own).is_empty())
    }
}

/// What an entry holds, in words.
pub(crate) fn shown(key: &str, value: Option<&str>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(value) if ["switch", "release"].contains(&key) => format!("`{value}`"),
        Some(value) => revision(value),
    }
}

/// The revision of a compiled configuration, in words.
pub(crate) fn revision(config: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(config).ok();
    let revision = parsed.as_ref().and_then(|it| it["revision"].as_str());
    revision.map_or_else(
        || "what is no configuration".to_owned(),
        |revision| format!("the revision {revision}"),
    )
}

#[cfg(test)]
mod tests {
    use signpost_rows::with_its_revision;

    use super::{Deployed, Loaded};

    #[test]
    fn a_configuration_that_another_compiler_wrote_is_the_same() {
        let production = Loaded::of(include_str!("../../../config/crates-io.toml"));
        let json = production.config().to_json();
        let changed = |key: &str, value: serde_json::Value| {
            let mut entry: serde_json::Value = serde_json::from_str(json).unwrap();
            let fields = entry.as_object_mut().unwrap();
            fields.remove("revision");
            fields.remove("format");
            fields.insert(key.to_owned(), value);
            with_its_revision(&entry.to_string())
        };
        // In another order, and without the format, as the first version wrote it.
        let before = changed(
            "hosts",
            serde_json::json!(["crates.io", "static.crates.io"]),
        );
        let other = changed("hosts", serde_json::json!(["crates.io"]));
        assert_ne!(before, json, "it is in the same form");
        let deployed = Deployed {
            file: "old.toml".into(),
            json: json.to_owned(),
        };
        for (name, stored, is_same) in [
            ("itself", json, true),
            ("with a line break", &format!("{json}\n"), true),
            ("of an earlier version", &before, true),
            ("another", &other, false),
        ] {
            assert_eq!(deployed.check(stored).is_ok(), is_same, "{name}: {stored}");
        }
    }
}
