use serde_json::Value;

/// `config/crates-io.toml`, production's own configuration.
pub const PRODUCTION: &str = include_str!("../../../config/crates-io.toml");

/// `config/crates-io-staging.toml`, staging's own configuration.
pub const STAGING: &str = include_str!("../../../config/crates-io-staging.toml");

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

/// The configuration without its `hosts`, so that it applies to a request for any host. With some
/// locations it no longer compiles, because they may come back.
///
/// # Panics
///
/// Unless the configuration has `hosts`, on a line of their own.
#[track_caller]
pub fn of_any_host(toml: &str) -> String {
    let is_other = |line: &&str| !line.starts_with("hosts ");
    let lines: Vec<_> = toml.lines().filter(is_other).collect();
    assert_eq!(lines.len() + 1, toml.lines().count(), "no hosts in\n{toml}");
    lines.join("\n")
}

/// The configuration with these in the place of its `hosts`, a list as TOML writes it.
///
/// # Panics
///
/// Unless the configuration has `hosts`, on a line of their own.
#[track_caller]
pub fn with_hosts(toml: &str, hosts: &str) -> String {
    format!("hosts = {hosts}\n{}", of_any_host(toml))
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
    // A second FNV-1a (RFC 9923), so that a fault of the library's shows.
    let mut hash = 14_695_981_039_346_656_037_u64;
    for byte in content.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211);
    }
    let revision = format!("{:012x}", (hash / (1 << 48)) ^ (hash % (1 << 48)));
    let rest = content.strip_prefix('{').expect("an object");
    format!(r#"{{"revision":"{revision}",{rest}"#)
}
