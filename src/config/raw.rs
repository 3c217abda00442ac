//! The configuration as written. It may say anything; nothing is believed yet.
//!
//! Every key is optional here, so that whatever is missing is reported together with whatever is
//! wrong. The first key that means nothing ends the reading; `authoring` has found them all before.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The configuration as written, in TOML or in compiled JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<u32>,
    pub(crate) allowed_hosts: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hosts: Option<Vec<String>>,
    pub(crate) origin: Option<RawOrigin>,
    pub(crate) targets: Table<RawTarget>,
    pub(crate) routes: Vec<RawRoute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response: Option<RawResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) log: Option<RawLog>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry: Option<RawRetry>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawOrigin {
    pub(crate) backends: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) check_redirects: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_backend_timeout: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawTarget {
    pub(crate) base: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) health_backend: Option<String>,
    #[serde(rename = "loop", skip_serializing_if = "Option::is_none")]
    pub(crate) loop_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unencoded: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawRoute {
    pub(crate) name: Option<String>,
    pub(crate) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hosts: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) targets: Option<Vec<RawWeighted>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unused: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) json: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<String>,
}

/// One of several targets. People may write its name alone; the compiled form is always a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "the name of a target, or a table with `name` and `weight`"
)]
pub(crate) struct RawWeighted {
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "whole_number")]
    pub(crate) weight: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cors: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hsts: Option<String>,
    /// Whether routes answer with JSON that do not say so themselves. Compiled routes all do.
    #[serde(skip_serializing)]
    pub(crate) json: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawLog {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoints: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fields: Option<Table<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawRetry {
    pub(crate) window: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin_share: Option<String>,
}

/// A table whose keys can be anything: its values by name, in the order in which they are written. A `BTreeMap` is
/// larger in the module, and slower to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table<V>(pub(crate) Vec<(String, V)>);

impl<V> Table<V> {
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Table<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

impl<V: Serialize> Serialize for Table<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

struct Members<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for Members<V> {
    type Value = Table<V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table<V>, A::Error> {
        let mut table = Table::default();
        while let Some((name, value)) = map.next_entry::<String, V>()? {
            if table.names().any(|earlier| earlier == name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            table.0.push((name, value));
        }
        Ok(table)
    }
}

/// Reads a weight. The error names what is expected, and not a type of Rust.
fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_i64(WholeNumber).map(Some)
}

struct WholeNumber;

impl Visitor<'_> for WholeNumber {
    type Value = i64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number from 1 to 1000")
    }

    fn visit_i64<E>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
        let too_large = |_| E::invalid_value(Unexpected::Unsigned(number), &self);
        i64::try_from(number).map_err(too_large)
    }
}
