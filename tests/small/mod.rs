//! A small configuration, and what becomes of it when one thing in it is changed.

use signpost::config::{Config, Problems};

/// A small configuration without a problem. Rows of tests each change one thing in it.
pub(crate) const SMALL: &str = r#"allowed_hosts = ["cdn.example"]

[origin]
backends = ["origin"]

[targets.cdn]
base = "https://cdn.example"

[log]
endpoint = "edge-log"

[[routes]]
name = "file"
path = "/files/{file:segment}"
target = "cdn"
location = "/{file}"

[[routes.examples]]
request = "/files/a.txt"
location = "https://cdn.example/a.txt"
"#;

pub(crate) fn read(text: &str) -> Config {
    Config::from_toml(text).unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
}

pub(crate) fn problems_of(text: &str) -> Problems {
    match Config::from_toml(text) {
        Ok(_) => panic!("a problem was expected in\n{text}"),
        Err(problems) => problems,
    }
}

pub(crate) fn changed(from: &str, to: &str) -> String {
    assert_eq!(
        SMALL.matches(from).count(),
        1,
        "`{from}` stands once in the configuration"
    );
    SMALL.replacen(from, to, 1)
}
