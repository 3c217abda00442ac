//! Configurations that the edge would accept and that no longer compile.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use signpost::config::Config;

/// What the edge would make of a configuration, had it been compiled in spite of its problems.
pub(crate) fn as_compiled(toml: &str) -> Config {
    let content: Value = toml::from_str(toml).unwrap_or_else(|error| panic!("{error}"));
    signpost::config::from_json(&with_its_revision(&content.to_string()))
        .unwrap_or_else(|problems| panic!("{problems}\nin\n{toml}"))
}

/// Compiled JSON of that content, with the revision that is right for it.
pub(crate) fn with_its_revision(content: &str) -> String {
    let hash = Sha256::digest(content);
    let mut revision = String::new();
    for byte in &hash[..6] {
        write!(revision, "{byte:02x}").expect("writing to a string does not fail");
    }
    let rest = content.strip_prefix('{').expect("an object");
    format!(r#"{{"revision":"{revision}",{rest}"#)
}
