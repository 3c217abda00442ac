//! What two configurations say differently, key by key.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;
use signpost::config::Example;

use crate::file::Loaded;
use crate::text::visible;

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
    let at_several: HashSet<_> = [old, new].into_iter().flat_map(with_several).collect();
    let values = |loaded| {
        let mut values = values(loaded);
        if with_examples {
            values.extend(examples(loaded, &at_several));
        }
        values
    };
    let (old, new) = (values(old), values(new));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| Difference {
            key: key.clone(),
            old: old.get(key).map(shown),
            new: new.get(key).map(shown),
        })
        .collect()
}

/// Every key that a configuration has, and those that it leaves out but could have. An example has
/// both of its keys, because another configuration decides as well which of them it gets.
pub(crate) fn keys(loaded: &Loaded) -> BTreeSet<String> {
    let examples = loaded.examples().iter();
    let examples = examples.flat_map(|it| [false, true].map(|is_one| example_key(it, is_one)));
    let written = values(loaded).into_keys().chain(examples);
    let routes = loaded.config().routes().iter().flat_map(|route| {
        let name = route.name();
        OF_A_ROUTE.map(|key| format!("routes.{name}.{key}"))
    });
    written
        .chain(OPTIONAL.map(str::to_owned))
        .chain(routes)
        .collect()
}

/// The keys that a configuration may leave out.
const OPTIONAL: [&str; 5] = [
    "hosts",
    "response.cors",
    "response.hsts",
    "log.endpoint",
    "log.client_ip",
];

/// The keys that a route may leave out; the examples are left out of the compiled form.
const OF_A_ROUTE: [&str; 4] = ["status", "json", "cache_control", "examples"];

/// Whether a pattern names a key: the same steps, where `*` stands for any one, or the table around
/// them.
///
/// A step is what stands between two dots; what stands in the brackets of an example is a single one.
pub(crate) fn names(pattern: &str, key: &str) -> bool {
    let mut found = steps(key);
    steps(pattern).all(|expected| {
        found
            .next()
            .is_some_and(|step| expected == "*" || expected == step)
    })
}

/// The steps of a key: what tells examples apart, in brackets, may hold dots of its own.
pub(crate) fn steps(key: &str) -> impl Iterator<Item = &str> {
    let (steps, example) = key.split_at(key.find('[').unwrap_or(key.len()));
    steps
        .split('.')
        .chain((!example.is_empty()).then_some(example))
}

impl Difference {
    /// Whether the key is one that a pattern names; see [`names`].
    pub(crate) fn is_named_by(&self, pattern: &str) -> bool {
        names(pattern, &self.key)
    }

    /// Whether this is an example that only the first configuration has.
    pub(crate) fn is_dropped_example(&self) -> bool {
        self.new.is_none() && self.steps().nth(2) == Some("examples")
    }

    /// The steps of the key.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &str> {
        steps(&self.key)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_absent = |value: &Option<String>| match value {
            Some(value) => visible(value),
            None => "(absent)".to_owned(),
        };
        let (old, new) = (or_absent(&self.old), or_absent(&self.new));
        write!(formatter, "{}\n  - {old}\n  + {new}", visible(&self.key))
    }
}

/// The names of the routes with several targets.
fn with_several(loaded: &Loaded) -> impl Iterator<Item = &str> {
    let routes = loaded.config().routes().iter();
    let several = routes.filter(|route| route.targets().only().is_none());
    several.map(|route| route.name().as_str())
}

/// The location of every example by its key.
fn examples(loaded: &Loaded, at_several: &HashSet<&str>) -> impl Iterator<Item = (String, Value)> {
    loaded.examples().iter().map(|example| {
        let mut targets = loaded.config().targets();
        let base = targets
            .find(|target| target.name() == example.target())
            .map_or("", |target| target.base().as_str());
        let location = example.location().as_str();
        let location = location.strip_prefix(base).unwrap_or(location);
        let is_one_of_several = at_several.contains(example.route().as_str());
        let key = example_key(example, is_one_of_several);
        (key, format!("{BASE}{location}").into())
    })
}

/// The key of an example. One request may be an example at each of several targets.
fn example_key(example: &Example, is_one_of_several: bool) -> String {
    let (route, request) = (example.route(), example.request());
    if is_one_of_several {
        let target = example.target();
        format!("routes.{route}.examples[{request} at {target}]")
    } else {
        format!("routes.{route}.examples[{request}]")
    }
}

/// Every value of the compiled form by its key.
fn values(loaded: &Loaded) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    // What was compiled is JSON.
    let compiled: Value = serde_json::from_str(loaded.config().to_json()).unwrap_or_default();
    flatten("", &compiled, &mut values);
    values.remove("revision");
    values
}

fn flatten(key: &str, value: &Value, values: &mut BTreeMap<String, Value>) {
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
            // Routes are tried in their order. That of targets means nothing, but it is compiled as
            // it is written, and the names show which of them came and went.
            let names = tables.iter().map(name_of).collect();
            values.insert(key.to_owned(), names);
            for table in tables {
                flatten(&below(&name_of(table)), table, values);
            }
        }
        value => {
            values.insert(key.to_owned(), value.clone());
        }
    }
}

/// A value as people read it. Two lists that differ are never shown alike.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "(empty)".to_owned(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(item).collect();
            items.join(", ")
        }
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// An item of a list, with quotation marks where it would not be seen where it begins and ends.
fn item(value: &Value) -> String {
    match value.as_str() {
        Some(text) if is_plain(text) => text.to_owned(),
        _ => value.to_string(),
    }
}

fn is_plain(text: &str) -> bool {
    let is_whole = !text.is_empty() && text.trim() == text;
    is_whole && text != "(empty)" && !text.contains([',', '"'])
}

#[cfg(test)]
mod tests;
