//! The presets, as they are in `config/presets`.

/// A configuration for a kind of registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Preset {
    pub(super) name: &'static str,
    /// TOML, with the values of an invented registry.
    pub(super) text: &'static str,
}

macro_rules! presets {
    ($($name:literal),+ $(,)?) => {
        /// Every preset, in the order of the list.
        pub(super) const PRESETS: &[Preset] = &[$(Preset {
            name: $name,
            text: include_str!(concat!("../../../config/presets/", $name, ".toml")),
        }),+];
    };
}

presets![
    "cargo", "npm", "pypi", "rubygems", "go", "maven", "oci", "debian", "nuget", "hex", "composer",
    "conda", "files",
];

impl Preset {
    /// The first line of its comment, without the name.
    pub(super) fn description(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        let words = first.trim_start_matches('#').trim();
        let named = words
            .split_once(": ")
            .filter(|(name, _)| *name == self.name);
        named.map_or(words, |(_, description)| description)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::PRESETS;

    #[test]
    fn every_file_is_a_preset_and_says_what_it_is_for() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/presets");
        let files: BTreeSet<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let presets: BTreeSet<_> = PRESETS
            .iter()
            .map(|preset| format!("{}.toml", preset.name))
            .collect();
        assert_eq!(files, presets);
        for preset in PRESETS {
            let (name, description) = (preset.name, preset.description());
            let first = format!("# {name}: {description}\n");
            assert!(preset.text.starts_with(&first), "{name}: {description}");
            assert!(description.chars().count() <= 80, "{name}: {description}");
        }
    }
}
