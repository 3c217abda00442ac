//! What two configurations say differently, key by key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::file::Loaded;

/// A key that two configurations do not agree on.
///
/// Values are compared as they are compiled, so two spellings of one base are no difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// The key, such as `targets.static.base` or `routes.download.location`. Routes are called by
    /// their names.
    pub(crate) key: String,
    /// What the first configuration says, if it says anything.
    pub(crate) old: Option<String>,
    /// What the second one says.
    pub(crate) new: Option<String>,
}

/// What stands for the base in the location of an example, which is another for each target.
const BASE: &str = "{base}";

/// Every difference, in the order of the keys. Examples are compared below their bases, and only
/// where both configurations have some: a compiled one has none.
pub(crate) fn between(old: &Loaded, new: &Loaded) -> Vec<Difference> {
    let with_examples = !old.examples().is_empty() && !new.examples().is_empty();
    let (old, new) = (values(old, with_examples), values(new, with_examples));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| Difference {
            key: key.clone(),
            old: old.get(key).cloned(),
            new: new.get(key).cloned(),
        })
        .collect()
}

impl Difference {
    /// Whether the key is one that a pattern names: the same steps, where `*` stands for any one,
    /// or the table around them.
    ///
    /// A step is what stands between two dots; the request of an example is a single step.
    pub(crate) fn is_named_by(&self, pattern: &str) -> bool {
        let mut steps = self.steps();
        pattern.split('.').all(|expected| {
            steps
                .next()
                .is_some_and(|step| expected == "*" || expected == step)
        })
    }

    /// Whether this is an example that only the first configuration has.
    pub(crate) fn is_dropped_example(&self) -> bool {
        self.new.is_none() && self.steps().nth(2) == Some("examples")
    }

    /// The steps of the key: an example's request, in brackets, may hold dots of its own.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &str> {
        let key = self.key.as_str();
        let (steps, request) = key.split_at(key.find('[').unwrap_or(key.len()));
        steps
            .split('.')
            .chain((!request.is_empty()).then_some(request))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_absent = |value: &Option<String>| value.clone().unwrap_or_else(|| "(absent)".into());
        let (old, new) = (or_absent(&self.old), or_absent(&self.new));
        write!(formatter, "{}\n  - {old}\n  + {new}", self.key)
    }
}

/// Every value by its key.
fn values(loaded: &Loaded, with_examples: bool) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    // What was compiled is JSON.
    let compiled: Value = serde_json::from_str(loaded.config().to_json()).unwrap_or_default();
    flatten("", &compiled, &mut values);
    values.remove("revision");
    if with_examples {
        for example in loaded.examples() {
            let route = example.route();
            let mut targets = loaded.config().targets();
            let base = targets
                .find(|target| target.name() == example.target())
                .map_or("", |target| target.base().as_str());
            let location = example.location().as_str();
            let location = location.strip_prefix(base).unwrap_or(location);
            values.insert(
                format!("routes.{route}.examples[{}]", example.request()),
                format!("{BASE}{location}"),
            );
        }
    }
    values
}

fn flatten(key: &str, value: &Value, values: &mut BTreeMap<String, String>) {
    let below = |name: &str| {
        if key.is_empty() {
            name.to_owned()
        } else {
            format!("{key}.{name}")
        }
    };
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                flatten(&below(name), value, values);
            }
        }
        Value::Array(tables) if tables.iter().any(Value::is_object) => {
            let name_of = |table: &Value| table["name"].as_str().unwrap_or_default().to_owned();
            // Their order is the one in which they are tried.
            let names: Vec<_> = tables.iter().map(name_of).collect();
            values.insert(key.to_owned(), names.join(", "));
            for table in tables {
                flatten(&below(&name_of(table)), table, values);
            }
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(plain).collect();
            values.insert(key.to_owned(), items.join(", "));
        }
        _ => {
            values.insert(key.to_owned(), plain(value));
        }
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Difference, between};
    use crate::file::Loaded;

    const PRODUCTION: &str = include_str!("../../config/crates-io.toml");
    const STAGING: &str = include_str!("../../config/crates-io-staging.toml");

    fn loaded(text: &str) -> Loaded {
        Loaded::from_text(text).unwrap()
    }

    #[test]
    fn staging_differs_from_production_in_its_host_alone() {
        let differences = between(&loaded(PRODUCTION), &loaded(STAGING));
        let keys: Vec<_> = differences.iter().map(|found| found.key.as_str()).collect();
        assert_eq!(keys, ["allowed_hosts", "targets.static.base"]);
    }

    #[test]
    fn what_is_changed_added_and_dropped_is_found() {
        let rows = [
            (
                "cors = true",
                "cors = false",
                "response.cors",
                Some("true"),
                None,
            ),
            (
                "name     = \"readme\"",
                "name     = \"readme\"\nstatus = 307",
                "routes.readme.status",
                None,
                Some("307"),
            ),
            (
                "backends = [\"origin\"]",
                "backends = [\"origin\", \"second\"]",
                "origin.backends",
                Some("origin"),
                Some("origin, second"),
            ),
            (
                "[[routes.examples]]  # a name keeps its case
request  = \"/api/v1/crates/Inflector/0.11.4/download\"
location = \"https://static.crates.io/crates/Inflector/Inflector-0.11.4.crate\"
",
                "",
                "routes.download.examples[/api/v1/crates/Inflector/0.11.4/download]",
                Some("{base}/crates/Inflector/Inflector-0.11.4.crate"),
                None,
            ),
        ];
        for (from, to, key, old, new) in rows {
            assert!(PRODUCTION.contains(from), "{from}");
            let changed = loaded(&PRODUCTION.replace(from, to));
            let expected = Difference {
                key: key.to_owned(),
                old: old.map(str::to_owned),
                new: new.map(str::to_owned),
            };
            assert_eq!(between(&loaded(PRODUCTION), &changed), [expected], "{key}");
        }
    }

    #[test]
    fn a_compiled_configuration_differs_in_nothing_from_its_source() {
        let source = loaded(PRODUCTION);
        let compiled = loaded(source.config().to_json());
        assert_eq!(between(&source, &compiled), []);
    }

    #[test]
    fn a_pattern_names_a_key_or_the_table_around_it() {
        for (pattern, key, expected) in [
            ("allowed_hosts", "allowed_hosts", true),
            ("hosts", "allowed_hosts", false),
            ("targets.*.base", "targets.static.base", true),
            ("targets", "targets.static.base", true),
            ("targets.static.base.more", "targets.static.base", false),
            (
                "routes.download.examples",
                "routes.download.examples[/a.b/c]",
                true,
            ),
            ("routes.*.status", "routes.download.location", false),
        ] {
            let difference = Difference {
                key: key.to_owned(),
                old: None,
                new: None,
            };
            assert_eq!(
                difference.is_named_by(pattern),
                expected,
                "{pattern} and {key}"
            );
        }
    }
}
