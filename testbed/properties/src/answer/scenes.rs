//! The configurations that requests meet.

use std::sync::LazyLock;

use signpost::config::{Config, from_json};
use signpost_rows::{MIRROR, PRESETS, PRODUCTION, STAGING, compiled, of_any_host, sides};

/// A configuration, and the one beside it in `next`.
pub(super) struct Scene {
    pub(super) config: Config,
    pub(super) next: Option<Config>,
}

/// Everything that can be switched on.
const FULL: &str = include_str!("../../data/full.toml");

static SCENES: LazyLock<Vec<Scene>> = LazyLock::new(|| {
    let with = |config: &str, next: Option<&str>| Scene {
        config: read(config),
        next: next.map(read),
    };
    let mut scenes = vec![
        with(PRODUCTION, None),
        with(FULL, None),
        with(sides::CONFIG, Some(sides::NEXT)),
        with(sides::NEXT, Some(sides::CONFIG)),
        with(PRODUCTION, Some(FULL)),
        with(FULL, Some(PRODUCTION)),
        with(STAGING, None),
        // As an old entry may have it: locations may come back to the host that is asked.
        Scene {
            config: of_json(&compiled(&of_any_host(MIRROR))),
            next: None,
        },
    ];
    scenes.extend(PRESETS.map(|(_, text)| with(text, None)));
    scenes
});

pub(super) fn scene(number: u8) -> &'static Scene {
    &SCENES[usize::from(number) % SCENES.len()]
}

fn read(toml: &str) -> Config {
    signpost::authoring::from_toml(toml).unwrap_or_else(|problems| panic!("{problems}\nin\n{toml}"))
}

fn of_json(json: &str) -> Config {
    from_json(json).unwrap_or_else(|problems| panic!("{problems}\nin\n{json}"))
}
