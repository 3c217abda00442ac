//! The configuration of a kind of registry, with the stand-ins in it.

use signpost::config::Config;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, value};

/// A CDN of the configuration.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// How many of the files are sent to it first, compared with the others.
    pub(crate) weight: i64,
    pub(crate) base: String,
}

/// The host of the registry, as its client asks for it.
const REGISTRY: &str = "127.0.0.1";

/// The host of the CDNs, another name of the same machine: a redirect leads to another host.
pub(crate) const CDN: &str = "localhost";

/// The configuration with these targets in the place of its only one. If there are several, it
/// remembers attempts.
#[track_caller]
pub(crate) fn configuration(preset: &str, targets: &[Target]) -> Config {
    let mut document: DocumentMut = preset.parse().unwrap();
    document["hosts"] = value(Array::from_iter([REGISTRY]));
    document["allowed_hosts"] = value(Array::from_iter([CDN]));

    let old = document.remove("targets").expect("targets");
    let (_, old) = old
        .as_table()
        .and_then(|old| old.iter().next())
        .expect("a target");
    let old_base = old["base"].as_str().expect("a base");
    let mut table = Table::new();
    for target in targets {
        let mut new = old.clone();
        new["base"] = value(&target.base);
        table.insert(target.name, new);
    }
    document["targets"] = Item::Table(table);
    document.remove("retry");
    if targets.len() > 1 {
        let mut retry = Table::new();
        retry.insert("window", value("5m"));
        document["retry"] = Item::Table(retry);
    }

    let routes = document["routes"].as_array_of_tables_mut().expect("routes");
    for route in routes.iter_mut() {
        if route.remove("target").is_some() {
            route["targets"] = value(targets.iter().map(inline).collect::<Array>());
        }
        if let Some(examples) = route["examples"].as_array_of_tables_mut() {
            *examples = examples
                .iter()
                .flat_map(|example| of_each(example, old_base, targets))
                .collect();
        }
    }
    let text = document.to_string();
    signpost::authoring::from_toml(&text)
        .unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
}

fn inline(target: &Target) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("name", target.name.into());
    table.insert("weight", target.weight.into());
    table
}

/// An example of a redirect once for each target; any other example as it is.
fn of_each(example: &Table, old_base: &str, targets: &[Target]) -> Vec<Table> {
    let location = example.get("location").and_then(Item::as_str);
    let Some(path) = location.and_then(|location| location.strip_prefix(old_base)) else {
        return vec![example.clone()];
    };
    let at = |target: &Target| {
        let mut new = example.clone();
        new["target"] = value(target.name);
        new["location"] = value(format!("{}{path}", target.base));
        new
    };
    targets.iter().map(at).collect()
}
