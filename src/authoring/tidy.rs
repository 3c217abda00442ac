//! Takes out of a configuration what means nothing or is of the wrong type, so that all of it is
//! reported at once and the rest can be read.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::aside::{Aside, AsideKeys};
use super::example::{RawExample, RawExamples};
use super::keys::{fields_of, tables};
use crate::config::problem::Sink;
use crate::config::raw::{
    RawConfig, RawLog, RawOrigin, RawResponse, RawRetry, RawRoute, RawTarget, RawWeighted,
};
use crate::config::{Key, ProblemCode};
use crate::values::Instead;

/// Takes out every key that means nothing, and every value of another type than its key has, and notes
/// them. Takes out what is for the checks alone, and returns it. Writes out each of a route's `targets`
/// that is a name alone: `"NAME"` stands for `{ name = "NAME" }`.
pub(super) fn tidy(table: &mut DeTable<'_>, sink: &mut Sink) -> Aside {
    let top = Key::default();
    keep_in::<RawOrigin>(table, "origin", sink);
    keep_in::<RawResponse>(table, "response", sink);
    keep_texts(table, &["log", "fields"], sink);
    keep_in::<RawLog>(table, "log", sink);
    keep_in::<RawRetry>(table, "retry", sink);
    if let Some(DeValue::Table(targets)) = value(table, "targets") {
        for (name, target) in targets.iter_mut() {
            if let DeValue::Table(target) = target.get_mut() {
                let name = name.get_ref().to_string();
                keep::<RawTarget>(target, &top.name("targets").name(name), sink);
            }
        }
    }
    let mut examples = RawExamples {
        at_top: take_examples(table, &top, sink),
        of_routes: Vec::new(),
    };
    for (index, route) in tables_in(table, "routes") {
        let key = top.name("routes").index(index);
        examples.of_routes.push(take_examples(route, &key, sink));
        write_out_names(route, &key.name("targets"), sink);
        for (index, target) in tables_in(route, "targets") {
            keep::<RawWeighted>(target, &key.name("targets").index(index), sink);
        }
        keep::<RawRoute>(route, &key, sink);
    }
    let keys = take_keys(table, &top, sink);
    keep::<RawConfig>(table, &top, sink);
    Aside { examples, keys }
}

/// Takes out the keys at the top of the file that are for the checks alone.
fn take_keys(table: &mut DeTable<'_>, key: &Key, sink: &mut Sink) -> AsideKeys {
    let mut taken = DeTable::new();
    for name in fields_of::<AsideKeys>() {
        taken.extend(table.remove_entry(*name));
    }
    keep::<AsideKeys>(&mut taken, key, sink);
    let taken = toml::Deserializer::from(Spanned::new(0..0, taken));
    // What it cannot read was taken out.
    AsideKeys::deserialize(taken).unwrap_or_default()
}

/// Takes the examples out of a table.
fn take_examples(table: &mut DeTable<'_>, key: &Key, sink: &mut Sink) -> Vec<RawExample> {
    let key = key.name("examples");
    let mut examples = Vec::new();
    for (index, example) in tables_in(table, "examples") {
        keep::<RawExample>(example, &key.index(index), sink);
        let alone = Spanned::new(0..0, example.clone());
        // What it cannot read was taken out.
        let read = RawExample::deserialize(toml::Deserializer::from(alone));
        examples.push(read.unwrap_or_default());
    }
    if let Some(written) = table.remove("examples") {
        let number = match written.get_ref() {
            DeValue::Array(all) => Some(all.len()),
            _ => None,
        };
        if number != Some(examples.len()) {
            let begun = if key.steps().len() == 1 {
                "[[examples]]"
            } else {
                "[[routes.examples]]"
            };
            let message = format!("`{key}` is made of tables, each begun by {begun}");
            sink.push(ProblemCode::SyntaxInvalid, key, message);
        }
    }
    examples
}

/// Keeps the keys that `T` has, with values that it can read.
fn keep<T: DeserializeOwned>(table: &mut DeTable<'_>, key: &Key, sink: &mut Sink) {
    let known = fields_of::<T>();
    let names: Vec<_> = table
        .keys()
        .map(|name| name.get_ref().to_string())
        .collect();
    for name in names {
        let below = key.name(name.as_str());
        if !known.contains(&name.as_str()) {
            let message = unknown(&below, &name, known);
            sink.push(ProblemCode::KeyUnknown, below, message);
        } else if let Some(found) = of_wrong_type::<T>(table, &name) {
            let expected = expected(key, &name);
            let message = format!("`{below}` is {expected}; found {found}");
            sink.push(ProblemCode::SyntaxInvalid, below, message);
        } else {
            continue;
        }
        table.remove(name.as_str());
    }
}

/// What stands at a key, if `T` cannot read it. Every key may be missing, so each can be tried alone.
fn of_wrong_type<T: DeserializeOwned>(table: &DeTable<'_>, name: &str) -> Option<String> {
    let (key, value) = table.get_key_value(name)?;
    let mut alone = DeTable::new();
    alone.insert(key.clone(), value.clone());
    let toml = toml::Deserializer::from(Spanned::new(value.span(), alone));
    T::deserialize(toml).err()?;
    Some(in_words(value.get_ref()))
}

/// What stands there instead of what belongs there.
fn in_words(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text {text:?}"),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Boolean(is_so) => format!("`{is_so}`"),
        DeValue::Array(_) => "a list of other values".to_owned(),
        other => format!("a {}", other.type_str()),
    }
}

/// What is wrong with a key that means nothing where it stands, and what was meant.
fn unknown(key: &Key, name: &str, known: &[&'static str]) -> String {
    let is_top = key.steps().len() == 1;
    let aside = fields_of::<AsideKeys>().iter().filter(|_| is_top);
    let instead = Instead::of(name, known.iter().chain(aside).copied());
    if instead != Instead::default() {
        return format!("`{key}` is not a key of the configuration{instead}");
    }
    let mut elsewhere = tables().into_iter();
    match elsewhere.find(|(_, _, fields)| fields.contains(&name)) {
        Some((_, table, _)) => {
            format!("`{key}` is not a key here; `{name}` belongs {table}")
        }
        None => format!("`{key}` is not a key of the configuration; correct it or leave it out"),
    }
}

/// What a key's value is, in an author's words.
fn expected(table: &Key, name: &str) -> &'static str {
    let is_top = table.steps().is_empty();
    match name {
        "allowed_hosts" | "hosts" => "a list such as [\"registry.example\"]",
        "private_suffixes" => "a list such as [\"corp\"]",
        "backends" => "a list such as [\"origin\"]",
        "unused" => "a list such as [\"image\"]",
        "endpoints" => "a list such as [\"s3\", \"datadog\"]; for one write `endpoint`",
        "fields" => "a table, begun by [log.fields]",
        "targets" if is_top => "made of tables such as [targets.cdn]",
        "targets" => "a list such as [\"cdn\"]; for one write `target`",
        "target" => "a name such as \"cdn\"; for several write `targets`",
        "status" => "a number such as 302",
        "weight" => "a whole number from 1 to 1000",
        "origin" if is_top => "a table, begun by [origin]",
        "response" => "a table, begun by [response]",
        "log" => "a table, begun by [log]",
        "retry" => "a table, begun by [retry]",
        "routes" => "made of tables, each begun by [[routes]]",
        "origin" | "json" | "cors" => "`true` or `false`",
        _ => "a text in quotation marks",
    }
}

fn keep_in<T: DeserializeOwned>(table: &mut DeTable<'_>, name: &str, sink: &mut Sink) {
    if let Some(DeValue::Table(table)) = value(table, name) {
        keep::<T>(table, &Key::default().name(name), sink);
    }
}

/// Keeps the keys that have a text, in a table whose keys can be called anything.
fn keep_texts(table: &mut DeTable<'_>, path: &[&str], sink: &mut Sink) {
    let mut key = Key::default();
    let mut table = table;
    for name in path {
        let Some(DeValue::Table(below)) = value(table, name) else {
            return;
        };
        (table, key) = (below, key.name(*name));
    }
    let others = table.iter().filter_map(|(name, value)| {
        let is_text = matches!(value.get_ref(), DeValue::String(_));
        (!is_text).then(|| (name.get_ref().to_string(), in_words(value.get_ref())))
    });
    for (name, found) in others.collect::<Vec<_>>() {
        table.remove(name.as_str());
        let key = key.name(name);
        let message = format!("`{key}` is a text in quotation marks; found {found}");
        sink.push(ProblemCode::SyntaxInvalid, key, message);
    }
}

fn write_out_names(route: &mut DeTable<'_>, key: &Key, sink: &mut Sink) {
    let Some(DeValue::Array(targets)) = value(route, "targets") else {
        return;
    };
    let mut are_right = true;
    for (index, target) in targets.iter_mut().enumerate() {
        if let DeValue::String(name) = target.get_ref() {
            let span = target.span();
            let key = Spanned::new(span.clone(), DeString::Borrowed("name"));
            let name = Spanned::new(span, DeValue::String(name.clone()));
            let mut table = DeTable::new();
            table.insert(key, name);
            *target.get_mut() = DeValue::Table(table);
        }
        if !matches!(target.get_ref(), DeValue::Table(_)) {
            are_right = false;
            let message = "a target is its name, or a table with `name` and `weight`";
            sink.push(ProblemCode::SyntaxInvalid, key.index(index), message);
        }
    }
    if !are_right {
        route.remove("targets");
    }
}

fn value<'t, 'i>(table: &'t mut DeTable<'i>, name: &str) -> Option<&'t mut DeValue<'i>> {
    table.get_mut(name).map(Spanned::get_mut)
}

/// The tables in an array, each with its place.
fn tables_in<'t, 'i>(
    table: &'t mut DeTable<'i>,
    name: &str,
) -> impl Iterator<Item = (usize, &'t mut DeTable<'i>)> {
    let values = match value(table, name) {
        Some(DeValue::Array(values)) => Some(values.iter_mut()),
        _ => None,
    };
    let values = values.into_iter().flatten().enumerate();
    values.filter_map(|(index, value)| match value.get_mut() {
        DeValue::Table(table) => Some((index, table)),
        _ => None,
    })
}
