//! The keys of a configuration as people write them.

use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

use super::aside::AsideKeys;
use super::example::RawExample;
use crate::config::raw::{
    RawConfig, RawLog, RawOrigin, RawResponse, RawRetry, RawRoute, RawTarget, RawWeighted,
};

/// A kind of table, with the keys that it has.
type Table = (&'static str, &'static str, &'static [&'static str]);

/// Each kind of table: before its keys as [`keys`] lists them, and as people write it.
pub(super) fn tables() -> [Table; 11] {
    [
        ("", "at the top of the file", fields_of::<RawConfig>()),
        ("", "at the top of the file", fields_of::<AsideKeys>()),
        ("origin.", "in [origin]", fields_of::<RawOrigin>()),
        ("targets.*.", "in [targets.NAME]", fields_of::<RawTarget>()),
        ("routes.*.", "in [[routes]]", fields_of::<RawRoute>()),
        (
            "routes.*.targets.*.",
            "in `targets` of a route",
            fields_of::<RawWeighted>(),
        ),
        (
            "routes.*.examples.*.",
            "in [[routes.examples]]",
            fields_of::<RawExample>(),
        ),
        ("response.", "in [response]", fields_of::<RawResponse>()),
        ("log.", "in [log]", fields_of::<RawLog>()),
        ("retry.", "in [retry]", fields_of::<RawRetry>()),
        ("examples.*.", "in [[examples]]", fields_of::<RawExample>()),
    ]
}

/// Every key that a configuration can have, in the order of its tables, such as `hosts` and
/// `targets.*.base`.
///
/// `*` stands for the name of a target or route. A table is not a key of its own, except that the
/// examples are one key. The compiler's `revision` and `format` are left out.
///
/// ```
/// let keys = signpost::authoring::keys();
/// assert!(keys.iter().any(|key| key == "routes.*.cache_control"));
/// ```
pub fn keys() -> Vec<String> {
    let key_of = |table: &str, field: &str| {
        // The examples of a table are one key.
        match table.strip_suffix("examples.*.") {
            Some(around) => format!("{around}examples"),
            None => format!("{table}{field}"),
        }
    };
    let mut keys = Vec::new();
    for (table, _, fields) in tables() {
        for field in fields {
            let key = key_of(table, field);
            let below = format!("{key}.");
            let is_table = tables()
                .iter()
                .any(|(other, ..)| other.starts_with(&below) && !other.ends_with("examples.*."));
            let is_compiler_s = matches!(*field, "revision" | "format");
            if !is_table && !is_compiler_s && !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// The names of a struct's fields, as its `Deserialize` knows them.
pub(super) fn fields_of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
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
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("only the names of the fields are read"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::fields_of;
    use crate::authoring::example::RawExample;

    #[test]
    fn the_fields_of_a_struct_are_its_keys() {
        let example = ["request", "origin", "target", "location"];
        assert_eq!(fields_of::<RawExample>(), example);
        assert!(fields_of::<String>().is_empty());
    }
}
