//! The keys of a configuration as people write them.

use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::config::problem::Sink;
use crate::config::raw::{
    RawConfig, RawExample, RawLog, RawOrigin, RawResponse, RawRetry, RawRoute, RawTarget,
    RawWeighted,
};
use crate::config::{Key, ProblemCode};

/// Takes out every key that means nothing, and notes it. Writes out each of a route's `targets` that is
/// a name alone: `"NAME"` stands for `{ name = "NAME" }`.
pub(super) fn tidy(table: &mut DeTable<'_>, sink: &mut Sink) {
    let top = Key::default();
    keep::<RawConfig>(table, &top, sink);
    keep_in::<RawOrigin>(table, "origin", sink);
    keep_in::<RawResponse>(table, "response", sink);
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
    for (index, route) in tables(table, "routes") {
        let key = top.name("routes").index(index);
        keep::<RawRoute>(route, &key, sink);
        for (index, example) in tables(route, "examples") {
            keep::<RawExample>(example, &key.name("examples").index(index), sink);
        }
        write_out_names(route, &key.name("targets"), sink);
        for (index, target) in tables(route, "targets") {
            keep::<RawWeighted>(target, &key.name("targets").index(index), sink);
        }
    }
}

/// Keeps the keys that `T` has.
fn keep<'de, T: Deserialize<'de>>(table: &mut DeTable<'_>, key: &Key, sink: &mut Sink) {
    let known = fields_of::<T>();
    let names = table.keys().map(|name| name.get_ref().to_string());
    let unknown: Vec<_> = names
        .filter(|name| !known.contains(&name.as_str()))
        .collect();
    for name in unknown {
        table.remove(name.as_str());
        let key = key.name(name);
        let message =
            format!("`{key}` is not a key of the configuration; correct it or leave it out");
        sink.push(ProblemCode::KeyUnknown, key, message);
    }
}

fn keep_in<'de, T: Deserialize<'de>>(table: &mut DeTable<'_>, name: &str, sink: &mut Sink) {
    if let Some(DeValue::Table(table)) = value(table, name) {
        keep::<T>(table, &Key::default().name(name), sink);
    }
}

fn write_out_names(route: &mut DeTable<'_>, key: &Key, sink: &mut Sink) {
    let Some(DeValue::Array(targets)) = value(route, "targets") else {
        return;
    };
    for (index, target) in targets.iter_mut().enumerate() {
        // The derived reader would take an array for the values of the table's keys.
        if let DeValue::Array(_) = target.get_ref() {
            let message = "invalid type: sequence, expected the name of a target, or a table with `name` and `weight`";
            sink.push(ProblemCode::SyntaxInvalid, key.index(index), message);
        }
        if let DeValue::String(name) = target.get_ref() {
            let span = target.span();
            let key = Spanned::new(span.clone(), DeString::Borrowed("name"));
            let name = Spanned::new(span, DeValue::String(name.clone()));
            let mut table = DeTable::new();
            table.insert(key, name);
            *target.get_mut() = DeValue::Table(table);
        }
    }
}

fn value<'t, 'i>(table: &'t mut DeTable<'i>, name: &str) -> Option<&'t mut DeValue<'i>> {
    table.get_mut(name).map(Spanned::get_mut)
}

/// The tables in an array, each with its place.
fn tables<'t, 'i>(
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

/// Every key that a configuration can have, in the order of its tables, such as `hosts` and
/// `targets.*.base`.
///
/// `*` stands for the name of a target or route. A table is not a key of its own, except that the
/// examples of a route are one key. The compiler's `revision` is left out.
///
/// ```
/// let keys = signpost::authoring::keys();
/// assert!(keys.iter().any(|key| key == "routes.*.cache_control"));
/// ```
pub fn keys() -> Vec<String> {
    let tables = [
        ("", fields_of::<RawConfig>()),
        ("origin.", fields_of::<RawOrigin>()),
        ("targets.*.", fields_of::<RawTarget>()),
        ("routes.*.", fields_of::<RawRoute>()),
        ("routes.*.targets.*.", fields_of::<RawWeighted>()),
        ("response.", fields_of::<RawResponse>()),
        ("log.", fields_of::<RawLog>()),
        ("retry.", fields_of::<RawRetry>()),
    ];
    let fields = tables.into_iter().flat_map(|(table, fields)| {
        let key = move |field| format!("{table}{field}");
        fields.iter().map(key)
    });
    let is_table = |key: &str| {
        let below = format!("{key}.");
        tables.iter().any(|(table, _)| table.starts_with(&below))
    };
    fields
        .filter(|key| key != "revision" && !is_table(key))
        .collect()
}

/// The names of a struct's fields, as its `Deserialize` knows them.
fn fields_of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    // It ends in an error, because it has no values.
    let _ = T::deserialize(FieldNames(&mut fields));
    fields
}

struct FieldNames<'f>(&'f mut &'static [&'static str]);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("only the names of the fields are read"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("not a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::{fields_of, keys};
    use crate::config::raw::RawExample;

    #[test]
    fn every_key_is_listed_once() {
        let expected = [
            "allowed_hosts",
            "hosts",
            "origin.backends",
            "origin.check_redirects",
            "origin.next_backend_timeout",
            "targets.*.base",
            "targets.*.health_backend",
            "routes.*.name",
            "routes.*.path",
            "routes.*.target",
            "routes.*.location",
            "routes.*.status",
            "routes.*.json",
            "routes.*.cache_control",
            "routes.*.examples",
            "routes.*.targets.*.name",
            "routes.*.targets.*.weight",
            "response.cors",
            "response.hsts",
            "log.endpoint",
            "log.client_ip",
            "retry.window",
            "retry.origin_share",
        ];
        assert_eq!(keys(), expected);
    }

    #[test]
    fn the_fields_of_a_struct_are_its_keys() {
        assert_eq!(fields_of::<RawExample>(), ["request", "target", "location"]);
        assert!(fields_of::<String>().is_empty());
    }
}
