use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// `config/crates-io.toml`, production's own configuration.
pub const PRODUCTION: &str = include_str!("../../../config/crates-io.toml");

/// Two targets, one with a port and a path; one route keeps the path of its request.
pub const MIRROR: &str = include_str!("../data/mirror.toml");

/// A small configuration without a problem. Tests each change one thing in it.
pub const SMALL: &str = include_str!("../data/small.toml");

/// The text with one thing changed.
///
/// # Panics
///
/// Unless `from` stands exactly once in the text.
#[track_caller]
pub fn changed(text: &str, from: &str, to: &str) -> String {
    let found = text.matches(from).count();
    assert_eq!(found, 1, "`{from}` stands {found} times in\n{text}");
    text.replacen(from, to, 1)
}

/// A TOML configuration as compiled JSON, whatever its problems: an edge may still run what no longer
/// compiles.
///
/// # Panics
///
/// If the text is not TOML.
#[track_caller]
pub fn compiled(toml: &str) -> String {
    let content: Value = toml::from_str(toml).unwrap_or_else(|error| panic!("{error}\nin\n{toml}"));
    with_its_revision(&content.to_string())
}

/// Compiled JSON with this content, and the revision that is right for it.
///
/// # Panics
///
/// If the content is not an object.
#[track_caller]
pub fn with_its_revision(content: &str) -> String {
    let hash = Sha256::digest(content);
    let mut revision = String::new();
    for byte in &hash[..6] {
        write!(revision, "{byte:02x}").expect("writing to a string does not fail");
    }
    let rest = content.strip_prefix('{').expect("an object");
    format!(r#"{{"revision":"{revision}",{rest}"#)
}
