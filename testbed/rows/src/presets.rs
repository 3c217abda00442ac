use std::sync::LazyLock;

use crate::cases::Expect;

/// The names and texts of the presets in `config/presets/`.
pub const PRESETS: [(&str, &str); 13] = [
    ("cargo", include_str!("../../../config/presets/cargo.toml")),
    (
        "composer",
        include_str!("../../../config/presets/composer.toml"),
    ),
    ("conda", include_str!("../../../config/presets/conda.toml")),
    (
        "debian",
        include_str!("../../../config/presets/debian.toml"),
    ),
    ("files", include_str!("../../../config/presets/files.toml")),
    ("go", include_str!("../../../config/presets/go.toml")),
    ("hex", include_str!("../../../config/presets/hex.toml")),
    ("maven", include_str!("../../../config/presets/maven.toml")),
    ("npm", include_str!("../../../config/presets/npm.toml")),
    ("nuget", include_str!("../../../config/presets/nuget.toml")),
    ("oci", include_str!("../../../config/presets/oci.toml")),
    ("pypi", include_str!("../../../config/presets/pypi.toml")),
    (
        "rubygems",
        include_str!("../../../config/presets/rubygems.toml"),
    ),
];

/// The text of a preset.
///
/// # Panics
///
/// If there is none of that name.
#[track_caller]
pub fn preset(name: &str) -> &'static str {
    let found = PRESETS.iter().find(|(other, _)| *other == name);
    found.map(|(_, text)| text).expect(name)
}

/// A request to a registry that runs a preset, and what must happen to it.
#[derive(Clone, Copy, Debug)]
pub struct PresetRow {
    /// The preset's name.
    pub preset: &'static str,
    /// The method.
    pub method: &'static str,
    /// The `Host`.
    pub host: &'static str,
    /// The request target, in origin form, byte for byte.
    pub target: &'static str,
    /// What must happen.
    pub expect: Expect,
}

/// The requests of `data/presets.tsv`, at least ten for each preset.
///
/// A request there is a method, and a path or a URL; a path is asked of `registry.example`. What must
/// happen is a location, or the reason why the origin answers.
///
/// # Panics
///
/// If the file has another form.
pub fn preset_rows() -> &'static [PresetRow] {
    static ROWS: LazyLock<Vec<PresetRow>> = LazyLock::new(|| {
        let lines = include_str!("../data/presets.tsv").lines().skip(1);
        lines.map(read).collect()
    });
    &ROWS
}

fn read(line: &'static str) -> PresetRow {
    let cells: Vec<_> = line.split('\t').collect();
    let [preset, request, expected] = cells[..] else {
        panic!("a preset, a request and what must happen: {line}");
    };
    let (method, target) = request.split_once(' ').expect("a method before the path");
    let (host, target) = match target.strip_prefix("https://") {
        Some(url) => url.split_at(url.find('/').expect("a path after the host")),
        None => ("registry.example", target),
    };
    let expect = if expected.starts_with("https://") {
        Expect::Redirect { location: expected }
    } else {
        Expect::Origin { reason: expected }
    };
    PresetRow {
        preset,
        method,
        host,
        target,
        expect,
    }
}
