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

/// Production's configuration with a second target on its route `download`, at the host
/// `SECOND.example`. The weights and the lines in their tables are those of `static` and of the second.
pub fn with_second_target(second: &str, weights: [u16; 2], lines: [&str; 2]) -> String {
    let [of_first, of_second] = lines;
    let [first_weight, second_weight] = weights;
    let text = changed(
        PRODUCTION,
        "allowed_hosts = [",
        &format!("allowed_hosts = [\"{second}.example\", "),
    );
    let tables = format!(
        "{of_first}\n\n[targets.{second}]\nbase = \"{second}.example\"\n{of_second}\n\n[response]"
    );
    let targets = format!(
        "targets = [{{ name = \"static\", weight = {first_weight} }}, \
         {{ name = \"{second}\", weight = {second_weight} }}]"
    );
    let example = format!(
        "[[routes.examples]]\nrequest = \"/api/v1/crates/a/1.0.0/download\"\ntarget = \"{second}\"\n\
         location = \"https://{second}.example/crates/a/a-1.0.0.crate\"\n\n[[routes.examples]]"
    );
    changed(&text, "[response]", &tables)
        .replacen("target   = \"static\"", &targets, 1)
        .replace(
            "location = \"https://static",
            "target = \"static\"\nlocation = \"https://static",
        )
        .replacen("[[routes.examples]]", &example, 1)
}

/// A TOML configuration as compiled JSON, whatever its problems: an edge may still run what no longer
/// compiles.
///
/// # Panics
///
/// If the text is not TOML.
#[track_caller]
pub fn compiled(toml: &str) -> String {
    let mut content: Value =
        toml::from_str(toml).unwrap_or_else(|error| panic!("{error}\nin\n{toml}"));
    // Examples are not compiled.
    for route in content["routes"].as_array_mut().into_iter().flatten() {
        route.as_object_mut().map(|route| route.remove("examples"));
    }
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
