//! Puts an operator's values into a preset.

use signpost::values::{Base, Host};

/// The base in every preset.
const BASE: &str = "https://cdn.example";

/// Its host, as it is in `allowed_hosts`.
const BASE_HOST: &str = "\"cdn.example\"";

/// The registry's host in every preset.
const HOST: &str = "registry.example";

/// What an operator says; nothing to keep what the preset has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Values<'v> {
    pub(super) base: Option<&'v Base>,
    pub(super) host: Option<&'v Host>,
}

impl Values<'_> {
    /// The host, if the base and the registry share one. A missing option keeps the preset's host.
    pub(super) fn shared_host(&self) -> Option<&str> {
        let of_preset = BASE_HOST.trim_matches('"');
        let of_base = self.base.map_or(of_preset, |base| base.host().as_str());
        let host = self.host.map_or(HOST, Host::as_str);
        (of_base == host).then_some(of_base)
    }

    /// The preset with these values, its comments and layout as they are.
    ///
    /// Replaces in one pass, because a new host may contain an old one: `cdn.registry.example`.
    pub(super) fn fill(&self, preset: &str) -> String {
        let base_host = self.base.map(|base| format!("\"{}\"", base.host()));
        let values = [
            (BASE, self.base.map(Base::as_str)),
            (BASE_HOST, base_host.as_deref()),
            (HOST, self.host.map(Host::as_str)),
        ];
        let mut text = String::new();
        let mut rest = preset;
        while let Some((at, from, to)) = values
            .iter()
            .filter_map(|(from, to)| Some((rest.find(from)?, *from, to.unwrap_or(from))))
            .min_by_key(|(at, ..)| *at)
        {
            let (before, after) = rest.split_at(at);
            text.push_str(before);
            text.push_str(to);
            rest = after.strip_prefix(from).unwrap_or_default();
        }
        text + rest
    }
}

#[cfg(test)]
mod tests {
    use signpost::values::{Base, Host};
    use signpost_testbed::rows;

    use super::Values;

    #[test]
    fn values_are_put_in_once_in_the_spelling_that_the_edge_reads() {
        let preset = "\
# For registry.example.
allowed_hosts = [\"cdn.example\"]
hosts = [\"registry.example\"]
base = \"https://cdn.example\"
location = \"https://cdn.example/a\"
";
        for [base, host, base_host, written, written_host] in rows(
            "
            -                           | -                | cdn.example          | https://cdn.example               | registry.example
            HTTPS://Files.Org/          | -                | files.org            | https://files.org                 | registry.example
            files.org/npm//             | -                | files.org            | https://files.org/npm             | registry.example
            https://files.org:8443/npm  | Npm.Org          | files.org            | https://files.org:8443/npm        | npm.org
            https://cdn.registry.example | npm.org         | cdn.registry.example | https://cdn.registry.example      | npm.org
            https://cdn.example/x       | registry.example | cdn.example          | https://cdn.example/x             | registry.example
            -                           | cdn.example      | cdn.example          | https://cdn.example               | cdn.example
            http://127.0.0.1:1          | localhost        | 127.0.0.1            | http://127.0.0.1:1                | localhost
            ",
        ) {
            let row = format!("{base} {host}");
            let base = (base != "-").then(|| Base::parse(base).unwrap());
            let host = (host != "-").then(|| Host::parse(host).unwrap());
            let values = Values {
                base: base.as_ref(),
                host: host.as_ref(),
            };
            let expected = format!(
                "\
# For {written_host}.
allowed_hosts = [\"{base_host}\"]
hosts = [\"{written_host}\"]
base = \"{written}\"
location = \"{written}/a\"
"
            );
            assert_eq!(values.fill(preset), expected, "{row}");
        }
    }
}
