//! The differences between two configurations, key by key.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use signpost::authoring::{self, Example, OriginExample, split_request};
use signpost::config::Target;
use signpost_logs::text::visible;

use crate::file::Loaded;

/// A key whose value differs between two configurations.
///
/// Compares compiled values, so two spellings of one base are equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Difference {
    /// The key, such as `targets.static.base` or `routes.download.location`. Routes go by name.
    pub(crate) key: String,
    /// The first configuration's value.
    pub(crate) old: Option<String>,
    /// The second configuration's value.
    pub(crate) new: Option<String>,
}

/// Stands for the base in the location of an example, because each target has another base.
const BASE: &str = "{base}";

/// Stands for the first of `hosts` in the request of an example.
const HOST: &str = "{host}";

/// All differences, in the order of their keys. Ignores the base and the host of examples, and
/// ignores examples unless both configurations have some: a compiled one has none.
pub(crate) fn between(old: &Loaded, new: &Loaded) -> Vec<Difference> {
    let has_examples = |loaded: &Loaded| loaded.requests().next().is_some();
    let with_examples = has_examples(old) && has_examples(new);
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

/// Every key that a configuration has or could have. Includes both possible keys of each example,
/// because the other configuration has a say in which one is used.
pub(crate) fn keys(loaded: &Loaded) -> BTreeSet<String> {
    let examples = loaded.examples().iter();
    let key = |example, is_one| example_key(loaded, example, is_one);
    let examples = examples.flat_map(|it| [false, true].map(|is_one| key(it, is_one)));
    let to_origin = loaded.origin_examples().iter();
    let to_origin = to_origin.map(|example| origin_example_key(loaded, example));
    let routes = loaded.config().patterns();
    let routes: Vec<_> = routes.map(|route| route.name().as_str()).collect();
    let targets: Vec<_> = loaded.config().targets().map(Target::name).collect();
    // A key has at most two names in it: the first of a route or target, the second of a target.
    let possible = authoring::keys().into_iter().flat_map(|key| {
        let is_of_route = key.starts_with("routes.");
        let names = if is_of_route { &routes } else { &targets }.iter();
        let keys = names.map(|name| key.replacen('*', name, 1));
        let keys = keys.flat_map(|key| targets.iter().map(move |name| key.replace('*', name)));
        keys.collect::<Vec<_>>()
    });
    let written = values(loaded).into_keys();
    written
        .chain(examples)
        .chain(to_origin)
        .chain(possible)
        .collect()
}

/// Whether a pattern names a key or a table around it; `*` matches any step.
///
/// Steps are separated by dots. An example's brackets are one step.
pub(crate) fn names(pattern: &str, key: &str) -> bool {
    let mut found = steps(key);
    steps(pattern).all(|expected| {
        found
            .next()
            .is_some_and(|step| expected == "*" || expected == step)
    })
}

/// Splits a key into its steps. The brackets of an example may contain dots.
pub(crate) fn steps(key: &str) -> impl Iterator<Item = &str> {
    let (steps, example) = key.split_at(key.find('[').unwrap_or(key.len()));
    steps
        .split('.')
        .chain((!example.is_empty()).then_some(example))
}

impl Difference {
    pub(crate) fn is_named_by(&self, pattern: &str) -> bool {
        names(pattern, &self.key)
    }

    pub(crate) fn is_of_example(&self) -> bool {
        let mut patterns = ["examples", "routes.*.examples"].into_iter();
        patterns.any(|pattern| self.is_named_by(pattern))
    }

    /// Whether only the first configuration has this example.
    pub(crate) fn is_dropped_example(&self) -> bool {
        self.new.is_none() && self.is_of_example()
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = &str> {
        steps(&self.key)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_absent = |value: &Option<String>| match value {
            Some(value) => visible(value),
            None => "(absent)".to_owned(),
        };
        let (old, new) = (or_absent(&self.old), or_absent(&self.new));
        write!(f, "{}\n  - {old}\n  + {new}", visible(&self.key))
    }
}

fn with_several(loaded: &Loaded) -> impl Iterator<Item = &str> {
    let routes = loaded.config().routes().iter();
    let several = routes.filter(|route| route.targets().only().is_none());
    several.map(|route| route.name().as_str())
}

/// Each example's location by key; the word `origin` for one that has none.
fn examples(loaded: &Loaded, at_several: &HashSet<&str>) -> impl Iterator<Item = (String, Value)> {
    let to_origin = loaded.origin_examples().iter();
    let to_origin = to_origin.map(|example| (origin_example_key(loaded, example), "origin".into()));
    let leading = loaded.examples().iter().map(|example| {
        let mut targets = loaded.config().targets();
        let base = targets
            .find(|target| target.name() == example.target())
            .map_or("", |target| target.base().as_str());
        let location = example.location().as_str();
        let location = location.strip_prefix(base).unwrap_or(location);
        let is_one_of_several = at_several.contains(example.route().as_str());
        let key = example_key(loaded, example, is_one_of_several);
        (key, format!("{BASE}{location}").into())
    });
    leading.chain(to_origin)
}

fn origin_example_key(loaded: &Loaded, example: &OriginExample) -> String {
    let request = request(loaded, example.request());
    match example.route() {
        Some(route) => format!("routes.{route}.examples[{request}]"),
        None => format!("examples[{request}]"),
    }
}

/// A request with its place in `hosts` for its host, because another configuration has other hosts.
fn request<'r>(loaded: &Loaded, request: &'r str) -> Cow<'r, str> {
    let (host, path) = split_request(request);
    let hosts = loaded.config().hosts().unwrap_or_default();
    let place = host.and_then(|host| hosts.iter().position(|it| it.as_str() == host));
    match place {
        Some(0) => format!("{HOST}{path}").into(),
        Some(place) => format!("{HOST}{}{path}", place + 1).into(),
        None => request.into(),
    }
}

/// The key of an example. A request may be an example at several targets.
fn example_key(loaded: &Loaded, example: &Example, is_one_of_several: bool) -> String {
    let (route, request) = (example.route(), request(loaded, example.request()));
    if is_one_of_several {
        let target = example.target();
        format!("routes.{route}.examples[{request} at {target}]")
    } else {
        format!("routes.{route}.examples[{request}]")
    }
}

/// Each compiled value by key.
fn values(loaded: &Loaded) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    // The compiled form is JSON.
    let compiled: Value = serde_json::from_str(loaded.config().to_json()).unwrap_or_default();
    flatten("", &compiled, &mut values);
    for key in ["revision", "format"] {
        values.remove(key);
    }
    // An entry without `format` has its default, which has changed.
    for route in loaded.config().routes() {
        let key = format!("routes.{}.json", route.name());
        values.insert(key, route.options().json.into());
    }
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
            // The order of routes matters. The order of targets does not, but it is compiled as
            // written, and the names show which targets were added or removed.
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

/// A value for people. Two different lists never look the same.
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

/// A list item, quoted if its beginning or end would be unclear.
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
