//! Production's own configuration, as it is and with its base written otherwise.

use signpost::config::Config;

/// `config/crates-io.toml`.
pub(crate) const TEXT: &str = include_str!("../../config/crates-io.toml");

/// Production's configuration with `base` in place of its base, and with everything that follows
/// from it: the allowed host, and the examples, which lead to the URL `prefix`.
pub(crate) fn with_base(base: &str, host: &str, prefix: &str) -> Config {
    let text = [
        (
            "base = \"https://static.crates.io\"",
            format!("base = {base:?}"),
        ),
        (
            "allowed_hosts = [\"static.crates.io\"]",
            format!("allowed_hosts = [{host:?}]"),
        ),
        ("\"https://static.crates.io/", format!("\"{prefix}/")),
    ]
    .iter()
    .fold(TEXT.to_owned(), |text, (from, to)| {
        assert!(
            text.contains(from),
            "production's configuration has no `{from}`"
        );
        text.replace(from, to)
    });
    Config::from_toml(&text).unwrap_or_else(|problems| panic!("base {base:?}: {problems}"))
}
