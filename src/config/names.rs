//! The targets of a route as people write them: named alone, without a table around the name.
//!
//! The edge reads tables, because reading either would make it a tenth larger.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::raw::RawWeighted;

/// Reads a list in which a name stands for a table that has only that name.
pub(super) fn or_tables<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<RawWeighted>>, D::Error> {
    let read = Option::<Vec<NameOrTable>>::deserialize(deserializer)?;
    Ok(read.map(|all| all.into_iter().map(|NameOrTable(raw)| raw).collect()))
}

struct NameOrTable(RawWeighted);

/// By hand, because a derived untagged enum says neither which key is unknown nor what is expected.
impl<'de> Deserialize<'de> for NameOrTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrTableVisitor)
    }
}

struct NameOrTableVisitor;

impl<'de> Visitor<'de> for NameOrTableVisitor {
    type Value = NameOrTable;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a target, or a table with `name` and `weight`")
    }

    fn visit_str<E>(self, name: &str) -> Result<NameOrTable, E> {
        Ok(NameOrTable(RawWeighted {
            name: Some(name.to_owned()),
            weight: None,
        }))
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<NameOrTable, A::Error> {
        RawWeighted::deserialize(MapAccessDeserializer::new(table)).map(NameOrTable)
    }
}

/// Reads a weight. What is none is told that a number is expected, and not which type of Rust.
pub(super) fn weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_i64(WeightVisitor).map(Some)
}

struct WeightVisitor;

impl Visitor<'_> for WeightVisitor {
    type Value = i64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number from 1 to 1000")
    }

    fn visit_i64<E>(self, weight: i64) -> Result<i64, E> {
        Ok(weight)
    }

    fn visit_u64<E: Error>(self, weight: u64) -> Result<i64, E> {
        let too_large = |_| E::invalid_value(Unexpected::Unsigned(weight), &self);
        i64::try_from(weight).map_err(too_large)
    }
}
