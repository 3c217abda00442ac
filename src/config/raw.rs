//! The configuration as written. It may say anything; nothing is believed yet.
//!
//! Every key is optional here, so that whatever is missing is reported together with whatever is
//! wrong. People are told of every key that means nothing; the edge refuses the first one, because to
//! find them all would make it larger and its sandboxes slower to start.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::problem::Problem;
#[cfg(feature = "toml")]
use super::problem::{Key, ProblemCode};

/// The configuration as written, in TOML or in compiled JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, expecting = "a table")]
#[cfg_attr(not(feature = "toml"), serde(deny_unknown_fields))]
pub(super) struct RawConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) revision: Option<String>,
    pub(super) allowed_hosts: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hosts: Option<Vec<String>>,
    pub(super) origin: Option<RawOrigin>,
    pub(super) targets: BTreeMap<String, RawTarget>,
    pub(super) routes: Vec<RawRoute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) response: Option<RawResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) log: Option<RawLog>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry: Option<RawRetry>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, expecting = "a table")]
#[cfg_attr(not(feature = "toml"), serde(deny_unknown_fields))]
pub(super) struct RawOrigin {
    pub(super) backends: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) check_redirects: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_backend_timeout: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, expecting = "a table")]
#[cfg_attr(not(feature = "toml"), serde(deny_unknown_fields))]
pub(super) struct RawTarget {
    pub(super) base: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) health_backend: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, expecting = "a table")]
#[cfg_attr(not(feature = "toml"), serde(deny_unknown_fields))]
pub(super) struct RawRoute {
    pub(super) name: Option<String>,
    pub(super) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "toml", serde(deserialize_with = "super::names::or_tables"))]
    pub(super) targets: Option<Vec<RawWeighted>>,
    pub(super) location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_control: Option<String>,
    /// Only the author's form has them; the compiled one shows by its revision that they held.
    #[serde(skip_serializing)]
    pub(super) examples: Vec<RawExample>,
}

/// One of several targets. People may write its name alone; the compiled form is always a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, expecting = "a table")]
#[cfg_attr(not(feature = "toml"), serde(deny_unknown_fields))]
pub(super) struct RawWeighted {
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "toml", serde(deserialize_with = "super::names::weight"))]
    pub(super) weight: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, expecting = "a table")]
#[cfg_attr(not(feature = "toml"), serde(deny_unknown_fields))]
pub(super) struct RawExample {
    pub(super) request: Option<String>,
    pub(super) target: Option<String>,
    pub(super) location: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, expecting = "a table")]
#[cfg_attr(not(feature = "toml"), serde(deny_unknown_fields))]
pub(super) struct RawResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cors: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hsts: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, expecting = "a table")]
#[cfg_attr(not(feature = "toml"), serde(deny_unknown_fields))]
pub(super) struct RawLog {
    pub(super) endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_ip: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, expecting = "a table")]
#[cfg_attr(not(feature = "toml"), serde(deny_unknown_fields))]
pub(super) struct RawRetry {
    pub(super) window: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin_share: Option<String>,
}

impl RawConfig {
    /// Reads a configuration from any format, with a problem for each key that means nothing.
    #[cfg(feature = "toml")]
    pub(super) fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<(Self, Vec<Problem>), D::Error> {
        let mut unknown = Vec::new();
        let raw = serde_ignored::deserialize(deserializer, |path| {
            unknown.push(unknown_key(key_of(&path)));
        })?;
        Ok((raw, unknown))
    }

    /// Reads a configuration that has no key which means nothing.
    #[cfg(not(feature = "toml"))]
    pub(super) fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<(Self, Vec<Problem>), D::Error> {
        Ok((Self::deserialize(deserializer)?, Vec::new()))
    }
}

#[cfg(feature = "toml")]
fn unknown_key(key: Key) -> Problem {
    let message = format!("`{key}` is not a key of the configuration; correct it or leave it out");
    Problem::new(ProblemCode::KeyUnknown, key, message)
}

#[cfg(feature = "toml")]
fn key_of(path: &serde_ignored::Path<'_>) -> Key {
    use serde_ignored::Path::{Map, NewtypeStruct, NewtypeVariant, Root, Seq, Some};
    match path {
        Root => Key::default(),
        Seq { parent, index } => key_of(parent).index(*index),
        Map { parent, key } => key_of(parent).name(key.clone()),
        // None of these is written down.
        Some { parent } | NewtypeStruct { parent } | NewtypeVariant { parent } => key_of(parent),
    }
}
