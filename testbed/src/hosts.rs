use anyhow::{Context as _, Result};
use toml_edit::DocumentMut;

/// Adds hosts to the `hosts` of a configuration as written, so that its routes apply to an edge that is
/// served on this machine.
///
/// A configuration without `hosts` applies to any host, and stays as it is. A route with hosts of its own
/// keeps them.
///
/// # Errors
///
/// When `toml` is not TOML, or its `hosts` is not a list.
pub fn add_hosts(toml: &str, hosts: &[&str]) -> Result<String> {
    let mut document: DocumentMut = toml.parse()?;
    let Some(written) = document.get_mut("hosts") else {
        return Ok(toml.to_owned());
    };
    let written = written.as_array_mut().context("`hosts` is not a list")?;
    for host in hosts {
        if !written.iter().any(|one| one.as_str() == Some(*host)) {
            written.push(*host);
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::add_hosts;

    #[test]
    fn hosts_are_added_once_and_only_where_there_are_some() {
        let rows = [
            ("a = 1\n", "a = 1\n"),
            (
                "hosts = [\"crates.io\"]  # ours\n",
                "hosts = [\"crates.io\", \"127.0.0.1\", \"localhost\"]  # ours\n",
            ),
            (
                "hosts = [\"localhost\"]\n[[routes]]\nhosts = [\"b.example\"]\n",
                "hosts = [\"localhost\", \"127.0.0.1\"]\n[[routes]]\nhosts = [\"b.example\"]\n",
            ),
        ];
        for (toml, expected) in rows {
            let added = add_hosts(toml, &["127.0.0.1", "localhost"]).unwrap();
            assert_eq!(added, expected, "{toml}");
        }
        for toml in ["hosts = 1", "hosts ="] {
            assert!(add_hosts(toml, &["localhost"]).is_err(), "{toml}");
        }
    }
}
